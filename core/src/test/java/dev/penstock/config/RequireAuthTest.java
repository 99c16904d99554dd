package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.ClientCertificate;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsSource;
import dev.penstock.violation.Violation;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code require_auth} is written, what holds when it is not, and what is warned about. */
class RequireAuthTest {
    /** As libpq 16 reads it, oauth as libpq 18 does. The driver takes a list that excludes every method for none at all. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        scram-sha-256                        | scram-sha-256
        md5                                  | md5
        password                             | password
        none                                 | none
        gss                                  | gss
        sspi                                 | sspi
        scram-sha-256,none                   | none,scram-sha-256
        none, scram-sha-256                  | none,scram-sha-256
        !none                                | password,md5,gss,sspi,scram-sha-256
        !password                            | none,md5,gss,sspi,scram-sha-256
        !password,!none                      | md5,gss,sspi,scram-sha-256
        !oauth                               | none,password,md5,gss,sspi,scram-sha-256
        !none,!password,!md5,!gss,!sspi      | scram-sha-256
        !none,!password,!md5,!gss,!sspi,!scram-sha-256 | REQUIRE_AUTH
        scram-sha-256,!none                  | REQUIRE_AUTH
        !none,scram-sha-256                  | REQUIRE_AUTH
        md5,md5                              | REQUIRE_AUTH
        !md5,!md5                            | REQUIRE_AUTH
        scram-sha-256,                       | NOT_A_WORD
        !                                    | NOT_A_WORD
        !!none                               | NOT_A_WORD
        scram                                | NOT_A_WORD
        SCRAM-SHA-256                        | NOT_A_WORD
        oauth                                | NOT_A_WORD
        cert                                 | NOT_A_WORD
        """)
    void a_list_is_read_as_libpq_reads_it_and_reaches_the_driver_as_what_it_accepts(String text, String read) {
        if (read.equals(read.toUpperCase(Locale.ROOT))) {
            assertThat(Loading.violations(() -> Loading.keys("require_auth: '" + text + "'")))
                    .singleElement()
                    .returns(read, Violation::code)
                    .returns("database.require_auth", Violation::path)
                    .returns("config.yaml:3", Violation::origin);
            return;
        }
        DatabaseConfig config = Loading.keys("require_auth: '" + text + "'");
        assertThat(accepted(config)).isEqualTo(read);
        assertThat(config.origins()).containsEntry("require_auth", "config.yaml:3");
    }

    @Test
    void key_variable_parameter_and_builder_mean_the_same() {
        assertThat(accepted(Loading.keys(Map.of("DATABASE_REQUIRE_AUTH", "md5"), "pool_size: 5")))
                .isEqualTo("md5");
        assertThat(accepted(uri("postgresql://app:x@localhost/shop?require_auth=md5%2Cnone")))
                .isEqualTo("none,md5");
        assertThat(accepted(uri("jdbc:postgresql://localhost/shop?user=app&password=x&requireAuth=!none,!md5")))
                .isEqualTo("password,gss,sspi,scram-sha-256");
        assertThat(accepted(builder().requireAuth("none").build())).isEqualTo("none");
        assertThat(Loading.violations(() -> builder().requireAuth("nine").build()))
                .singleElement()
                .returns("NOT_A_WORD", Violation::code)
                .returns("requireAuth", Violation::path)
                .returns("Did you mean 'none'?", Violation::remedy);
    }

    @Test
    void a_password_in_the_wrong_place_is_not_shown() {
        assertThat(Loading.violations(() -> builder().requireAuth("Zq7CANARYpw").build()))
                .singleElement()
                .returns("***", Violation::value);
    }

    private static DatabaseConfig uri(String text) {
        return DatabaseConfig.fromUri(text, Map.of());
    }

    /** The rows of docs/authentication.md. */
    @ParameterizedTest(name = "{0} {1} {2} to {3}, {4}, {5}")
    @CsvSource(delimiter = '|', textBlock = """
        production  | verify-full | -    | db.example.com | file     | scram-sha-256
        production  | verify-full | cert | db.example.com | file     | none,scram-sha-256
        production  | verify-ca   | cert | db.example.com | file     | none,scram-sha-256
        production  | require+ca  | cert | db.example.com | file     | scram-sha-256
        production  | verify-full | -    | db.example.com | provider | password,scram-sha-256
        production  | verify-full | cert | db.example.com | provider | none,password,scram-sha-256
        production  | verify-ca   | -    | db.example.com | provider | scram-sha-256
        production  | verify-full | -    | db.example.com | both     | scram-sha-256
        production  | require+ca  | -    | db.example.com | provider | scram-sha-256
        production  | disable     | -    | localhost      | provider | scram-sha-256
        development | disable     | -    | localhost      | file     | none,password,md5,gss,sspi,scram-sha-256
        development | prefer      | -    | 127.0.0.1      | file     | none,password,md5,gss,sspi,scram-sha-256
        development | prefer      | -    | [::1]          | file     | none,password,md5,gss,sspi,scram-sha-256
        development | prefer      | -    | db-1           | file     | none,md5,gss,sspi,scram-sha-256
        development | prefer+ca   | -    | db-1           | file     | none,md5,gss,sspi,scram-sha-256
        development | allow+ca    | -    | db-1           | file     | none,md5,gss,sspi,scram-sha-256
        development | require     | -    | db-1           | provider | none,md5,gss,sspi,scram-sha-256
        development | require+ca  | -    | db-1           | file     | none,password,md5,gss,sspi,scram-sha-256
        development | verify-ca   | -    | db-1           | file     | none,password,md5,gss,sspi,scram-sha-256
        development | verify-full | -    | db.example.com | file     | none,password,md5,gss,sspi,scram-sha-256
        testing     | disable     | -    | db-1           | file     | none,md5,gss,sspi,scram-sha-256
        """)
    void what_is_not_written_is_decided_by_environment_connection_and_source_of_the_password(
            String environment, String mode, String certificate, String host, String source, String accepted) {
        DatabaseConfig config = builder()
                .primary(host)
                .environmentMode(EnvironmentMode.valueOf(environment.toUpperCase(Locale.ROOT)))
                .tls(tls(mode, certificate.equals("cert")))
                .password(source(source))
                .build();
        assertThat(accepted(config)).isEqualTo(accepted);
        assertThat(Loading.warningCodes(config)).doesNotContain("REQUIRE_AUTH_WEAK");
        if (environment.equals("production")) {
            Login login = config.login(config.primary());
            assertThat(Stream.of(AuthMethod.NONE, AuthMethod.PASSWORD, AuthMethod.MD5))
                    .allSatisfy(method -> assertThat(config.isWeak(method, login))
                            .isNotEqualTo(accepted.contains(method.libpqName())));
            assertThat(config.isWeak(AuthMethod.GSS, login)).isFalse();
        }
    }

