package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each fault as a PostgreSQL client meets it. */
@PostgresTest(replicas = 0, sharing = Sharing.JVM)
class TcpProxyIT {
    private final PostgresNode node;
    private final PostgresCluster cluster;
    private TcpProxy proxy;

    TcpProxyIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.node = cluster.primary();
    }

    @BeforeEach
    void open() {
        proxy = node.proxy();
    }

    @AfterEach
    void close() {
        proxy.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("penstock-proxy-" + proxy.port()));
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "appuser");
        properties.setProperty("password", cluster.password("appuser"));
        properties.setProperty("socketTimeout", "1");
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("sslmode", "disable");
        return DriverManager.getConnection(
                "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/appdb", properties);
    }

    private static void ask(Connection connection) throws SQLException {
        assertThat(Sql.run(connection, "select 1")).containsExactly(List.of("1"));
    }

    private static Duration time(Connection connection) throws SQLException {
        long start = System.nanoTime();
        ask(connection);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void without_a_fault_everything_passes_and_is_counted() throws Exception {
        String large = "x".repeat(3_000_000);
        try (Connection connection = connect()) {
            long turns = proxy.clientTurns();
            ask(connection);
            ask(connection);
            assertThat(proxy.clientTurns() - turns).isEqualTo(2);
            assertThat(Sql.run(connection, "select '" + large + "'")).containsExactly(List.of(large));
            assertThat(proxy.acceptedConnections()).isEqualTo(1);
            assertThat(proxy.openConnections()).isEqualTo(1);
            assertThat(proxy.bytes(Direction.CLIENT_TO_SERVER)).isGreaterThan(3_000_000);
            assertThat(proxy.bytes(Direction.SERVER_TO_CLIENT)).isGreaterThan(3_000_000);
        }
        await().until(() -> proxy.openConnections() == 0);
    }

    @Test
    void a_delay_is_paid_once_per_direction() throws Exception {
        try (Connection connection = connect()) {
            ask(connection);
            proxy.delay(Duration.ofMillis(300));
            assertThat(time(connection)).isBetween(Duration.ofMillis(600), Duration.ofMillis(3_000));
            proxy.heal();
            assertThat(time(connection)).isLessThan(Duration.ofMillis(600));
        }
    }

    @Test
    void a_throttled_result_takes_its_time() throws Exception {
        try (Connection connection = connect()) {
            proxy.throttle(100_000);
            long start = System.nanoTime();
            Sql.run(connection, "select repeat('x', 50000)");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(450), Duration.ofMillis(4_500));
        }
    }

    @Test
    void a_black_hole_holds_what_was_sent_until_it_is_healed() throws Exception {
        node.execute("create table if not exists sent (id int)");
        try (Connection connection = connect()) {
            proxy.blackHole(Direction.CLIENT_TO_SERVER);
            assertThatThrownBy(() -> Sql.run(connection, "insert into sent values (1)"))
                    .hasRootCauseMessage("Read timed out");
            assertThat(node.execute("select count(*) from sent")).containsExactly(List.of("0"));
            proxy.heal();
            await().until(() -> node.execute("select count(*) from sent").equals(List.of(List.of("1"))));
        }
    }

    @Test
    void a_new_connection_into_a_black_hole_gets_no_answer() {
        proxy.blackHole();
        assertThatThrownBy(this::connect).hasRootCauseMessage("Read timed out");
    }

    @Test
    void the_reply_to_a_commit_can_be_lost() throws Exception {
        node.execute("create table if not exists committed (id int)");
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            Sql.run(connection, "insert into committed values (1)");
            proxy.blackHoleOnceSent("COMMIT", Direction.SERVER_TO_CLIENT);
            assertThatThrownBy(connection::commit).hasRootCauseMessage("Read timed out");
        }
        assertThat(node.execute("table committed")).containsExactly(List.of("1"));
    }

    @Test
    void a_reset_ends_both_sides_at_once_and_new_connections_work() throws Exception {
        try (Connection connection = connect()) {
            String backend =
                    Sql.run(connection, "select pg_backend_pid()").get(0).get(0);
            CompletableFuture<Void> slow = CompletableFuture.runAsync(
                    () -> assertThatThrownBy(() -> Sql.run(connection, "select pg_sleep(1.5)"))
                            .hasStackTraceContaining("Connection reset"));
            await().until(() -> node.execute("select state from pg_stat_activity where pid = " + backend)
                    .equals(List.of(List.of("active"))));
            proxy.reset();
            slow.join();
        }
        try (Connection connection = connect()) {
            ask(connection);
        }
    }

    @Test
    void a_half_closed_connection_still_delivers_the_other_way() throws Exception {
        try (Connection connection = connect()) {
            String backend =
                    Sql.run(connection, "select pg_backend_pid()").get(0).get(0);
            proxy.halfClose(Direction.CLIENT_TO_SERVER);
            await().until(() -> node.execute("select 1 from pg_stat_activity where pid = " + backend)
                    .isEmpty());
        }
    }

    @Test
    void a_half_open_connection_is_gone_at_the_server_and_silent_at_the_client() throws Exception {
        try (Connection connection = connect()) {
            String backend =
                    Sql.run(connection, "select pg_backend_pid()").get(0).get(0);
            proxy.halfOpen();
            await().until(() -> node.execute("select 1 from pg_stat_activity where pid = " + backend)
                    .isEmpty());
            assertThatThrownBy(() -> ask(connection)).hasRootCauseMessage("Read timed out");
        }
    }

    @Test
    void a_half_open_connection_is_reset_by_healing() throws Exception {
        try (Connection connection = connect()) {
            proxy.halfOpen();
            proxy.heal();
            assertThatThrownBy(() -> ask(connection)).isInstanceOf(SQLException.class);
        }
        try (Connection connection = connect()) {
            ask(connection);
        }
    }

    @Test
    void connections_that_are_half_open_from_their_beginning_stand_and_are_never_answered() throws Exception {
        try (Connection before = connect()) {
            proxy.halfOpenNext(1);
            assertThatThrownBy(this::connect).hasRootCauseMessage("Read timed out");
            ask(before);
            try (Connection later = connect()) {
                ask(later);
            }
        }
    }

    @Test
    void a_connection_over_which_nothing_passed_for_a_while_is_lost_and_neither_side_is_told() throws Exception {
        try (Connection idle = connect();
                Connection used = connect()) {
            String backend = Sql.run(idle, "select pg_backend_pid()").get(0).get(0);
            proxy.forgetIdle(Duration.ofMillis(500));
            await().pollInterval(Duration.ofMillis(50))
                    .during(Duration.ofSeconds(1))
                    .untilAsserted(() -> ask(used));
            assertThatThrownBy(() -> ask(idle)).hasRootCauseMessage("Read timed out");
            assertThat(node.execute("select 1 from pg_stat_activity where pid = " + backend))
                    .hasSize(1);
        }
    }

    @Test
    void refused_is_refused_for_new_connections_alone() throws Exception {
        try (Connection connection = connect()) {
            proxy.refuse();
            assertThatThrownBy(this::connect).hasRootCauseMessage("Connection refused");
            ask(connection);
            proxy.heal();
            try (Connection again = connect()) {
                ask(again);
            }
        }
    }

    @Test
    void a_capture_shows_what_is_on_the_wire() throws Exception {
        proxy.capture(Direction.CLIENT_TO_SERVER);
        try (Connection connection = connect()) {
            Sql.run(connection, "select 'in the clear'");
        }
        assertThat(new String(proxy.captured(Direction.CLIENT_TO_SERVER), StandardCharsets.ISO_8859_1))
                .contains("in the clear")
                .doesNotContain(cluster.password("appuser"));
    }

    @Test
    void a_server_that_is_down_is_a_closed_connection() throws Exception {
        try (TcpProxy nowhere = TcpProxy.open("localhost", Ports.free(1).get(0));
                java.net.Socket socket = new java.net.Socket("localhost", nowhere.port())) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }
}
