package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsSource;
import dev.penstock.violation.Violation;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each environment makes of each TLS mode on each kind of host. */
class EnvironmentRulesTest {
    private static final String PUBLIC = "db.example.com";

    private static Map<String, String> environment(String mode, String host, String parameters) {
        Map<String, String> environment = new HashMap<>();
        environment.put("APP_ENVIRONMENT", mode.equals("unset") ? "" : mode);
        environment.put("DATABASE_URL", "postgresql://app@" + host + "/shop" + parameters);
        return environment;
    }

    /** mode: what is in force; refused: by that rule; warned: accepted with that warning. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        development | localhost       |                          | prefer      | -                  | -
        testing     | localhost       |                          | prefer      | -                  | -
        production  | localhost       |                          | verify-full | -                  | -
        production  | db.example.com  |                          | verify-full | -                  | -
        development | db.example.com  |                          | prefer      | -                  | PRODUCTION_TLS
        development | db.example.com  | ?sslmode=disable         | disable     | -                  | PRODUCTION_TLS
        development | db.example.com  | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        development | db-1            | ?sslmode=require         | require     | -                  | -
        unset       | localhost       |                          | prefer      | -                  | -
        unset       | 0.0.0.0         | ?sslmode=disable         | disable     | -                  | -
        unset       | db-1            |                          | prefer      | -                  | ENVIRONMENT_UNSET
        unset       | db.lan          |                          | prefer      | -                  | ENVIRONMENT_UNSET
        unset       | [::ffff:10.0.0.1] |                        | prefer      | -                  | ENVIRONMENT_UNSET
        unset       | db-1            | ?sslmode=prefer          | prefer      | -                  | PRODUCTION_TLS ENVIRONMENT_UNSET
        unset       | db-1            | ?sslmode=require         | require     | -                  | ENVIRONMENT_UNSET
        unset       | db.example.com  |                          | verify-full | -                  | -
        unset       | db.example.com. |                          | verify-full | -                  | -
        unset       | 8.8.8.8         |                          | verify-full | -                  | -
        unset       | [::ffff:8.8.8.8] |                         | verify-full | -                  | -
        unset       | db-1,db.example.com |                      | verify-full | -                  | -
        unset       | db.example.com  | ?sslrootcert=/ca.pem     | verify-full | -                  | -
        unset       | db.example.com  | ?channel_binding=require | verify-full | -                  | -
        unset       | db.example.com  | ?sslmode=disable         | -           | PRODUCTION_TLS     | -
        unset       | db.example.com  | ?sslmode=allow           | -           | PRODUCTION_TLS     | -
        unset       | db.example.com  | ?sslmode=prefer          | -           | PRODUCTION_TLS     | -
        unset       | db-1,db.example.com | ?sslmode=prefer      | -           | PRODUCTION_TLS     | -
        unset       | db.example.com  | ?sslmode=prefer&sslrootcert=/ca.pem | - | PRODUCTION_TLS    | -
        unset       | db.example.com  | ?sslmode=prefer&channel_binding=require | - | PRODUCTION_TLS | -
        unset       | db.example.com  | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        unset       | db.example.com  | ?sslmode=require&channel_binding=require | require | -      | -
        unset       | db.example.com  | ?sslmode=require&sslrootcert=/ca.pem | require | -          | -
        unset       | db.example.com  | ?sslmode=verify-ca&sslrootcert=/ca.pem | verify-ca | -      | -
        unset       | db.example.com  | ?sslmode=verify-full     | verify-full | -                  | -
        testing     | db.example.com  |                          | prefer      | -                  | PRODUCTION_TLS
        development | db.example.com  | ?sslmode=require&channel_binding=require | require | -      | -
        production  | db.example.com  | ?sslmode=require&channel_binding=require | require | -      | -
        production  | db-1            | ?sslmode=require&channel_binding=require | require | -      | -
        production  | db-1            | ?sslmode=prefer&channel_binding=require | - | PRODUCTION_TLS | -
        production  | localhost       | ?sslmode=disable         | disable     | -                  | -
        production  | 127.0.0.1       | ?sslmode=prefer          | prefer      | -                  | -
        production  | [::1]           | ?sslmode=allow           | allow       | -                  | -
        production  | localhost       | ?sslmode=require         | require     | -                  | -
        production  | db-1            | ?sslmode=disable         | -           | PRODUCTION_TLS     | -
        production  | db-1            | ?sslmode=prefer          | -           | PRODUCTION_TLS     | -
        production  | localhost,db-1  | ?sslmode=prefer          | -           | PRODUCTION_TLS     | -
        production  | db-1            | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | 10.0.0.5        | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | 172.31.0.5      | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | [fd00::5]       | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | db.internal     | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | db.shop.svc     | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | shop.flycast    | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | localhost.      | ?sslmode=disable         | disable     | -                  | -
        production  | LOCALHOST       | ?sslmode=disable         | disable     | -                  | -
        production  | [0:0:0:0:0:0:0:1] | ?sslmode=disable       | disable     | -                  | -
        production  | [::ffff:127.0.0.1] | ?sslmode=disable      | disable     | -                  | -
        production  | [::FFFF:a00:5]  | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | [::ffff:8.8.8.8] | ?sslmode=require        | -           | REQUIRE_UNVERIFIED | -
        production  | [fe80::1%25eth0] | ?sslmode=require        | require     | -                  | REQUIRE_UNVERIFIED
        production  | [fe00::1]       | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | [fd::5]         | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | db.prod.svc.cluster.local. | ?sslmode=require | require  | -                  | REQUIRE_UNVERIFIED
        production  | DB.Internal     | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | db.lan          | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | nas.local       | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | DB.LOCAL.       | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | db.home.arpa    | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | localhost.localdomain | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | db.test         | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | db.service.dc1.consul | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | host.docker.internal | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | 100.127.255.255 | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | 169.254.1.1     | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | [::ffff:10.0.0.1] | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | [::ffff:100.64.0.1] | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | [FE80::1]       | ?sslmode=require         | require     | -                  | REQUIRE_UNVERIFIED
        production  | 0.0.0.0         | ?sslmode=disable         | disable     | -                  | -
        production  | [::]            | ?sslmode=disable         | disable     | -                  | -
        production  | [0:0:0:0:0:0:0:0] | ?sslmode=disable         | disable     | -                  | -
        production  | [::ffff:0.0.0.0] | ?sslmode=disable         | disable     | -                  | -
        production  | [::1%25lo]      | ?sslmode=disable         | disable     | -                  | -
        production  | db.localhost    | ?sslmode=disable         | disable     | -                  | -
        production  | 127.255.255.254 | ?sslmode=disable         | disable     | -                  | -
        production  | 0.0.0.1         | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | 10.0.0.5%25.example.com | ?sslmode=require | -           | REQUIRE_UNVERIFIED | -
        production  | 100.128.0.1     | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | [64:ff9b::a00:5] | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | lan.example     | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | local.example.com | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | db.mylan        | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | db.example.com  | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | db.example.com. | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | 8.8.8.8         | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | 172.32.0.5      | ?sslmode=require         | -           | REQUIRE_UNVERIFIED | -
        production  | 127.evil.com    | ?sslmode=disable         | -           | PRODUCTION_TLS     | -
        production  | db-1,db.example.com | ?sslmode=require     | -           | REQUIRE_UNVERIFIED | -
        production  | db.example.com  | ?sslmode=require&sslrootcert=/ca.pem | require | -          | -
        production  | db.example.com  | ?sslmode=verify-ca&sslrootcert=/ca.pem | verify-ca | -      | -
        production  | db.example.com  | ?sslmode=verify-full     | verify-full | -                  | -
        production  | db.example.com  | ?sslmode=verify-ca       | -           | TLS                | -
        development | db.example.com  | ?sslrootcert=system      | verify-full | -                  | -
        development | localhost       | ?sslmode=require&sslrootcert=system | - | TLS             | -
        development | localhost       | ?sslmode=disable&sslrootcert=/ca.pem | - | TLS            | -
        development | localhost       | ?sslnegotiation=direct   | -           | TLS                | -
        development | localhost       | ?ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2 | - | TLS | -
        """)
    void a_mode_on_a_host_is_accepted_warned_about_or_refused(
            String environment, String host, String parameters, String mode, String refused, String warned) {
        Map<String, String> variables = environment(environment, host, parameters == null ? "" : parameters);
        if (refused != null) {
            assertThat(Loading.codes(() -> DatabaseConfig.fromEnvironment(variables)))
                    .containsExactly(refused);
            return;
        }
        DatabaseConfig config = DatabaseConfig.fromEnvironment(variables);
        assertThat(config.tls().mode().libpqName()).isEqualTo(mode);
        assertThat(Loading.warningCodes(config)).isEqualTo(warned == null ? List.of() : List.of(warned.split(" ")));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "production, localhost, ",
        "production, db-1, ",
        "production, db.example.com, REQUIRE_UNVERIFIED",
        "development, db.example.com, ",
        "unset, db.example.com, REQUIRE_UNVERIFIED"
    })
    void cert_validation_none_says_aloud_that_the_server_stays_unproven(
            String environment, String host, String warned) {
        Map<String, String> variables = environment(environment, host, "?sslmode=require");
        variables.put("POSTGRES_SSL_CERT_VALIDATION", "none");

        assertThat(Loading.warningCodes(DatabaseConfig.fromEnvironment(variables)))
                .isEqualTo(warned == null ? List.of() : List.of(warned));
    }

    @Test
    void nothing_said_verifies_with_the_CA_that_is_given_or_with_the_public_ones() {
        assertThat(Loading.uri("postgresql://app@db.example.com/shop").tls()).isEqualTo(TlsConfig.verifyFull());
        assertThat(Loading.uri("postgresql://app@db.example.com/shop?sslrootcert=/ca.pem")
                        .tls())
                .isEqualTo(TlsConfig.verifyFull(Path.of("/ca.pem")));
        assertThat(builder("db.example.com").build().tls()).isEqualTo(TlsConfig.verifyFull());
        assertThat(builder("db-1").build().tls()).isEqualTo(TlsConfig.prefer());
        assertThat(builder("db.example.com")
                        .environmentMode(EnvironmentMode.DEVELOPMENT)
                        .build()
                        .tls())
                .isEqualTo(TlsConfig.prefer());
    }

    @Test
    void one_public_replica_beside_a_private_primary_has_every_server_verified() {
        Map<String, String> variables = environment("unset", "db-1", "");
        variables.put("DATABASE_REPLICA_URL", "postgresql://db.example.com/shop");

        assertThat(DatabaseConfig.fromEnvironment(variables).tls()).isEqualTo(TlsConfig.verifyFull());
        assertThat(builder("db-1").replicas("db.example.com").build().tls()).isEqualTo(TlsConfig.verifyFull());
        assertThat(Loading.codes(() -> builder("db-1")
                        .replicas("db.example.com")
                        .tls(TlsConfig.prefer())
                        .build()))
                .containsExactly("PRODUCTION_TLS");
    }

    /** A mode is written wherever it stands, as a variable that a platform sets too. */
    @ParameterizedTest
    @CsvSource({"DATABASE_URL, ?sslmode=prefer", "POSTGRES_SSL_MODE, ''"})
    void clear_text_to_a_public_host_is_refused_with_its_place_and_both_ways_out(String origin, String parameters) {
        Map<String, String> variables = environment("unset", PUBLIC, parameters);
        if (parameters.isEmpty()) {
            variables.put("POSTGRES_SSL_MODE", "prefer");
        }
        assertThat(Loading.violations(() -> DatabaseConfig.fromEnvironment(variables)))
                .singleElement()
                .returns(origin, Violation::origin)
                .extracting(Violation::remedy)
                .asString()
                .contains("sslmode=verify-full", "APP_ENVIRONMENT=development");
    }

