package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.NodeHistory;
import dev.penstock.Served;
import dev.penstock.Session;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.TopologyConfig;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.TlsConfig;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an administrator has closed is left out of the questions: the database opens, and says what cannot be known. */
@PostgresTest
class ClosedFunctionsIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final List<String> CLOSED = List.of(
            "function pg_control_system()", "function pg_control_checkpoint()", "function pg_walfile_name(pg_lsn)");

    private final PostgresCluster cluster;
    private final AtomicInteger written =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(1_000_000_000));

    ClosedFunctionsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    static void createTable(PostgresCluster cluster) throws SQLException {
        cluster.primary().execute("create table app.visit (id int)");
    }

    @AfterEach
    void open() throws SQLException {
        for (String function : CLOSED) {
            cluster.primary().execute("grant execute on " + function + " to public");
        }
        cluster.primary().execute("grant select on pg_settings, pg_stat_wal_receiver to public");
        cluster.awaitReplicas();
    }

    @ParameterizedTest
    @CsvSource({
        "execute on function pg_control_system(),          pg_control_system() is closed,     true",
        "execute on function pg_control_checkpoint(),      pg_control_checkpoint(),           true",
        "select on pg_stat_wal_receiver,                   pg_stat_wal_receiver is closed,    true",
        "execute on function pg_walfile_name(pg_lsn),      WAL positions are closed,          false",
        "select on pg_settings,                            ,                                  true",
    })
    void a_database_opens_without_what_is_closed_and_its_note_says_what_cannot_be_known(
            String what, String note, boolean lagKnown) throws Exception {
        cluster.primary().execute("revoke " + what + " from public");
        cluster.awaitReplicas();
        try (Database db = Database.open(config().build())) {
            assertThat(db.await(
                            status -> status.nodes().stream()
                                    .allMatch(node -> node.state() == NodeState.UP
                                            && node.lag().time().isPresent() == lagKnown),
                            SOON))
                    .isTrue();
            assertThat(db.status().nodes())
                    .allSatisfy(
                            node -> assertThat(node.monitor().note().orElse("")).contains(note == null ? "" : note));
            await().atMost(SOON).until(() -> db.read(Served::by).inRecovery());
            Session session = db.session();
            session.write(c -> Served.run(c, "insert into app.visit values (" + written.incrementAndGet() + ")"));
            long read = session.read(c -> Served.count(c, "app.visit where id = " + written.get()));
            assertThat(read).isOne();
        }
    }

    @Test
    void a_function_that_is_closed_later_costs_no_node_and_is_told() throws Exception {
        try (Database db = Database.open(config().build())) {
            db.await(status -> status.nodes().stream().allMatch(node -> node.state() == NodeState.UP), SOON);
            NodeHistory history = NodeHistory.of(db);
            cluster.primary().execute("revoke execute on function pg_control_system() from public");
            assertThat(db.await(
                            status -> status.nodes().stream()
                                    .allMatch(node -> node.monitor().note().isPresent()),
                            SOON))
                    .isTrue();
            db.write(c -> Served.run(c, "insert into app.visit values (1)"));
            assertThat(history.lost()).isEmpty();
        }
    }

    @Test
    void a_pinned_cluster_has_to_be_proven() throws Exception {
        cluster.primary().execute("revoke execute on function pg_control_system() from public");
        TopologyConfig pinned = TopologyConfig.builder()
                .maxLag(Duration.ofSeconds(10))
                .systemIdentifier("7412")
                .build();
        DatabaseConfig.Builder config =
                config().topology(pinned).timeouts(Duration.ofSeconds(2), Duration.ofSeconds(5));
        SQLException refused =
                Timed.call(() -> Database.open(config.build()).close()).failedWithin(SOON, "08001");
        assertThat(refused.getMessage()).contains("pg_control_system() is closed to the role");
    }

    private DatabaseConfig.Builder config() {
        return TestConfigs.of(cluster).tls(TlsConfig.disabled());
    }
}
