package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.secret.SecretFolder;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The ways in which somebody else's pool, data source or file hands our properties to the driver. */
class DriverPropertiesTest {
    private static final CertificateAuthority OLD = CertificateAuthority.create("Old CA");
    private static final CertificateAuthority NEW = CertificateAuthority.create("New CA");
    private static final IssuedCertificate SERVER = OLD.server("localhost").issue();

    @TempDir
    Path directory;

    @Test
    void a_data_source_of_the_driver_takes_each_property() throws SQLException {
        try (FakePostgres server = FakePostgres.with(SERVER);
                TlsContext trusts = TlsContext.open(trusting(OLD));
                TlsContext mistrusts = TlsContext.open(trusting(NEW))) {
            assertThat(outcome(dataSource(server, trusts))).isEqualTo("TLS");
            assertThat(outcome(dataSource(server, mistrusts))).isEqualTo("TLS_UNTRUSTED_CHAIN");
        }
    }

    @Test
    void a_URL_carries_all_of_it() throws SQLException {
        try (FakePostgres server = FakePostgres.with(SERVER);
                TlsContext trusts = TlsContext.open(trusting(OLD));
                TlsContext mistrusts = TlsContext.open(trusting(NEW))) {
            assertThat(outcome(trusts.jdbcUrl(server.url()))).isEqualTo("TLS");
            assertThat(outcome(mistrusts.jdbcUrl(server.url()))).isEqualTo("TLS_UNTRUSTED_CHAIN");
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl(mistrusts.jdbcUrl(server.url() + "?connectTimeout=10"));
            assertThat(source.getConnectTimeout()).isEqualTo(10);
            assertThat(outcome(source)).isEqualTo("TLS_UNTRUSTED_CHAIN");
        }
    }

