package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.StartPolicy;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.observe.DatabaseStatus.Warning;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.testkit.Sharing;
import dev.penstock.testkit.TcpProxy;
import dev.penstock.tls.TlsConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Entries that name another kind of server than the configuration means, or the same one twice. */
@PostgresTest(replicas = 1, sharing = Sharing.JVM)
class MisnamedServerIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final PostgresCluster cluster;
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

    MisnamedServerIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void end() {
        System.setErr(standardError);
    }

    private DatabaseConfig.Builder config() {
        return TestConfigs.of(cluster).tls(TlsConfig.disabled()).timeouts(Duration.ofSeconds(3), Duration.ofSeconds(5));
    }

    private static void awaitAll(Database db) {
        await().atMost(SOON).until(() -> db.status().nodes().stream().allMatch(node -> node.state() == NodeState.UP));
    }

    private long timesLogged(String text) {
        return logged.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(text))
                .count();
    }

    @Test
    void a_replica_that_is_the_primary_under_another_name_is_told() throws SQLException {
        PostgresNode primary = cluster.primary();
        String alias = "127.0.0.1:" + primary.port();
        try (Database db = Database.open(config().replicas(alias).build())) {
            awaitAll(db);
            await().atMost(SOON).until(() -> !db.status().warnings().isEmpty());
            Warning warning = db.status().warnings().get(0);

            assertThat(warning.code()).isEqualTo("SAME_SERVER");
            assertThat(warning.about()).isEqualTo("node-2");
            assertThat(warning.message()).contains(alias, TestConfigs.endpoint(primary) + " (node-1)");
            assertThat(timesLogged("SAME_SERVER")).isOne();
            assertThat(db.read(Served::by).inRecovery()).isFalse();
        }
    }

    @Test
    void a_replica_with_two_names_is_told_until_one_of_them_leads_elsewhere() throws Exception {
        PostgresNode replica = cluster.replicas().get(0);
        try (TcpProxy proxy = replica.proxy();
                Database db = Database.open(
                        config().replicas(TestConfigs.endpoint(replica), proxy.host() + ":" + proxy.port())
                                .build())) {
            awaitAll(db);
            await().atMost(SOON).until(() -> !db.status().warnings().isEmpty());
            assertThat(db.status().warnings()).extracting(Warning::about).containsExactly("node-3");
            proxy.refuse();
            proxy.reset();
            await().atMost(SOON).until(() -> db.status().warnings().isEmpty());
        }
    }

    @Test
    void servers_of_their_own_are_not_told() throws SQLException {
        try (Database db = Database.open(config().build())) {
            awaitAll(db);
            assertThat(db.status().warnings()).isEmpty();
            assertThat(db.read(Served::by).inRecovery()).isTrue();
        }
        assertThat(timesLogged("SAME_SERVER")).isZero();
    }

    @Test
    void a_replica_alone_is_told_with_a_code_and_a_remedy_of_its_own() throws SQLException {
        DatabaseConfig.Builder alone = config().primary(
                        TestConfigs.endpoint(cluster.replicas().get(0)))
                .replicas();

        SQLException refused = catchThrowableOfType(
                SQLException.class, () -> Database.open(alone.build()).close());
        assertIsOnlyReplicas(refused);
        assertThat(refused.getMessage()).contains("the only server is a replica");
        try (Database db = Database.open(
                alone.start(StartPolicy.ANY).pool(2, 0, Duration.ofSeconds(1)).build())) {
            assertThat(db.read(Served::by).inRecovery()).isTrue();
            assertIsOnlyReplicas(
                    catchThrowableOfType(SQLException.class, () -> db.write(c -> Served.run(c, "select 1"))));
        }
    }

    private static void assertIsOnlyReplicas(SQLException refused) {
        assertThat(refused.getSQLState()).isEqualTo("08001");
        assertThat(refused.getMessage()).contains("[ONLY_REPLICAS]", "Name the primary as well", "REPLICA, UP");
        assertThat(refused.getCause())
                .isInstanceOfSatisfying(
                        ConnectFailedException.class,
                        cause -> assertThat(cause.code()).isEqualTo("ONLY_REPLICAS"));
    }
}
