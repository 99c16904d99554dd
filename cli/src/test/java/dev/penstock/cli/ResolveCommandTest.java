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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolveCommandTest {
    private static final String CANARY = "canary-71c2";

    private static final String EVERYTHING = """
        database:
          url: postgresql://app:x@localhost/shop
          migration_user: migrator
          read_role: ro_user
          require_auth: scram-sha-256
          policy: POLICY
          max_lag_mb: 64
          discovery: patroni
          patroni_urls: http://localhost:8008
          system_identifier: 7
          schema: app
          options: -c work_mem=4MB
          driver:
            reWriteBatchedInserts: true
          workload: high
          instances: 2
          requests_per_second: 10
          read_share: 0.5
          avg_query_time_ms: 5
          p99_wait_ms: 50
          max_concurrent_requests: 10
          server_cores: 4
          tls:
            mode: verify-full
            ca: ca.pem
            cert: client.pem
            key: client.key
            key_password_file: key.pw
            crl: ca.crl
            max_version: TLSv1.3
            ciphers: TLS_AES_256_GCM_SHA384
            verify_name: db
        """;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void json_is_one_object_with_the_documented_names_and_no_secret() throws Exception {
        int status = resolve("--json", "--url", "postgresql://app:" + CANARY + "@db-1,db-2:5433/shop?sslmode=require");
        assertThat(status).isZero();
        assertThat(topLevelNames(printed(out)))
                .containsExactly(
                        "hosts",
                        "database",
                        "user",
                        "jdbcUrl",
                        "parameters",
                        "environment_mode",
                        "require_auth",
                        "application_name",
                        "start",
                        "roles",
                        "pool",
                        "timeouts",
                        "topology",
                        "routing",
                        "session",
                        "workload",
                        "tls",
                        "origins",
                        "warnings");
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
        assertThat(printed(out))
                .containsPattern("primary +db-1:5432 +config\\.yaml:2\\R")
                .containsPattern("pool_size +7 +config\\.yaml:3\\R")
                .containsPattern("max_overflow +10 +default\\R");
    }

    @Test
    void a_size_that_is_to_be_found_is_shown_as_the_configuration_alone_gives_it(@TempDir Path directory)
            throws Exception {
        Path file = Files.writeString(
                directory.resolve("config.yaml"),
                "database:\n  url: postgresql://app@db-1/shop\n  workload: very-high\n  pool_recycle: 900\n");
        assertThat(resolve("--config", file.toString())).isZero();
        assertThat(printed(out))
                .containsPattern("pool_size +auto +config\\.yaml:3\\R")
                .containsPattern("max_overflow +auto +config\\.yaml:3\\R")
                .containsPattern(
                        "found +30 \\+ 20 = 50 by the preset \\(30 \\+ 20 for workload: very-high\\); next default,"
                                + " 30 ")
                .containsPattern("pool_timeout +60 +preset very-high\\R")
                .containsPattern("pool_recycle +900 +config\\.yaml:4\\R");
        out.reset();
        assertThat(resolve("--json", "--config", file.toString())).isZero();
        assertThat(printed(out))
                .contains("\"pool_size\" : \"auto\"")
                .contains("\"found\" : \"30 + 20 = 50 by the preset");
    }

    @Test
    void values_that_a_policy_gave_are_shown_with_the_place_of_its_line(@TempDir Path directory) throws Exception {
        Path policy = policy(
                directory, "sslmode_at_least = verify-full", "ca = /etc/team.pem", "require_auth = scram-sha-256");
        Path file = Files.writeString(
                directory.resolve("config.yaml"),
                "database:\n  url: postgresql://app@db-1/shop\n  policy: " + policy + "\n");
        assertThat(resolve("--config", file.toString())).isZero();
        assertThat(printed(out))
                .containsPattern("policy +" + policy + " +config\\.yaml:3\\R")
                .containsPattern("require_auth +scram-sha-256 +" + policy + ":3\\R")
                .containsPattern("sslmode +verify-full +" + policy + ":1\\R")
                .containsPattern("sslrootcert +/etc/team.pem +" + policy + ":2\\R");
    }

    private static Path policy(Path directory, String... lines) throws IOException {
        Path file = Files.write(directory.resolve("policy.conf"), List.of(lines));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    /** The list of keys is that of the page, so that a new key cannot be forgotten. */
    @Test
    void every_key_of_the_page_is_shown_with_its_value_and_its_place(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("config.yaml"),
                EVERYTHING.replace(
                        "POLICY", policy(directory, "ca_only = false").toString()));
        Set<String> elsewhere = Set.of("url", "replica_url", "app_db", "driver");
        assertThat(resolve("--config", file.toString())).as(printed(err)).isZero();
        List<String> names = Files.readAllLines(Path.of("..", "docs", "configuration.md")).stream()
                .dropWhile(line -> !line.contains("KEYS:begin"))
                .takeWhile(line -> !line.contains("KEYS:end"))
                .map(line -> line.split("\\|"))
                .filter(cells -> cells.length > 3 && cells[1].contains("`"))
                .filter(cells -> !cells[1].contains("_pw_")
                        && !elsewhere.contains(cells[1].strip().replace("`", "")))
                .map(ResolveCommandTest::shownAs)
                .toList();
        assertThat(names).hasSizeGreaterThan(50);
        for (String name : names) {
            assertThat(printed(out))
                    .containsPattern("(?m)^ *" + name + " +\\S.*(config\\.yaml:\\d+|default|preset high)$");
        }
        assertThat(printed(out)).containsPattern("(?m)^  reWriteBatchedInserts +true +config\\.yaml:\\d+$");
        out.reset();
        assertThat(resolve("--json", "--config", file.toString())).isZero();
        assertThat(names)
                .filteredOn(name -> !name.equals("password"))
                .allSatisfy(name -> assertThat(printed(out)).contains("\"" + name + "\" : "));
    }

    /** A key of a section is shown by its name outside of it, which is the first of its other names. */
    private static String shownAs(String[] cells) {
        String key = cells[1].strip().replace("`", "");
        return key.contains(".") ? cells[7].strip().split("`")[1] : key;
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