    private static TlsConfig tls(String mode, boolean certificate) {
        SslMode sslmode = SslMode.of(mode.replace("+ca", "")).orElseThrow();
        TlsConfig.Builder tls = TlsConfig.builder(sslmode);
        if (mode.endsWith("+ca") || sslmode.verifiesCertificate()) {
            tls.ca(TlsSource.file(Path.of("/ca.pem")));
        }
        if (certificate) {
            tls.clientCertificate(ClientCertificate.of(Path.of("/client.crt"), Path.of("/client.key")));
        }
        return tls.build();
    }

    private static PasswordSource source(String name) {
        PasswordSource provider = PasswordSource.provider("a token", () -> Secret.of("x"));
        return switch (name) {
            case "provider" -> provider;
            case "both" -> provider.orEnv("DB_PASSWORD");
            default -> PasswordSource.file(Path.of("/secret"));
        };
    }

    @Test
    void each_login_is_judged_by_the_source_of_its_own_password() {
        DatabaseConfig config = builder()
                .environmentMode(EnvironmentMode.PRODUCTION)
                .tls(tls("verify-full", false))
                .password(source("file"))
                .roles(RoleConfig.builder()
                        .readOnly(new Login("reader", source("provider")))
                        .readRole(ReadRole.RO_USER)
                        .build())
                .build();
        assertThat(AuthMethod.list(config.requireAuth(config.primary(), config.login(config.primary()))))
                .isEqualTo("scram-sha-256");
        assertThat(AuthMethod.list(config.requireAuth(config.primary(), config.readLogin(config.primary()))))
                .isEqualTo("password,scram-sha-256");
    }

    /** One warning for each weaker choice that is written, in every environment. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        production  | scram-sha-256              | -
        production  | gss                        | -
        production  | scram-sha-256,md5          | md5
        production  | !gss                       | none password md5
        production  | password                   | password
        development | password,none              | none password
        development | scram-sha-256              | -
        """)
    void what_is_written_and_weaker_than_productions_own_choice_is_warned_about_once_each(
            String environment, String written, String warned) {
        DatabaseConfig config = builder()
                .environmentMode(EnvironmentMode.valueOf(environment.toUpperCase(Locale.ROOT)))
                .requireAuth(written)
                .build();
        assertThat(config.warnings().stream()
                        .filter(warning -> warning.code().equals("REQUIRE_AUTH_WEAK"))
                        .map(warning -> warning.message().replaceAll("^accepts ([a-z0-9-]+):.*", "$1")))
                .isEqualTo(warned == null ? List.of() : List.of(warned.split(" ")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void nothing_where_a_list_belongs_is_a_mistake(String nothing) {
        assertThat(Loading.codes(() -> Loading.keys("require_auth: '" + nothing + "'")))
                .containsExactly("BLANK");
    }

    private static String accepted(DatabaseConfig config) {
        return AuthMethod.list(config.requireAuth(config.primary(), config.login(config.primary())));
    }

    private static DatabaseConfig.Builder builder() {
        return DatabaseConfig.builder()
                .primary("localhost")
                .database("shop")
                .user("app")
                .password(PasswordSource.file(Path.of("/secret")));
    }
}
