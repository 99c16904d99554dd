package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.violation.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** File, then variable, then connection string: one ordered source, and what is ignored is named once. */
class PasswordOrderTest {
    @TempDir
    Path secrets;

    private Path file;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void write_the_secret() throws IOException {
        file = Files.writeString(secrets.resolve("pw"), "from-file\n");
        environment.put("DATABASE_URL", "postgresql://app:from-url@localhost/shop");
    }

    private DatabaseConfig load() {
        return DatabaseConfig.fromEnvironment(environment);
    }

    private String password(DatabaseConfig config) {
        return config.password().resolve(environment).reveal();
    }

    @Test
    void the_file_comes_first_and_the_ignored_places_are_named_once() {
        environment.put("DATABASE_PASSWORD_FILE_PATH", file.toString());
        environment.put("DATABASE_PASSWORD_ENV_VAR", "SHOP_PW");
        environment.put("SHOP_PW", "from-variable");
        DatabaseConfig config = load();

        assertThat(password(config)).isEqualTo("from-file");
        assertThat(config.warnings())
                .singleElement()
                .hasToString("user_pw_file_path is where the password is read (file " + file
                        + "); ignored: variable SHOP_PW, the password in DATABASE_URL"
                        + " (DATABASE_PASSWORD_FILE_PATH). Keep one of them.");
    }

    @Test
    void the_variable_comes_second_and_the_url_last() {
        environment.put(
                "DATABASE_PASSWORD_FILE_PATH", secrets.resolve("missing").toString());
        environment.put("DATABASE_PASSWORD_ENV_VAR", "SHOP_PW");
        environment.put("SHOP_PW", "from-variable");
        assertThat(password(load())).isEqualTo("from-variable");

        environment.remove("SHOP_PW");
        assertThat(password(load())).isEqualTo("from-url");
        assertThat(load().warnings()).isEmpty();
    }

    @Test
    void an_explicit_place_replaces_the_defaulted_ones() {
        environment.put("DATABASE_PASSWORD_FILE_PATH", file.toString());
        environment.put("POSTGRES_APP_USER_PW", "by-default");
        DatabaseConfig config = load();

        assertThat(config.password().describe()).doesNotContain("POSTGRES_APP_USER_PW");
        assertThat(config.warnings())
                .extracting(ConfigWarning::message)
                .noneMatch(m -> m.contains("POSTGRES_APP_USER_PW"));
    }

    @Test
    void by_default_the_usual_secret_and_variable_are_asked() {
        environment.put("POSTGRES_APP_USER_PW", "by-default");

        assertThat(password(load())).isEqualTo("by-default");
        assertThat(load().password().describe()).startsWith("file /run/secrets/postgres_app_user_pw, then ");
    }

    @Test
    void the_alias_of_development_is_asked_in_development_only() {
        environment.put("DATABASE_URL", "postgresql://app@localhost/shop");
        environment.put("APP_DB_USER_PW", "alias");
        assertThat(password(load())).isEqualTo("alias");

        environment.put("APP_ENVIRONMENT", "production");
        assertThat(load().password().describe()).doesNotContain("APP_DB_USER_PW");
    }

    @Test
    void a_variable_and_its_file_sibling_together_are_refused() {
        environment.put("POSTGRES_APP_USER_PW", "one");
        environment.put("POSTGRES_APP_USER_PW_FILE", file.toString());

        assertThat(Loading.codes(this::load)).containsExactly("PASSWORD_TWICE");
    }

    @Test
    void the_file_sibling_alone_is_read() {
        environment.put("POSTGRES_APP_USER_PW_FILE", file.toString());

        assertThat(password(load())).isEqualTo("from-file");
    }

    @Test
    void a_variable_that_holds_a_path_is_read_as_that_file_with_a_warning() {
        environment.put("POSTGRES_APP_USER_PW", file.toString());
        DatabaseConfig config = load();

        assertThat(password(config)).isEqualTo("from-file");
        assertThat(Loading.warningCodes(config)).contains("PATH_IN_VARIABLE");
    }

    @Test
    void a_variable_in_the_url_is_that_variable_and_must_be_set() {
        environment.put("DATABASE_URL", "postgresql://app:${SHOP_PW}@localhost/shop");
        assertThat(Loading.violations(this::load))
                .singleElement()
                .hasToString(
                        "url needs the variable that stands for its password, which is not set (DATABASE_URL). Set it,"
                                + " or the variable of its name with _FILE, or take the password out of the connection"
                                + " string and use user_pw_file_path.");

        environment.put("SHOP_PW", "pa/ss@word");
        assertThat(password(load())).isEqualTo("pa/ss@word");
    }