    @Test
    void a_literal_password_towards_a_public_host_is_one_warning() {
        assertThat(Loading.warningCodes(Loading.uri("postgresql://app:secret@db.example.com/shop")))
                .containsExactly("LITERAL_PASSWORD");
        assertThat(Loading.warningCodes(builder("db.example.com")
                        .password(PasswordSource.literal("secret"))
                        .build()))
                .containsExactly("LITERAL_PASSWORD");
    }

    /** A discovery may name it later: private by configuration, so that nothing was said. */
    @ParameterizedTest
    @CsvSource({"db.example.com, true", "8.8.8.8, true", "db-2, false", "10.0.0.5, false"})
    void a_server_that_is_found_later_is_not_dialled_in_clear_text_when_it_is_public(String host, boolean refused) {
        DatabaseConfig config = builder("db-1").build();
        DatabaseConfig said =
                builder("db-1").environmentMode(EnvironmentMode.TESTING).build();

        assertThat(config.refusal(new Endpoint(host, 5432)).map(Violation::code))
                .isEqualTo(refused ? Optional.of("PRODUCTION_TLS") : Optional.empty());
        assertThat(said.refusal(new Endpoint(host, 5432))).isEmpty();
    }

    private static DatabaseConfig.Builder builder(String primary) {
        return DatabaseConfig.builder()
                .primary(primary)
                .database("shop")
                .user("app")
                .password(PasswordSource.env("X"));
    }

