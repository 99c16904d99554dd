package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import java.time.Duration;
import java.util.Objects;

/**
 * How long the steps below a borrow may take. Immutable.
 *
 * @param connect one physical connect as a whole: name resolution, TCP, TLS and authentication; 1 s to 300 s, 10 s by
 *     default
 * @param statement how long the server lets one statement run, 1 s to 24 h; 60 s by default. The socket gives up
 *     {@link #SOCKET_SLACK} later, so that a server that went silent cannot hold a caller for ever. It follows the
 *     {@code statement_timeout} that the options of a read or write ask for
 * @param close how long closing waits for work in flight before it breaks its connections, 0 to 300 s; 1 s by default, so
 *     that closing ends within 2 s when the servers answer
 */
public record TimeoutConfig(
        @Within(min = 1, max = 300, message = "must be 1 s to 300 s")
        Duration connect,

        @Within(min = 1, max = 86_400, message = "must be 1 s to 86400 s")
        Duration statement,

        @Within(min = 0, max = 300, message = "must be 0 s to 300 s")
        Duration close) {
    /** What the socket waits beyond the statement timeout before it counts the server as gone. */
    public static final Duration SOCKET_SLACK = Duration.ofSeconds(5);

    /** @throws InvalidConfigException when a component is out of its bounds */
    public TimeoutConfig(Duration connect, Duration statement, Duration close) {
        this.close = Objects.requireNonNull(close, "close");
        this.connect = Objects.requireNonNull(connect, "connect");
        this.statement = Objects.requireNonNull(statement, "statement");
        ConfigValidation.check(this);
    }

    /** Closing waits 1 s. */
    public TimeoutConfig(Duration connect, Duration statement) {
        this(connect, statement, Duration.ofSeconds(1));
    }

    /** 10 s to connect, 60 s for a statement. */
    public static TimeoutConfig defaults() {
        return new TimeoutConfig(Duration.ofSeconds(10), Duration.ofSeconds(60));
    }

    /** The longest silence of the server that is still waited for; never zero. */
    public Duration socket() {
        return statement.plus(SOCKET_SLACK);
    }
}
