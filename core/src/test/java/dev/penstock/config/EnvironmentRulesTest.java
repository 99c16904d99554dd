package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each environment makes of each TLS mode on each kind of host. */
class EnvironmentRulesTest {
    private static final String PUBLIC = "db.example.com";

    private static Map<String, String> environment(String mode, String host, String parameters) {
        Map<String, String> environment = new HashMap<>();
        environment.put("APP_ENVIRONMENT", mode);
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
        assertThat(Loading.warningCodes(config))
                .isEqualTo(warned == null ? java.util.List.of() : java.util.List.of(warned));
    }

    @ParameterizedTest
    @CsvSource({"localhost, ", "db-1, ", "db.example.com, REQUIRE_UNVERIFIED"})
    void cert_validation_none_says_aloud_that_the_server_stays_unproven(String host, String warned) {
        Map<String, String> variables = environment("production", host, "?sslmode=require");
        variables.put("POSTGRES_SSL_CERT_VALIDATION", "none");

        assertThat(Loading.warningCodes(DatabaseConfig.fromEnvironment(variables)))
                .isEqualTo(warned == null ? java.util.List.of() : java.util.List.of(warned));
    }

    @Test
    void the_refusal_of_an_unproven_public_server_names_three_ways() {
        assertThat(Loading.violations(
                        () -> DatabaseConfig.fromEnvironment(environment("production", PUBLIC, "?sslmode=require"))))
                .singleElement()
                .returns("url.sslmode", Violation::path)
                .returns("DATABASE_URL", Violation::origin)
                .extracting(Violation::remedy)
                .asString()
                .contains("sslrootcert=<CA file>", "sslrootcert=system", "cert_validation: none");
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