    @Test
    void the_refusal_of_an_unproven_public_server_names_four_ways() {
        assertThat(Loading.violations(
                        () -> DatabaseConfig.fromEnvironment(environment("production", PUBLIC, "?sslmode=require"))))
                .singleElement()
                .returns("url.sslmode", Violation::path)
                .returns("DATABASE_URL", Violation::origin)
                .extracting(Violation::remedy)
                .asString()
                .contains(
                        "sslrootcert=<CA file>",
                        "sslrootcert=system",
                        "channel_binding=require",
                        "cert_validation: none");
    }

    @Test
    void verify_full_with_cert_validation_none_contradicts_itself() {
        assertThat(Loading.violations(() -> Loading.keys("sslmode: verify-full", "cert_validation: none")))
                .extracting(Violation::code, Violation::path, Violation::origin)
                .contains(org.assertj.core.api.Assertions.tuple("TLS", "database.cert_validation", "config.yaml:4"));
    }

    @ParameterizedTest(name = "variable {0}, url {1}: {2}")
    @CsvSource({
        "require, prefer, require, true",
        "prefer, require, require, true",
        "verify-full, require, verify-full, true",
        "require, require, require, false"
    })
    void the_stronger_of_variable_and_url_wins_with_a_warning(
            String variable, String url, String mode, boolean warned) {
        Map<String, String> variables = environment("development", "localhost", "?sslmode=" + url);
        variables.put("POSTGRES_SSL_MODE", variable);
        DatabaseConfig config = DatabaseConfig.fromEnvironment(variables);

        assertThat(config.tls().mode()).isEqualTo(SslMode.of(mode).orElseThrow());
        assertThat(Loading.warningCodes(config).contains("SSLMODE_DIFFERS")).isEqualTo(warned);
    }

