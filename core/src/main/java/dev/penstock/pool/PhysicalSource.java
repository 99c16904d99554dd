package dev.penstock.pool;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Connector;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.CloseReason;
import dev.penstock.observe.NodeState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where Hikari gets its physical connections from. It keeps the node's ceiling, and it parks while the node is down, full or
 * refuses us, instead of failing: Hikari answers each failure with a growing pause of up to five seconds, which would delay the
 * first good connection after an outage by as much. Thread-safe.
 */
final class PhysicalSource {
    private static final Duration PARK = Duration.ofSeconds(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);

    private final Node node;
    private final Purpose purpose;
    private final Connector connector;
    private final Slots slots;
    private final DatabaseConfig config;
    private final Above above;
    private final Hearing hearing;
    private final AtomicLong invalid = new AtomicLong();

    /** Of the connections that have ended. */
    private final AtomicLong lentBefore = new AtomicLong();

    private final AtomicLong returnedBefore = new AtomicLong();
    private final AtomicLong mostLent = new AtomicLong();
    private final AtomicLong mostReturned = new AtomicLong();
    private volatile boolean closed;
    private volatile @Nullable SQLException lastFailure;

    PhysicalSource(DatabaseConfig config, Node node, Purpose purpose, Connector connector, Above above) {
        this.config = config;
        this.node = node;
        this.purpose = purpose;
        this.connector = connector;
        this.slots = above.slots();
        this.above = above;
        this.hearing = new Hearing(node.name(), purpose.label());
    }

    /** The pool that these connections are for. */
    interface Above {
        /** The node's ceiling, which both purposes share. */
        Slots slots();

        /** Called while the node is full. */
        void makeRoom();

        /** Called when a connection is about to be opened. */
        void opens();

        /**
         * Called when a connection has ended that was too old or retired, and another one may have to take its place; before the pool looks whether it
         * has to open one.
         */
        void left();
    }

    /** Who hears of these connections. */
    Hearing hearing() {
        return hearing;
    }

    /** Returns a connection or, once the pool is closing, fails; what goes wrong before that is in {@link #lastFailure}. */
    Connection getConnection() throws SQLException {
        try {
            Duration pause = SHORTEST_PAUSE;
            above.opens();
            while (true) {
                awaitNode();
                if (!slots.take(() -> !closed, above::makeRoom)) {
                    throw closing();
                }
                Connection connection = openInSlot();
                if (connection != null) {
                    return connection;
                }
                node.awaitChange(node.state(), pause);
                pause = isHeldBack() ? SHORTEST_PAUSE : longer(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while opening a connection to " + node, "08001", e);
        }
    }

    /** A refused password is not repeated by asking again: the breaker answers, and a new password is noticed soon. */
    private boolean isHeldBack() {
        SQLException failure = lastFailure;
        return failure != null && "28P01".equals(failure.getSQLState());
    }

    private static Duration longer(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    private @Nullable Connection openInSlot() throws SQLException {
        boolean opened = false;
        long begun = System.nanoTime();
        try {
            Connection connection = open();
            opened = true;
            lastFailure = null;
            hearing.now().opened(System.nanoTime() - begun);
            return connection;
        } catch (SQLException e) {
            if (closed) {
                throw e;
            }
            lastFailure = e;
            ErrorClass why = ErrorClass.of(e);
            hearing.now().openFailed(why.connectFailure());
            if (why.isNodeSignal()) {
                node.reportError(e);
            }
            return null;
        } finally {
            if (!opened) {
                slots.release();
            }
        }
    }

    private Connection open() throws SQLException {
        return connector.open(node, purpose, config.timeouts().connect(), this::ended, slots.spare());
    }

    private void ended(NodeConnection connection) {
        slots.release();
        lentBefore.addAndGet(connection.timesLent());
        returnedBefore.addAndGet(connection.timesReturned());
        if (connection.isBroken() && !closed) {
            invalid.incrementAndGet();
        }
        CloseReason reason = closed ? CloseReason.SHUTDOWN : connection.closeReason();
        if (reason == CloseReason.LIFETIME || reason == CloseReason.RETIRED) {
            above.left();
        }
        hearing.now().closed(reason);
    }

    /** Connections that ended because they had failed. */
    long invalid() {
        return invalid.get();
    }

    /** How often a connection was lent. */
    long borrowed() {
        return sum(lentBefore, NodeConnection::timesLent, mostLent);
    }

    /** How often one came back. */
    long returned() {
        return sum(returnedBefore, NodeConnection::timesReturned, mostReturned);
    }

    /** The ended ones first: one that ends meanwhile is missed once, which {@code most} makes up for, and never counted twice. */
    private long sum(AtomicLong before, ToLongFunction<NodeConnection> times, AtomicLong most) {
        long sum = before.get();
        for (NodeConnection connection : node.liveConnections()) {
            if (connection.purpose() == purpose) {
                sum += times.applyAsLong(connection);
            }
        }
        return most.accumulateAndGet(sum, Math::max);
    }

    private void awaitNode() throws InterruptedException, SQLException {
        while (node.state() == NodeState.DOWN) {
            if (closed) {
                throw closing();
            }
            node.awaitChange(NodeState.DOWN, PARK);
        }
    }

    /** Why the last connect failed; null when it did not. */
    @Nullable
    SQLException lastFailure() {
        return lastFailure;
    }

    void close() {
        closed = true;
        node.wakeParked();
    }

    private SQLException closing() {
        return new SQLException("The pool of " + node + " is closing", "08003");
    }

    @Override
    public String toString() {
        return purpose.label() + " connections to " + node;
    }
}
