package dev.penstock.benchmarks.scenario;

import dev.penstock.Database;
import dev.penstock.observe.NodeStatus;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/** The lag that Penstock reports beside the truth and two formulas in common use, while the primary is idle and after. */
final class LagScenario implements Scenario {
    private static final Duration IDLE = Duration.ofSeconds(6);

    /** Up to 15 s after the last write the server's background writer adds a record of its own, which nobody's row is in. */
    private static final Duration QUIET = Duration.ofSeconds(20);

    /** What is asked of the replica itself: the age of its last replayed commit, gated by receive = replay or not. */
    private static final String FORMULAS = """
            select extract(epoch from now() - pg_last_xact_replay_timestamp()),
                   case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
                        else extract(epoch from now() - pg_last_xact_replay_timestamp()) end""";

    private long wroteAt;

    @Override
    public String name() {
        return "lag";
    }

    @Override
    public String title() {
        return "reported lag beside the truth (the age of the oldest write that the replica does not show), in seconds;"
                + " the goal is an error of at most one probe interval (1 s)";
    }

    @Override
    public void run(int rounds, Random random) throws Exception {
        try (PostgresCluster cluster = Scenario.cluster();
                Database database = Database.open(
                        Scenario.config(cluster).maxLag(Duration.ofMinutes(1)).build())) {
            PostgresNode replica = cluster.node(1);
            System.out.println("  row                              truth   Penstock      bytes   age of last commit"
                    + "   the same, 0 when receive = replay");
            write(cluster);
            cluster.awaitReplicas();
            Scenario.awaitCalm(database);
            Scenario.pass(IDLE);
            row("primary idle for 6 s, caught up", database, replica, false);
            replica.pauseReplay();
            written("replay paused", cluster, database, replica);
            replica.resumeReplay();
            cluster.awaitReplicas();
            Scenario.pass(QUIET);
            row("replay resumed, idle for 20 s", database, replica, false);
            replica.cutReplication();
            Scenario.pass(IDLE);
            row("receiver cut, primary idle 6 s", database, replica, false);
            written("receiver cut", cluster, database, replica);
        }
    }

    /** One small write, and what is said of it at four moments after. */
    private void written(String state, PostgresCluster cluster, Database database, PostgresNode replica)
            throws SQLException {
        write(cluster);
        Duration before = Duration.ZERO;
        for (int millis : List.of(100, 1600, 3800, 8000)) {
            Scenario.pass(Duration.ofMillis(millis).minus(before));
            before = Duration.ofMillis(millis);
            row(state + ", written " + millis / 1e3 + " s ago", database, replica, true);
        }
    }

    private void write(PostgresCluster cluster) throws SQLException {
        cluster.primary().execute("insert into app.polled values (1)");
        wroteAt = System.nanoTime();
    }

    private void row(String what, Database database, PostgresNode replica, boolean behind) throws SQLException {
        double truth = behind ? (System.nanoTime() - wroteAt) / 1e9 : 0;
        NodeStatus status = database.status().node(replica.name()).orElseThrow();
        List<String> formulas = replica.execute(FORMULAS).get(0);
        System.out.printf(
                Locale.ROOT,
                "  %-31s %6.2f   %8s %10s   %18s   %33s%n",
                what,
                truth,
                seconds(status.lag().time()),
                status.lag().bytes().map(String::valueOf).orElse("unknown"),
                rounded(formulas.get(0)),
                rounded(formulas.get(1)));
    }

    private static String seconds(Optional<Duration> lag) {
        return lag.map(time -> String.format(Locale.ROOT, "%.2f", time.toNanos() / 1e9))
                .orElse("unknown");
    }

    private static String rounded(String seconds) {
        return seconds.isEmpty() ? "none" : String.format(Locale.ROOT, "%.2f", Double.parseDouble(seconds));
    }
}
