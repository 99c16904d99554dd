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
    private final Queue<Long> commits = new ConcurrentLinkedQueue<>();

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
            if (now) {
                commit(statement);
            }
        } while (!stopped.await(EVERY_MILLIS, TimeUnit.MILLISECONDS));
        return writable;
    }

    private static boolean isWritable(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("select not pg_is_in_recovery()")) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** A transaction that writes a record to the log: under synchronous replication it waits for a replica, as everybody's commits do. */
    private void commit(Statement statement) throws SQLException {
        statement.execute("select pg_logical_emit_message(true, 'leader-watch', '')");
        commits.add(System.nanoTime());
    }

    /**
     * When commits were possible again, after the longest time between the two in which no session that is connected to the leader itself could
     * commit: there was no leader, or it waited for its synchronous replica.
     */
    public long commitsAgainAt(long beginNanos, long endNanos) {
        List<Long> all = commits.stream().sorted().toList();
        long longest = 0;
        long again = beginNanos;
        for (int i = 1; i < all.size(); i++) {
            long from = all.get(i - 1);
            long to = all.get(i);
            if (from < endNanos && to > beginNanos && to - from > longest) {
                longest = to - from;
                again = to;
            }
        }
        return again;
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
