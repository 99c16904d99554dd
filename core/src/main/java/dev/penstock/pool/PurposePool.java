package dev.penstock.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.pool.HikariPool;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Connector;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.CloseReason;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.tls.ServerText;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one node for one purpose: a Hikari pool, started at the first borrow. Thread-safe.
 *
 * <p>Concurrency: {@code startLock} guards that a closed pool is not started any more; nothing is closed under it. {@code hikari} is read without
 * it. {@code replacing} guards {@code replacements} and what Hikari is told of them; neither calls anything else.
 */
final class PurposePool implements PhysicalSource.Above {
    private final DatabaseConfig config;
    private final Node node;
    private final Purpose purpose;
    private final Shared shared;
    private final PhysicalSource source;
    private final Intake intake;
    private final ReentrantLock startLock = new ReentrantLock();
    private final ReentrantLock replacing = new ReentrantLock();
    private volatile @Nullable HikariPool hikari;
    private volatile @Nullable HikariConfig settings;
    private volatile @Nullable PurposePool sibling;
    private boolean closed;

    /** Connections that are to be opened although nobody waits for them. */
    private int replacements;

    PurposePool(DatabaseConfig config, Node node, Purpose purpose, Connector connector, Shared shared) {
        this.config = config;
        this.node = node;
        this.purpose = purpose;
        this.shared = shared;
        this.source = new PhysicalSource(config, node, purpose, connector, this);
        this.intake = new Intake(source, new EvictionRule(node, purpose, hearing()));
    }

    /** Who hears of it. */
    Hearing hearing() {
        return source.hearing();
    }

    /** The pool that shares the node's ceiling. */
    void besides(PurposePool other) {
        sibling = other;
    }

    /**
     * A connection, or null when none came within {@code millis}.
     *
     * @throws SQLException at once when no connection can be opened for a reason that waiting will not mend, unless
     *     connections in use may still come back: a password that was just changed fails nobody who can be served
     */
    @Nullable
    Connection tryBorrow(long millis) throws SQLException {
        HikariPool pool = started();
        try {
            return pool.getConnection(millis);
        } catch (SQLTransientConnectionException e) {
            SQLException failure = source.lastFailure();
            if (failure != null && ErrorClass.of(failure).isFinal() && pool.getTotalConnections() == 0) {
                throw forThisCaller(failure);
            }
            return null;
        } catch (SQLException e) {
            throw HikariErrors.withState(e);
        }
    }

    /** Exceptions gather suppressed ones, so no two callers may be given the same. */
    private static SQLException forThisCaller(SQLException failure) {
        return failure instanceof ConnectFailedException failed
                ? failed.again()
                : new SQLException(ServerText.of(failure), failure.getSQLState(), failure);
    }

    private HikariPool started() throws SQLException {
        HikariPool running = hikari;
        return running == null ? start() : running;
    }

    /**
     * Starts the pool itself, without Hikari's data source around it: that offers no deadline per call, and tells the log of each start and shutdown of
     * each pool in four lines at INFO, which say nothing of the database.
     */
    private HikariPool start() throws SQLException {
        startLock.lock();
        try {
            if (closed) {
                throw new SQLException("The database is closed", "08003");
            }
            HikariPool running = hikari;
            if (running == null) {
                HikariConfig told = HikariSettings.of(config, node, purpose, intake, shared);
                settings = told;
                running = new HikariPool(told);
                hikari = running;
            }
            return running;
        } finally {
            startLock.unlock();
        }
    }

    private static boolean isOpen(HikariPool pool) {
        return pool.poolState != HikariPool.POOL_SHUTDOWN;
    }

    /** A pool that shuts down ends its connections itself, on threads that take nothing more. */
    private static void evict(HikariPool running, Connection connection) {
        if (isOpen(running)) {
            running.evictConnection(connection);
        }
    }

    void evict(Connection connection) throws SQLException {
        HikariPool running = hikari;
        if (running != null) {
            evict(running, connection);
        }
        connection.close();
    }

    /** The node has lost its role, was given up, or leaves. */
    void evictAll() {
        HikariPool running = hikari;
        if (running != null) {
            node.liveConnections().stream()
                    .filter(connection -> connection.purpose() == purpose)
                    .forEach(connection -> connection.endsFor(CloseReason.ROLE_CHANGE));
            running.softEvictConnections();
        }
    }

    /** Closed now, or on return when it is in use; nothing happens while its first borrower has it. */
    void retire(NodeConnection connection) throws SQLException {
        HikariPool running = hikari;
        Connection returned = connection.returnedHandle();
        if (running != null && returned != null) {
            connection.retire();
            evict(running, returned);
        } else if (!connection.wasLent()) {
            // Hikari gives the oldest idle one, which this is unless it is being lent now.
            closeOneIdle(CloseReason.RETIRED);
        }
    }

    @Override
    public Slots slots() {
        return shared.slots();
    }

