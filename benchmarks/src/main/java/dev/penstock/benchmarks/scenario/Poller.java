package dev.penstock.benchmarks.scenario;

import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Finds the moment from which a server takes writes, by a session that has to do with none of the clients. */
final class Poller {
    private static final long PAUSE_NANOS = 500_000;

    private Poller() {}

    /** {@link System#nanoTime()} of the first insert that succeeded. Opens a session as often as it has none. */
    static CompletableFuture<Long> firstWrite(PostgresNode node) {
        CompletableFuture<Long> first = new CompletableFuture<>();
        Thread thread = new Thread(() -> poll(node, first), "poller of " + node.name());
        thread.setDaemon(true);
        thread.start();
        return first;
    }

    private static void poll(PostgresNode node, CompletableFuture<Long> first) {
        long deadline = System.nanoTime() + Scenario.LIMIT.toNanos();
        SQLException last = null;
        Connection session = null;
        while (!first.isDone() && System.nanoTime() - deadline < 0) {
            try {
                session = session == null || session.isClosed() ? node.connect() : session;
                insert(session);
                first.complete(System.nanoTime());
            } catch (SQLException notYet) {
                last = notYet;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        end(session);
        first.completeExceptionally(new IllegalStateException(node + " took no write", last));
    }

    private static void insert(Connection session) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute("insert into app.polled values (1)");
        }
    }

    private static void end(@Nullable Connection session) {
        try {
            if (session != null) {
                session.close();
            }
        } catch (SQLException e) {
            System.err.println("the poller's session did not end: " + e.getMessage());
        }
    }
}
