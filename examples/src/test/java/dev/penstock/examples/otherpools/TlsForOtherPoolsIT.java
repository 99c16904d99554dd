package dev.penstock.examples.otherpools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsFailure;
import dev.penstock.tls.TlsReason;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documented lines on a server that demands client certificates of all but one role; {@code pg_stat_ssl} says which one a connection showed. */
class TlsForOtherPoolsIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static PostgresCluster cluster;

    @TempDir
    Path files;

    private IssuedCertificate first;

    @BeforeAll
    static void start() {
        cluster = PostgresCluster.builder()
                .replicas(0)
                .requireClientCertificates()
                .hba("hostssl all backupuser all scram-sha-256")
                .start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void write() throws IOException {
        first = cluster.certificates().authority().client("appuser").issue();
        write("ca.crt", cluster.certificates().authority().certificate());
        write(first);
        Files.copy(cluster.secretFile("appuser"), files.resolve("password"));
    }

    @Test
    void a_pool_shows_the_renewed_certificate_on_its_next_connection() throws Exception {
        IssuedCertificate renewed =
                cluster.certificates().authority().client("appuser").issue();
        try (TlsForOtherPools documented = documented();
                HikariDataSource pool = documented.hikari(url());
                Connection before = pool.getConnection()) {
            assertThat(shown(before)).isEqualTo(first.serialNumber());

            write(renewed);
            await().atMost(LIMIT).until(() -> documented.tls().generation() > 1);
            pool.getHikariPoolMXBean().softEvictConnections();

            try (Connection after = pool.getConnection()) {
                assertThat(shown(after)).isEqualTo(renewed.serialNumber());
            }
            assertThat(shown(before)).as("nothing happens to a standing one").isEqualTo(first.serialNumber());
        }
    }

    @Test
    void the_lines_in_readme_verify_the_server() throws Exception {
        List<TlsContext> opened = new ArrayList<>();
        Consumer<HikariConfig> login = pool -> {
            pool.setUsername("backupuser");
            pool.setPassword(cluster.password("backupuser"));
        };
        try (HikariDataSource pool =
                TlsForOtherPools.readme(cluster.certificates().caFile(), url(), login, opened::add)) {
            pool.getConnection().close();
        } finally {
            opened.forEach(TlsContext::close);
        }
    }

    @Test
    void a_pool_follows_the_CA_through_its_change() throws Exception {
        CertificateAuthority old = cluster.certificates().authority();
        CertificateAuthority fresh = CertificateAuthority.create("The next CA");
        try (TlsForOtherPools documented = documented();
                HikariDataSource pool = documented.hikari(url())) {
            cluster.replaceServerCertificate(fresh.server("localhost").issue());
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThatThrownBy(
                                    () -> documented.connect(url()).close())
                            .extracting(refused ->
                                    TlsFailure.of(refused).orElseThrow().reason())
                            .isEqualTo(TlsReason.TLS_UNTRUSTED_CHAIN));

            write("ca.crt", old.certificate() + fresh.certificate());
            await().atMost(LIMIT).until(() -> documented.tls().generation() > 1);

            pool.getHikariPoolMXBean().softEvictConnections();
            try (Connection after = pool.getConnection()) {
                assertThat(shown(after)).isEqualTo(first.serialNumber());
            }
        } finally {
            cluster.replaceServerCertificate(old.server("localhost").issue());
        }
    }

    @Test
    void a_pool_takes_the_password_that_the_file_holds_at_that_moment() throws Exception {
        try (TlsForOtherPools documented = documented();
                HikariDataSource pool = documented.hikari(url());
                Connection before = pool.getConnection()) {
            cluster.primary().execute("alter role appuser password 'the next one'");
            write("password", "the next one");
            pool.getHikariPoolMXBean().softEvictConnections();
            try (Connection after = pool.getConnection()) {
                assertThat(shown(after)).isEqualTo(shown(before));
            }
        } finally {
            cluster.primary().execute("alter role appuser password '" + cluster.password("appuser") + "'");
        }
    }

    @Test
    void the_data_source_of_the_driver_and_a_bare_URL_follow_too() throws Exception {
        IssuedCertificate renewed =
                cluster.certificates().authority().client("appuser").issue();
        try (TlsForOtherPools documented = documented()) {
            DataSource dataSource = documented.dataSource(url());
            try (Connection first = dataSource.getConnection();
                    Connection second = documented.connect(url())) {
                assertThat(shown(first)).isEqualTo(this.first.serialNumber()).isEqualTo(shown(second));
            }
            write(renewed);
            await().atMost(LIMIT).until(() -> documented.tls().generation() > 1);
            try (Connection first = dataSource.getConnection();
                    Connection second = documented.connect(url())) {
                assertThat(shown(first)).isEqualTo(renewed.serialNumber()).isEqualTo(shown(second));
            }
        }
    }

    @Test
    void a_pool_that_sets_the_fields_of_a_data_source_follows_too() throws Exception {
        try (TlsForOtherPools documented = documented()) {
            HikariConfig fields = new HikariConfig();
            fields.setDataSourceClassName("org.postgresql.ds.PGSimpleDataSource");
            fields.addDataSourceProperty("url", url());
            fields.setUsername("appuser");
            fields.setPassword(cluster.password("appuser"));
            documented.tls().driverProperties().forEach(fields::addDataSourceProperty);
            try (HikariDataSource pool = new HikariDataSource(fields);
                    Connection connection = pool.getConnection()) {
                assertThat(shown(connection)).isEqualTo(first.serialNumber());
            }
        }
    }

    /** {@code new HikariConfig("hikari.properties")} and the like: no program opens anything. */
    @Test
    void a_file_of_properties_is_enough() throws Exception {
        Properties constants = new Properties();
        constants.setProperty("jdbcUrl", url());
        constants.setProperty("username", "appuser");
        constants.setProperty("password", cluster.password("appuser"));
        constants.setProperty("dataSource.sslmode", "verify-full");
        constants.setProperty("dataSource.sslrootcert", files.resolve("ca.crt").toString());
        constants.setProperty("dataSource.sslcert", files.resolve("tls.crt").toString());
        constants.setProperty("dataSource.sslkey", files.resolve("tls.key").toString());
        constants.setProperty("dataSource.sslfactory", "dev.penstock.tls.TlsSocketFactory");
        constants.setProperty("dataSource.socketFactory", "dev.penstock.tls.TlsRequestSocket$Factory");
        constants.setProperty("dataSource.sslhostnameverifier", "dev.penstock.tls.TlsHostnameVerifier");
        IssuedCertificate renewed =
                cluster.certificates().authority().client("appuser").issue();
        try (HikariDataSource pool = new HikariDataSource(new HikariConfig(constants))) {
            try (Connection before = pool.getConnection()) {
                assertThat(shown(before)).isEqualTo(first.serialNumber());
            }
            write(renewed);
            pool.getHikariPoolMXBean().softEvictConnections();
            try (Connection after = pool.getConnection()) {
                assertThat(shown(after)).isEqualTo(renewed.serialNumber());
            }
        }
    }

    private TlsForOtherPools documented() {
        return new TlsForOtherPools(
                files.resolve("ca.crt"), files.resolve("tls.crt"), files.resolve("tls.key"), files.resolve("password"));
    }

    /** What {@code url} of docs/tls.md stands for. */
    private static String url() {
        return "jdbc:postgresql://localhost:" + cluster.primary().port() + "/" + cluster.database();
    }

    /** The server's view: the serial number of the client certificate of an encrypted connection. */
    private static BigInteger shown(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select client_serial from pg_stat_ssl where pid = pg_backend_pid() and ssl")) {
            assertThat(row.next()).isTrue();
            return row.getBigDecimal(1).toBigInteger();
        }
    }

    private void write(IssuedCertificate issued) throws IOException {
        write("tls.key", issued.key());
        write("tls.crt", issued.chain());
    }

    private void write(String name, String content) throws IOException {
        Path fresh = Files.writeString(files.resolve(name + ".new"), content);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        Files.move(fresh, files.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