    /** The node is full while a caller waits here: an idle connection of the sibling has to go. */
    @Override
    public void makeRoom() {
        HikariPool running = hikari;
        PurposePool other = sibling;
        if (running != null && other != null && running.getThreadsAwaitingConnection() > 0) {
            other.closeOneIdle(CloseReason.IDLE);
        }
    }

    /** Hikari fills the pool up to its minimum next, and opens as many as are to be replaced. */
    @Override
    public void left() {
        if (shared.keep().misses(purpose, openOnNode())) {
            replace(1);
        }
    }

    @Override
    public void opens() {
        replace(-1);
    }

    /** As long as one is missing, every connection counts as too few: Hikari looks before it opens one, and opens one at a time. */
    private void replace(int more) {
        replacing.lock();
        try {
            HikariConfig told = settings;
            if (told != null && replacements + more >= 0) {
                replacements += more;
                told.setMinimumIdle(replacements > 0 ? shared.ceiling() : 0);
            }
        } finally {
            replacing.unlock();
        }
    }

    /** Closes idle connections that are not kept; fewer when callers come for them. */
    void closeIdle(int count) {
        for (int i = 0; i < count; i++) {
            closeOneIdle(CloseReason.IDLE);
        }
    }

    private void closeOneIdle(CloseReason why) {
        HikariPool running = hikari;
        if (running == null || running.getIdleConnections() == 0) {
            return;
        }
        try {
            Connection idle = running.getConnection(1);
            idle.unwrap(NodeConnection.class).retire(why);
            evict(idle);
        } catch (SQLException e) {
            // Somebody else took it in this moment; the caller looks again.
            PoolLog.LOG.trace("No idle connection of {} to close: {}", source, ServerText.of(e));
        }
    }

    /** What is there for {@link KeepRule}. */
    KeepRule.Pool seen() {
        HikariPool running = hikari;
        return running == null
                ? KeepRule.Pool.NONE
                : new KeepRule.Pool(running.getTotalConnections(), running.getIdleConnections(), source.borrowed());
    }

    private int open() {
        HikariPool running = hikari;
        return running == null ? 0 : running.getTotalConnections();
    }

    private int openOnNode() {
        PurposePool other = sibling;
        return open() + (other == null ? 0 : other.open());
    }

    /** What exists of it; empty before the first borrow. */
    Optional<PoolSnapshot> snapshot(int waiting) {
        return hikari == null ? Optional.empty() : Optional.of(now(waiting));
    }

    private PoolSnapshot now(int waiting) {
        HikariPool pool = hikari;
        return new PoolSnapshot(
                purpose.label(),
                shared.size(),
                pool == null ? 0 : pool.getActiveConnections(),
                pool == null ? 0 : pool.getIdleConnections(),
                openOnNode(),
                waiting,
                source.invalid(),
                source.borrowed(),
                source.returned());
    }

    /** It was their turn, and no connection came: the server refused one and says why, or is slow. */
    SQLException notOpened(int waiting) {
        SQLException failure = source.lastFailure();
        boolean isFull = failure != null && ErrorClass.of(failure) == ErrorClass.SATURATED;
        return timedOut(
                waiting,
                isFull
                        ? "The server admits no further one."
                        : "The server is slow to open connections: look at its load and its log.");
    }

    /** @param remedy with who holds the connections, when their turn did not come because those were all in use */
    SQLException timedOut(int waiting, String remedy) {
        SQLException failure = source.lastFailure();
        String told = "No " + purpose.label() + " connection to " + node + " within "
                + config.pool().timeout().toMillis() + " ms (" + now(waiting) + "). " + remedy
                + (failure == null ? "" : " Last failure: " + ServerText.of(failure));
        String state = failure == null || failure.getSQLState() == null ? "08001" : failure.getSQLState();
        SQLException cause = failure instanceof ConnectFailedException failed ? failed.inBrief() : failure;
        return failure != null && ErrorClass.of(failure).isFinal()
                ? new SQLNonTransientConnectionException(told, state, cause)
                : new SQLTransientConnectionException(told, state, cause);
    }

    /** @param remedy with who holds the connections */
    SQLException queueFull(int waiting, String remedy) {
        return new SQLTransientConnectionException(
                "No " + purpose.label() + " connection to " + node + ": "
                        + config.pool().maxWaiting()
                        + " callers wait already (" + now(waiting) + "). " + remedy,
                "53300");
    }

    /** Starts no more, and opens no more connections. */
    void stopOpening() {
        startLock.lock();
        try {
            closed = true;
        } finally {
            startLock.unlock();
        }
        source.close();
    }

    void close() {
        stopOpening();
        HikariPool running = hikari;
        try {
            if (running != null && isOpen(running)) {
                running.shutdown();
            }
        } catch (InterruptedException e) {
            // Whoever closes is in a hurry: what was lent has been taken back before.
            Thread.currentThread().interrupt();
        } finally {
            intake.letGo();
        }
    }
}
