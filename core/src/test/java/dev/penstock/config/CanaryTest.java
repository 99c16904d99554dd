package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.PasswordSource;
import dev.penstock.violation.InvalidConfigException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One password through every way in, right and wrong: it is in nothing that could be logged. */
class CanaryTest {
    private static final String CANARY = "C4nary0Pa55w0rd";

    private static Stream<String> forms() {
        return Stream.of(
                "postgresql://app:%s@db-1/shop",
                "postgresql://app:%s@db-1:x/shop",
                "postgresql://app:%s/@db-1/shop",
                "postgresql://app:%s@x@db-1/shop",
                "postgresql://app:@%s@db-1/shop",
                "postgresql://app:/%s@db-1/shop",
                "postgresql://app:%s%%4@db-1/shop",
                "postgresql://app:%s db-1/shop",
                "postgresql://app:%s",
                "postgresql://app:%s/shop",
                "postgresql://db-1/shop?password=%s",
                "postgresql://db-1/shop?password=%s&nonsense=1",
                "postgresql://db-1/shop?password=%s=",
                "postgresql://db-1/shop?%s",
                "postgresql://db-1/shop?%s=1",
                "postgresql://db-1/shop?sslpassword=%s&sslmode=x",
                "mysql://app:%s@db-1/shop",
                "app:%s@db-1/shop",
                "%s",
                "host=db-1 password=%s port=x",
                "host=db-1 password=a %s dbname=shop",
                "host=db-1 password='%s",
                "postgresql://app:${%s@db-1/shop",
                "postgresql://app:%s@db-1/shop?sslmode=require&sslrootcert=/x&sslmode=disable");
    }

    @ParameterizedTest
    @MethodSource("forms")
    void a_connection_string_never_shows_its_password(String form) {
        String uri = form.formatted(CANARY);

        assertThat(everythingPrintable(() -> DatabaseConfig.fromUri(uri, Map.of())))
                .doesNotContain(CANARY);
        assertThat(everythingPrintable(() -> DatabaseConfig.fromEnvironment(Map.of("DATABASE_URL", uri))))
                .doesNotContain(CANARY);
        assertThat(everythingPrintable(() -> DatabaseConfig.fromEnvironment(
                        Map.of("DATABASE_URL", "postgresql://localhost", "DATABASE_REPLICA_URL", uri))))
                .doesNotContain(CANARY);
        assertThat(everythingPrintable(
                        () -> Loading.yaml("database:\n  url: '" + uri.replace("'", "''") + "'\n", Map.of())))
                .doesNotContain(CANARY);
        assertThat(everythingPrintable(() -> Loading.yaml("database:\n  url: " + uri + "\n  pool_size: 0\n", Map.of())))
                .doesNotContain(CANARY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password: C4nary0Pa55w0rd",
                "password: C4nary0Pa55w0rd\n  password: x",
                "password: [C4nary0Pa55w0rd]",
                "password: @C4nary0Pa55w0rd",
                "password: 'C4nary0Pa55w0rd",
                "password: ${C4nary0Pa55w0rd",
                "pasword: C4nary0Pa55w0rd",
                "user_pw_env_var: C4nary0Pa55w0rd/+=",
                "tls:\n    key: '-----BEGIN PRIVATE KEY-----C4nary0Pa55w0rd'",
                "sslkey: '-----BEGIN PRIVATE KEY-----C4nary0Pa55w0rd'\n  sslcert: /x",
                "pool_size: ${PW}",
                "sslmode: ${PW}",
                "options: -c app.token=C4nary0Pa55w0rd",
                "options: C4nary0Pa55w0rd",
                "app_db: '${PW} '"
            })
    void a_file_never_shows_a_secret_that_is_in_the_right_or_the_wrong_place(String lines) {
        Map<String, String> environment = new HashMap<>(Map.of("PW", CANARY));

        assertThat(everythingPrintable(() -> Loading.keys(environment, lines))).doesNotContain(CANARY);
    }

    @Test
    void a_variable_and_an_env_file_never_show_a_password() {
        Map<String, String> environment = Map.of(
                "DATABASE_URL", "postgresql://app@localhost",
                "POSTGRES_APP_USER_PW", CANARY,
                "POSTGRES_APP_RO_PW", CANARY,
                "APP_DB_USER_PW", CANARY);

        assertThat(everythingPrintable(() -> DatabaseConfig.fromEnvironment(environment)))
                .doesNotContain(CANARY);
        assertThat(everythingPrintable(() -> EnvFile.parse("PW \"" + CANARY, ".env", Map.of())))
                .doesNotContain(CANARY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://app:C4nary0Pa55w0rd@db-1/shop",
                "app:C4nary0Pa55w0rd@db-1",
                "C4nary0Pa55w0rd@db-1:1"
            })
    void the_builder_never_shows_a_password_written_into_a_host(String host) {
        assertThat(everythingPrintable(() -> DatabaseConfig.builder()
                        .primary(host)
                        .database("shop")
                        .user("app")
                        .password(PasswordSource.literal(CANARY))
                        .build()))
                .doesNotContain(CANARY);
    }

    /** What a careless application could log: the configuration and all its parts, or the exception with its trace. */
    private static String everythingPrintable(Callable<?> loading) {
        try {
            Object loaded = loading.call();
            if (loaded instanceof DatabaseConfig config) {
                return "" + config + config.warnings() + config.origins() + config.endpoints() + config.password()
                        + config.roles() + config.session() + config.tls() + config.replicaLogins();
            }
            return "";
        } catch (InvalidConfigException e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace, true));
            return trace + e.getMessage() + e.violations();
        } catch (Exception e) {
            throw new AssertionError("only InvalidConfigException leaves config", e);
        }
    }
}