    @Test
    void a_URL_may_say_the_same() {
        try (FakePostgres server = FakePostgres.with(SERVER);
                TlsContext context = TlsContext.open(trusting(OLD))) {
            String url = context.jdbcUrl(server.url() + "?sslmode=verify-full&gssEncMode=disable");
            assertThat(url).containsOnlyOnce("sslmode=").containsOnlyOnce("gssEncMode=");
            assertThat(outcome(url)).isEqualTo("TLS");
        }
        try (TlsContext plain = TlsContext.open(TlsConfig.disabled())) {
            assertThat(plain.jdbcUrl("jdbc:postgresql:shop?sslmode=disable"))
                    .isEqualTo("jdbc:postgresql:shop?sslmode=disable");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://db/shop                             | is no JDBC URL of PostgreSQL: write jdbc:postgresql://host:port/database
            jdbc:mysql://db/shop                             | is no JDBC URL of PostgreSQL: write jdbc:postgresql://host:port/database
            jdbc:postgresql://db/shop?user=a&sslmode=disable | sets sslmode, which the TlsConfig says: take it out of the URL
            jdbc:postgresql://db/shop?sslmode=require&sslmode=disable | sets sslmode, which the TlsConfig says: take it out of the URL
            jdbc:postgresql://db/shop?password=x&sslfactory= | sets sslfactory, which the TlsConfig says: take it out of the URL
            """)
    void a_URL_that_says_something_else_is_refused(String url, String reason) {
        try (TlsContext context = TlsContext.open(TlsConfig.require())) {
            assertThatThrownBy(() -> context.jdbcUrl(url))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the URL " + reason);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sslmode=disable",
                "sslmode=require",
                "sslfactory=org.postgresql.ssl.NonValidatingFactory",
                "gssEncMode=prefer"
            })
    void what_a_URL_sets_beside_the_properties_does_not_win_unseen(String parameter) {
        try (FakePostgres server = FakePostgres.with(SERVER);
                TlsContext context = TlsContext.open(trusting(OLD))) {
            Dial dial = Dial.to(server.url() + "?" + parameter, "localhost", context);
            assertThat(dial.outcome()).isEqualTo("TLS_OVERRIDDEN");
            assertThat(dial.failure().orElseThrow().message())
                    .startsWith("the JDBC URL or a property sets " + parameter + ", the TlsContext ");
        }
    }

    @Test
    void constants_alone_follow_the_files_that_they_name() throws SQLException {
        SecretFolder folder = new SecretFolder(directory);
        IssuedCertificate first = OLD.client("first").issue();
        Path ca = folder.write("ca.crt", NEW.certificate());
        Path certificate = folder.write("tls.crt", first.chain());
        Path key = folder.write("tls.key", first.key());
        try (FakePostgres server = FakePostgres.demanding(OLD, SERVER)) {
            Properties constants = constants(Map.of(
                    "sslmode", "verify-full",
                    "sslrootcert", ca.toString(),
                    "sslcert", certificate.toString(),
                    "sslkey", key.toString()));
            assertThat(outcome(server.url(), constants)).isEqualTo("TLS_UNTRUSTED_CHAIN");
            folder.write("ca.crt", OLD.certificate());
            assertThat(outcome(server.url(), constants)).isEqualTo("TLS");
            IssuedCertificate second = OLD.client("second").issue();
            folder.write("tls.crt", second.chain());
            assertThat(outcome(server.url(), constants)).as("the last pair").isEqualTo("TLS");
            folder.write("tls.key", second.key());
            assertThat(outcome(server.url(), constants)).isEqualTo("TLS");
            assertThat(server.clientCertificates())
                    .extracting(shown -> shown.getSubjectX500Principal().getName())
                    .containsExactly("CN=first", "CN=first", "CN=second");
        }
    }

    @Test
    void constants_alone_leave_no_thread_and_are_read_once() throws SQLException {
        Path ca = new SecretFolder(directory).write("ca.crt", OLD.certificate());
        try (FakePostgres server = FakePostgres.with(SERVER)) {
            int before = TlsRegistry.size();
            for (int i = 0; i < 3; i++) {
                assertThat(outcome(
                                server.url(), constants(Map.of("sslmode", "verify-ca", "sslrootcert", ca.toString()))))
                        .isEqualTo("TLS");
            }
            assertThat(TlsRegistry.size()).isEqualTo(before + 1);
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("penstock-file-watcher") && thread.isAlive());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            sslmode=verify-full                                  | tls.ca must be set
            sslmode=verify-full&sslrootcert=/absent/ca.crt       | TLS_TRUST_FILE_MISSING
            sslmode=require&sslrootcert=system                   | tls.ca is system, which needs sslmode=verify-full
            sslmode=require&sslkey=/absent/tls.key               | sslkey is set without sslcert
            ssl=true                                             | tls.ca must be set
            sslmode=verify-full&sslrootcert=system               | TLS_UNTRUSTED_CHAIN
            sslmode=REQUIRE                                      | -
            sslmode=require&channelBinding=sometimes             | channelBinding
            """)
    void constants_mean_what_a_configuration_of_ours_means(String parameters, String refused) {
        try (FakePostgres server = FakePostgres.with(SERVER)) {
            Properties constants = constants(Map.of());
            String url = server.url() + "?" + parameters;
            if (refused == null) {
                assertThat(outcome(url, constants)).isEqualTo("TLS");
            } else {
                assertThatThrownBy(() -> DriverManager.getConnection(url, constants))
                        .satisfies(thrown -> assertThat(told(thrown)).contains(refused));
            }
        }
    }

    private static TlsConfig trusting(CertificateAuthority ca) {
        return TlsConfig.builder(SslMode.VERIFY_FULL)
                .ca(TlsSource.inline(ca.certificate()))
                .build();
    }

    private static Properties constants(Map<String, String> some) {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "user", "app",
                "password", "app",
                "preferQueryMode", "simple",
                "sslfactory", "dev.penstock.tls.TlsSocketFactory",
                "socketFactory", "dev.penstock.tls.TlsRequestSocket$Factory"));
        properties.putAll(some);
        return properties;
    }

    private static PGSimpleDataSource dataSource(FakePostgres server, TlsContext tls) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(server.url());
        for (Map.Entry<String, String> property : tls.driverProperties().entrySet()) {
            source.setProperty(property.getKey(), property.getValue());
        }
        return source;
    }

    private static String outcome(PGSimpleDataSource source) throws SQLException {
        source.setUser("app");
        source.setPassword("app");
        source.setProperty("preferQueryMode", "simple");
        try (Connection connection = source.getConnection()) {
            return connection.isClosed() ? "closed" : "TLS";
        } catch (SQLException refused) {
            return reason(refused);
        }
    }

    private static String outcome(String url) {
        Properties properties = new Properties();
        properties.putAll(Map.of("user", "app", "password", "app", "preferQueryMode", "simple"));
        return outcome(url, properties);
    }

    private static String outcome(String url, Properties properties) {
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            return connection.isClosed() ? "closed" : "TLS";
        } catch (SQLException refused) {
            return reason(refused);
        }
    }

    private static String reason(SQLException refused) {
        Optional<TlsFailure> known = TlsFailure.of(refused);
        return known.map(failure -> failure.reason().name()).orElseThrow(() -> new AssertionError(refused));
    }

    private static String told(Throwable thrown) {
        StringBuilder told = new StringBuilder();
        for (Throwable link = thrown; link != null; link = link.getCause()) {
            told.append(link).append('\n');
        }
        TlsFailure.of(thrown).ifPresent(failure -> told.append(failure.reason()));
        return told.toString();
    }
}
