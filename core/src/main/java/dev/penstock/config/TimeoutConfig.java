package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import java.time.Duration;

/** How long the steps below a borrow may take. Immutable, equal by value. */
public final class TimeoutConfig extends Section {
    /** The time that the socket waits beyond the statement timeout before it counts the server as gone. */
    public static final Duration SOCKET_SLACK = Duration.ofSeconds(5);

    TimeoutConfig(Builder builder) {
        super(builder);
    }

    /** Returns the section with every value at its default: 10 s to connect, 60 s for a statement, 1 s to close. */
    public static TimeoutConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with every value at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts from these values. */
    public Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns the limit of one physical connect as a whole: name resolution, TCP, TLS and authentication; 1 s to 300 s, 10 s by default. */
    public Duration connect() {
        return value(Key.CONNECT_TIMEOUT);
    }

    /**
     * Returns how long the server lets one statement run, 1 s to 24 h; 60 s by default. The socket gives up {@link #SOCKET_SLACK} later, so that a
     * server that went silent cannot hold a caller for ever. It follows the {@code statement_timeout} that the options of a read or write ask for.
     */
    public Duration statement() {
        return value(Key.STATEMENT_TIMEOUT);
    }

    /**
     * Returns how long closing waits for work in flight before it breaks its connections, 0 to 300 s; 1 s by default, so that closing ends within 2 s
     * when the servers answer.
     */
    public Duration close() {
        return value(Key.CLOSE_TIMEOUT);
    }

    /** Returns the longest silence of the server that is still waited for; never zero. */
    public Duration socket() {
        return statement().plus(SOCKET_SLACK);
    }

    /** Collects the values of a {@link TimeoutConfig}, each documented there. No setter throws. Not thread-safe. */
    public static final class Builder extends Section.Builder<Builder> {
        private Builder() {
            super("timeouts");
        }

        /** Sets {@link TimeoutConfig#connect()}. */
        public Builder connect(Duration longest) {
            return set(Key.CONNECT_TIMEOUT, longest);
        }

        /** Sets {@link TimeoutConfig#statement()}. */
        public Builder statement(Duration longest) {
            return set(Key.STATEMENT_TIMEOUT, longest);
        }

        /** Sets {@link TimeoutConfig#close()}. */
        public Builder close(Duration longest) {
            return set(Key.CLOSE_TIMEOUT, longest);
        }

        /** @throws InvalidConfigException with every value that is out of its bounds */
        public TimeoutConfig build() {
            return judged(new TimeoutConfig(this));
        }
    }
}
