package dev.penstock.patroni;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Looks at every server every 10 ms, beside the library, and keeps when one became able to take writes. Thread-safe. */
public final class LeaderWatch implements AutoCloseable {
    private static final int EVERY_MILLIS = 10;

    /** A server that has just left recovery, or has come back out of it. */
    public record Turn(PatroniNode node, long nanos) {}

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Turn> turns = new ConcurrentLinkedQueue<>();

    public LeaderWatch(PatroniCluster cluster) {
        for (PatroniNode node : cluster.nodes()) {
            Thread thread = new Thread(() -> watch(node), "leader-watch-" + node.name());
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void watch(PatroniNode node) {
        boolean writable = false;
        try {
            while (!stopped.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                try (Connection connection = node.connect("postgres");
                        Statement statement = connection.createStatement()) {
                    writable = watch(node, statement, writable);
                } catch (SQLException gone) {
                    writable = false;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean watch(PatroniNode node, Statement statement, boolean before)
            throws SQLException, InterruptedException {
        boolean writable = before;
        do {
            boolean now = isWritable(statement);
            if (now && !writable) {
                turns.add(new Turn(node, System.nanoTime()));
            }
            writable = now;
        } while (!stopped.await(EVERY_MILLIS, TimeUnit.MILLISECONDS));
        return writable;
    }

    private static boolean isWritable(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("select not pg_is_in_recovery()")) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** Waits for the first turn after {@code nanos}. */
    public Turn awaitTurnAfter(long nanos, Duration limit) {
        await("a new leader").atMost(limit).until(() -> turnAfter(nanos).isPresent());
        return turnAfter(nanos).orElseThrow();
    }

    private Optional<Turn> turnAfter(long nanos) {
        return turns.stream().filter(turn -> turn.nanos() - nanos > 0).findFirst();
    }

    @Override
    public void close() {
        stopped.countDown();
        await("end of the watch")
                .atMost(Duration.ofSeconds(30))
                .until(() -> threads.stream().noneMatch(Thread::isAlive));
    }
}
