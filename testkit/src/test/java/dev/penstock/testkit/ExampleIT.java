package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.testkit.history.FaultSchedule;
import dev.penstock.testkit.history.History;
import dev.penstock.testkit.history.HistoryChecker;
import dev.penstock.testkit.history.HistoryTable;
import dev.penstock.testkit.history.Kind;
import dev.penstock.testkit.history.Promise;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The programs that {@code docs/testkit.md} shows; {@link DocumentationTest} compares the two. */
class ExampleIT {
    @Nested
    class Quickstart {
        @Nested
        // doc: quickstart
        @PostgresTest(replicas = 2, tls = true)
        class FailoverTest {
            @Test
            void writes_go_on_after_the_loss_of_the_primary(PostgresCluster cluster) throws Exception {
                cluster.primary().execute("create table visits (id int); insert into visits values (1)");
                cluster.awaitReplicas();

                cluster.primary().kill();
                cluster.node(1).promote();

                try (Connection c = cluster.primary().connect("appuser")) {
                    assertThat(c.createStatement().executeUpdate("insert into visits values (2)"))
                            .isEqualTo(1);
                }
            }
        }
        // end
    }

    @Test
    void plain_object() throws Exception {
        // doc: object
        try (PostgresCluster cluster =
                PostgresCluster.builder().replicas(2).tls(true).start()) {
            String url = cluster.primary().jdbcUrl(); // sslmode=verify-full; no password in it
            Connection c = DriverManager.getConnection(url, "appuser", cluster.password("appuser"));
            // end
            assertThat(c.isValid(2)).isTrue();
            c.close();
        }
    }

    @Test
    void stale_read_and_split_brain() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder().replicas(2).start()) {
            cluster.primary().execute("create table visits (id int)");
            cluster.awaitReplicas();
            // doc: stale
            PostgresNode replica = cluster.node(1);
            replica.pauseReplay(); // receives, and does not show
            cluster.primary().execute("insert into visits values (1)");
            assertThat(replica.execute("select count(*) from visits")).isEqualTo(List.of(List.of("0")));
            replica.resumeReplay();
            replica.awaitReplay();
            // end
            assertThat(replica.execute("select count(*) from visits")).isEqualTo(List.of(List.of("1")));
            // doc: split
            PostgresNode old = cluster.primary();
            old.suspend(); // SIGSTOP: accepts TCP, answers nothing
            cluster.node(1).promote();
            old.resume(); // believes that it still is the primary
            assertThat(old.isPrimary() && cluster.primary().isPrimary()).isTrue();
            old.rejoin(); // now it follows, with a fresh copy if its history went another way
            // end
            assertThat(old.isPrimary()).isFalse();
        }
    }

    @Test
    void recorded_history() throws Exception {
        long seed = System.nanoTime();
        Duration length = Duration.ofSeconds(1);
        Duration deadline = Duration.ofSeconds(5);
        try (PostgresCluster cluster = PostgresCluster.builder().replicas(2).start();
                Connection connection = cluster.primary().connect("appuser")) {
            // doc: history
            HistoryTable table = HistoryTable.create(cluster, 4);
            List<TcpProxy> proxies =
                    cluster.nodes().stream().map(PostgresNode::proxy).toList();
            History history = new History();
            FaultSchedule faults = new FaultSchedule(table, proxies, history, seed, System.out::println);

            // in your threads, with connections through the proxies
            History.Call call = history.begin("s-1", Set.of(Promise.READ_YOUR_WRITES), Kind.WRITE, "k-1", deadline);
            call.acknowledged(table.write(connection, "k-1", call.id())); // or failed(why), or unknown(why)

            faults.run(length); // kills, freezes, cuts off and replaces servers, and heals them
            HistoryChecker checker = new HistoryChecker(Duration.ofMillis(100), Duration.ofSeconds(2));
            assertThat(checker.check(history.operations(), faults.evidence())).isEmpty();
            // end
            assertThat(cluster.replicas()).hasSize(2);
            cluster.awaitReplicas();
        }
    }

    @Nested
    class Builder {
        // doc: builder
        @RegisterExtension
        static final PostgresExtension POSTGRES = PostgresExtension.with(PostgresCluster.builder()
                        .replicas(1)
                        .setting("max_connections", "20")
                        .synchronousReplicas("node-2"))
                .isolation(Isolation.DATABASE);
        // end

        @Test
        void is_used(PostgresCluster cluster) throws Exception {
            assertThat(cluster.primary().execute("show max_connections")).isEqualTo(List.of(List.of("20")));
        }
    }

    @Nested
    class RolledBack {
        @Nested
        // doc: rollback
        @PostgresTest(replicas = 0, sharing = Sharing.JVM, isolation = Isolation.ROLLBACK)
        class OrdersTest {
            @Test
            void what_the_code_commits_is_gone_after_the_test(DataSource primary) throws Exception {
                try (Connection c = primary.getConnection()) {
                    c.setAutoCommit(false);
                    c.createStatement().execute("create temp table orders (id int)");
                    c.commit(); // moves a savepoint
                }
            }
        }
        // end
    }

    @Test
    void network_and_certificates() throws Exception {
        // doc: certificates
        CertificateAuthority ca = CertificateAuthority.create("Test CA");
        IssuedCertificate expired = ca.server("localhost").expired().issue();
        try (PostgresCluster cluster = PostgresCluster.builder()
                .certificateAuthority(ca)
                .serverCertificate(expired)
                .start()) {
            String url = cluster.primary().jdbcUrl();
            assertThatThrownBy(() -> DriverManager.getConnection(url, "appuser", cluster.password("appuser")))
                    .hasStackTraceContaining("NotAfter");
            // end
            Properties appuser = new Properties();
            appuser.setProperty("user", "appuser");
            appuser.setProperty("password", cluster.password("appuser"));
            appuser.setProperty("socketTimeout", "1");
            // doc: proxy
            TcpProxy proxy = cluster.primary().proxy();
            String proxied = "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/appdb";
            Connection c = DriverManager.getConnection(proxied, appuser);
            proxy.delay(Duration.ofMillis(50)); // each way
            assertThat(c.isValid(2)).isTrue();
            proxy.blackHole(Direction.SERVER_TO_CLIENT); // the reply is lost, the statement is not
            assertThatThrownBy(() -> c.createStatement().execute("select 1")).isInstanceOf(SQLException.class);
            proxy.heal();
            // end
        }
    }
}
