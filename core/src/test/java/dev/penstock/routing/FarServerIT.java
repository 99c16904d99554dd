package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.observe.NodeState;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.TcpProxy;
import dev.penstock.tls.TlsConfig;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A server whose round trips are long, so that a login takes longer than a nearby server may be silent. */
class FarServerIT {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** The promise: such a server is back within the connect deadline, and a little. */
    private static final Duration BACK = CONNECT.plusSeconds(2);

    @Test
    void a_server_whose_login_takes_longer_than_a_second_is_found_again_after_its_sessions_were_lost()
            throws SQLException {
        try (PostgresCluster cluster =
                        PostgresCluster.builder().replicas(0).tls(false).start();
                TcpProxy proxy = cluster.primary().proxy()) {
            proxy.delay(Duration.ofMillis(200));
            try (Database db = Database.open(TestConfigs.of(cluster)
                    .primary(proxy.host() + ":" + proxy.port())
                    .tls(TlsConfig.disabled())
                    .pool(2, 0, CONNECT)
                    .timeouts(CONNECT, Duration.ofSeconds(30))
                    .build())) {
                long monitor = sessionsOf(cluster);
                assertThat(monitor).as("the monitor's session").isEqualTo(1);
                cluster.primary()
                        .execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'appuser'");
                long begun = System.nanoTime();
                await().atMost(BACK).until(() -> sessionsOf(cluster) == 0);
                await().atMost(BACK)
                        .until(() -> sessionsOf(cluster) == 1
                                && db.status().nodes().get(0).state() == NodeState.UP);
                System.out.printf(
                        "found again after %d ms%n",
                        Duration.ofNanos(System.nanoTime() - begun).toMillis());
                Timed.call(() -> db.write(c -> Served.run(c, "select 1"))).succeededWithin(BACK);
            }
        }
    }

    private static long sessionsOf(PostgresCluster cluster) throws SQLException {
        return Long.parseLong(cluster.primary()
                .execute("select count(*) from pg_stat_activity where usename = 'appuser'")
                .get(0)
                .get(0));
    }
}
