package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What editors and env files of another system leave around a value is no part of it, wherever the value was written. */
class LineEndsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"%s\n", "%s\r\n", "%s\r", "\uFEFF%s", "\uFEFF%s\r\n"})
    void a_variable_is_read_without_them(String form) {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(Map.of(
                "DATABASE_URL", form.formatted("postgresql://localhost/${NAME}"),
                "NAME", form.formatted("shop"),
                "APP_DB_USER", form.formatted("app"),
                "DATABASE_POOL_SIZE", form.formatted("7"),
                "DATABASE_PASSWORD_ENV_VAR", form.formatted("SHOP_PW"),
                "SHOP_PW", form.formatted("hunter2")));

        assertThat(config.database()).isEqualTo("shop");
        assertThat(config.user()).isEqualTo("app");
        assertThat(config.pool().size()).isEqualTo(7);
        assertThat(config.password().resolve().reveal()).isEqualTo("hunter2");
    }

    @Test
    void a_value_of_a_file_is_read_without_them() {
        DatabaseConfig config = Loading.keys(
                "app_db: ignored\n  user: \"app\\r\\n\"", "owner_user: |", "    owner", "password: |", "    hunter2");

        assertThat(config.user()).isEqualTo("app");
        assertThat(config.roles().ownerUser()).isEqualTo("owner");
        assertThat(config.password().resolve().reveal()).isEqualTo("hunter2");
    }

    @Test
    void a_file_may_begin_with_a_byte_order_mark() throws IOException {
        Path yaml = Files.writeString(
                directory.resolve("config.yaml"), "\uFEFFdatabase:\r\n  url: postgresql://app@localhost/shop\r\n");
        Path env = Files.writeString(directory.resolve(".env"), "\uFEFFPOSTGRES_APP_USER_PW=hunter2\r\nB=1\r\n");

        Map<String, String> environment = EnvFile.read(env, Map.of());
        assertThat(environment).containsEntry("B", "1");
        assertThat(DatabaseConfig.load(yaml, environment).password().resolve().reveal())
                .isEqualTo("hunter2");
    }
}