    @Test
    void every_tls_key_reaches_its_component() {
        DatabaseConfig config = Loading.keys(
                "tls:",
                "  mode: verify-full",
                "  ca: /etc/ca.pem",
                "  cert: /etc/client.crt",
                "  key: /etc/client.key",
                "  key_password_file: /run/secrets/key_pw",
                "  crl: /etc/crl.pem",
                "  min_version: TLSv1.2",
                "  max_version: TLSv1.3",
                "  ciphers: TLS_AES_256_GCM_SHA384,TLS_AES_128_GCM_SHA256",
                "  sni: off",
                "  verify_name: db.example.com",
                "  channel_binding: require",
                "  negotiation: direct",
                "  key_permissions: strict",
                "  reload_interval: 60");

        assertThat(config.tls().toString())
                .contains(
                        "mode=VERIFY_FULL", "/etc/ca.pem", "/etc/client.crt", "/etc/client.key", "/run/secrets/key_pw")
                .contains("/etc/crl.pem", "TLS_1_3", "TLS_AES_128_GCM_SHA256", "enabled=false", "db.example.com")
                .contains("channelBinding=REQUIRE", "negotiation=DIRECT", "keyPermissions=STRICT", "PT1M");
    }

    @Test
    void libpqs_names_mean_the_same_directly_below_the_database() {
        DatabaseConfig config = Loading.keys(
                "sslmode: verify-full", "sslrootcert: system", "ssl_min_protocol_version: TLSv1.3", "sslsni: 0");

        assertThat(config.tls().mode()).isEqualTo(SslMode.VERIFY_FULL);
        assertThat(config.tls().ca()).isEqualTo(TlsSource.system());
        assertThat(config.tls().sni().enabled()).isFalse();
        assertThat(config.origins()).containsEntry("tls.mode", "config.yaml:3");
    }

    @Test
    void an_unset_environment_is_warned_about_once_a_server_is_elsewhere() {
        assertThat(Loading.warningCodes(Loading.uri("postgresql://app@localhost/shop")))
                .isEmpty();
        assertThat(Loading.warningCodes(Loading.uri("postgresql://app@db-1/shop")))
                .contains("ENVIRONMENT_UNSET");
        assertThat(Loading.warningCodes(DatabaseConfig.fromEnvironment(environment("testing", "db-1", ""))))
                .doesNotContain("ENVIRONMENT_UNSET");
    }
}