    @ParameterizedTest
    @ValueSource(strings = {"password: ${SHOP_PW}", "password: $SHOP_PW", "password: \"x${SHOP_PW:-y}\""})
    void an_expression_for_a_password_is_answered_with_the_key_to_use(String line) {
        assertThat(Loading.violations(() -> Loading.keys(Map.of("SHOP_PW", "s3cret"), line)))
                .singleElement()
                .returns("Use user_pw_env_var: SHOP_PW", Violation::remedy)
                .returns("***", Violation::value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"password: pa$$wo$rd", "url: postgresql://app:pw@localhost/shop"})
    void a_literal_is_refused_in_production_and_warned_about_elsewhere(String line) {
        String url = line.startsWith("url") ? "" : "  url: postgresql://app@localhost/shop\n";
        String yaml = "database:\n" + url + "  " + line + "\n  environment_mode: ";

        assertThat(Loading.codes(() -> Loading.yaml(yaml + "production\n", Map.of())))
                .containsExactly("LITERAL_PASSWORD");
        assertThat(Loading.warningCodes(Loading.yaml(yaml + "testing\n", Map.of())))
                .containsExactly("LITERAL_PASSWORD");
    }

    @Test
    void a_password_in_a_platforms_variable_is_no_literal() {
        environment.put("APP_ENVIRONMENT", "production");

        assertThat(password(load())).isEqualTo("from-url");
        DatabaseConfig yaml =
                Loading.yaml("database:\n  url: ${DATABASE_URL}\n  environment_mode: production\n", environment);
        assertThat(yaml.password().isLiteral()).isFalse();
    }

    @Test
    void the_other_roles_have_places_of_their_own() {
        environment.put("APP_DB_MIGRATION_USER", "migrator");
        environment.put("POSTGRES_APP_RO_PW", "read");
        environment.put("POSTGRES_MIGRATION_USER_PW", "migrate");
        environment.put("DATABASE_READ_ROLE", "ro_user");
        DatabaseConfig config = load();

        Login reader = config.readLogin(config.primary());
        assertThat(reader.user()).isEqualTo("backupuser");
        assertThat(reader.password().resolve(environment).reveal()).isEqualTo("read");
        assertThat(config.roles().migration().user()).isEqualTo("migrator");
        assertThat(config.roles().migration().password().resolve(environment).reveal())
                .isEqualTo("migrate");
    }

    @Test
    void reads_run_as_the_user_unless_said_otherwise() {
        assertThat(load().readLogin(load().primary()).user()).isEqualTo("app");
    }

    @Test
    void the_owner_of_the_tables_does_not_log_in() {
        environment.put("APP_DB_OWNER", "app");
        assertThat(Loading.warningCodes(load())).containsExactly("OWNER_LOGS_IN");

        environment.put("APP_ENVIRONMENT", "production");
        assertThat(Loading.codes(this::load)).containsExactly("OWNER_LOGS_IN");
    }

    /** Of a provider production takes a password in clear text, because tokens of clouds are sent so. */
    @Test
    void a_variable_of_an_env_file_is_a_variable_and_no_provider() {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(
                Map.of("DATABASE_URL", "postgresql://app@localhost/shop", "POSTGRES_APP_USER_PW", "of-the-env-file"));

        assertThat(config.password().isProvided()).isFalse();
        assertThat(config.password().resolve().reveal()).isEqualTo("of-the-env-file");
    }

    @Test
    void a_line_of_an_env_file_serves_as_a_variable_and_the_real_one_wins() {
        Map<String, String> merged =
                EnvFile.read(write("SHOP_PW=from-env-file\nDATABASE_PASSWORD_ENV_VAR=SHOP_PW\n"), environment);
        assertThat(DatabaseConfig.fromEnvironment(merged).password().resolve().reveal())
                .isEqualTo("from-env-file");

        environment.put("SHOP_PW", "real");
        Map<String, String> real =
                EnvFile.read(write("SHOP_PW=from-env-file\nDATABASE_PASSWORD_ENV_VAR=SHOP_PW\n"), environment);
        assertThat(DatabaseConfig.fromEnvironment(real).password().resolve().reveal())
                .isEqualTo("real");
    }

    private Path write(String text) {
        try {
            return Files.write(secrets.resolve(".env"), List.of(text.split("\n")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
