package dev.penstock.cli.demo;

import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** What happens to the servers while the workload runs: a replica falls behind, the primary dies, a replica is promoted. */
final class Incidents {
    private static final long BETWEEN_QUESTIONS_NANOS = 1_000_000;
    private static final Duration PROMOTION_LIMIT = Duration.ofSeconds(30);

    private final PostgresCluster cluster;
    private final Stopwatch stopwatch;
    private final Display display;

    Incidents(PostgresCluster cluster, Stopwatch stopwatch, Display display) {
        this.cluster = cluster;
        this.stopwatch = stopwatch;
        this.display = display;
    }

    /** The replica that confirms every commit, so that it has all that was acknowledged when it is promoted. */
    static PostgresNode heir(PostgresCluster cluster) {
        return cluster.node(1);
    }

    Failover run(DemoPlan plan) throws SQLException, InterruptedException {
        // Another one than the heir when there is another one.
        PostgresNode slow = cluster.node(plan.replicas());
        stopwatch.awaitElapsed(plan.pauseAt());
        slow.pauseReplay();
        tell(slow.name() + " stops replaying: its lag grows");
        stopwatch.awaitElapsed(plan.resumeAt());
        slow.resumeReplay();
        tell(slow.name() + " replays again");
        stopwatch.awaitElapsed(plan.killAt());
        return failOver();
    }

    private Failover failOver() throws SQLException, InterruptedException {
        PostgresNode primary = cluster.primary();
        PostgresNode heir = heir(cluster);
        try (Connection observer = heir.connect();
                Statement statement = observer.createStatement()) {
            Duration killed = stopwatch.elapsed();
            primary.kill();
            display.event(killed, primary.name() + ", the primary, is killed (SIGKILL)");
            stopwatch.awaitElapsed(killed.plus(DemoPlan.UNTIL_PROMOTION));
            tell(heir.name() + " is told to become the primary");
            heir.promoteNow();
            long writable = awaitWritable(statement);
            tell(heir.name() + " is writable");
            cluster.followPrimary();
            return new Failover(heir, killed, writable);
        }
    }

    /** Asked on a connection that Penstock knows nothing of. */
    private static long awaitWritable(Statement statement) throws SQLException, InterruptedException {
        Stopwatch waiting = Stopwatch.start();
        while (isInRecovery(statement)) {
            if (waiting.elapsed().compareTo(PROMOTION_LIMIT) > 0) {
                throw new SQLException("The replica was not promoted within " + PROMOTION_LIMIT.toSeconds() + " s");
            }
            Stopwatch.pause(BETWEEN_QUESTIONS_NANOS);
        }
        return System.nanoTime();
    }

    private static boolean isInRecovery(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery("select pg_is_in_recovery()")) {
            result.next();
            return result.getBoolean(1);
        }
    }

    private void tell(String event) {
        display.event(stopwatch.elapsed(), event);
    }

    /**
     * The loss of the primary, as seen from outside of Penstock.
     *
     * @param heir who is the primary now
     * @param killed when the former one was killed, from the start of the workload
     * @param writableNanos when ({@link System#nanoTime}) the heir was first seen to be writable
     */
    record Failover(PostgresNode heir, Duration killed, long writableNanos) {}
}
