package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolveCommandTest {
    private static final String CANARY = "canary-71c2";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void json_is_one_object_with_the_documented_names_and_no_secret() throws Exception {
        int status = resolve("--json", "--url", "postgresql://app:" + CANARY + "@db-1,db-2:5433/shop?sslmode=require");
        assertThat(status).isZero();
        assertThat(topLevelNames(printed(out)))
                .containsExactly(
                        "hosts", "database", "user", "jdbcUrl", "parameters", "pool", "tls", "origins", "warnings");
        assertThat(printed(out))
                .contains("\"jdbc:postgresql://db-1:5432/shop\"")
                .contains("\"port\" : 5433");
        assertThat(printed(out)).doesNotContain(CANARY);
        assertThat(printed(err)).isEmpty();
    }

    @Test
    void json_of_a_wrong_configuration_lists_every_violation_and_ends_with_2(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("config.yaml"), """
                database:
                  url: postgresql://app@db-1/shop
                  pool_size: 200
                  pool_timeot: 30
                """);
        int status = resolve("--json", "--config", file.toString());
        assertThat(status).isEqualTo(2);
        assertThat(topLevelNames(printed(out))).containsExactly("violations");
        assertThat(printed(out))
                .contains("config.yaml:3")
                .contains("config.yaml:4")
                .contains("pool_timeout");
    }

    @Test
    void text_shows_where_each_value_was_written(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("config.yaml"), "database:\n  url: postgresql://app@db-1/shop\n  pool_size: 7\n");
        assertThat(resolve("--config", file.toString())).isZero();
        assertThat(printed(out)).contains("db-1:5432").containsPattern("pool_size +7\\R");
        assertThat(printed(out)).containsPattern("pool_size +config\\.yaml:3");
    }

    @Test
    void mistakes_as_text_go_to_standard_error() throws Exception {
        assertThat(resolve("--url", "mysql://db/shop")).isEqualTo(2);
        assertThat(printed(out)).isEmpty();
        assertThat(printed(err)).contains("1 mistake");
    }

    @Test
    void two_sources_at_once_are_refused() {
        assertThatThrownBy(() -> resolve("--url", "postgresql://db", "--config", "x"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("exclude each other");
    }

    private int resolve(String... arguments) throws UsageException {
        return new ResolveCommand().run(List.of(arguments), new Terminal(stream(out), stream(err), false));
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String printed(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Also proves that the text is one JSON object and nothing else. */
    private static List<String> topLevelNames(String json) throws IOException {
        List<String> names = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                names.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
            assertThat(parser.nextToken()).isNull();
        }
        return names;
    }
}
