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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(directory.resolve("config.yaml"), """
                database:
                  url: postgresql://app:canary-9d01@localhost:1/shop
                  replica_url: postgresql://app:canary-9d01@127.0.0.1:2/shop
                  connect_timeout: 5
                  pool_size: 8
                  max_overflow: 2
                  instances: 4
                  requests_per_second: 500
                  read_share: 0.8
                  avg_query_time_ms: 10
                  p99_wait_ms: 5
                """);
    }

    @Test
    void the_table_marks_the_binding_bound_and_predicts() throws Exception {
        assertThat(plan("--offline", "--config", file.toString())).isZero();
        assertThat(printed(out))
                .contains("The servers were not asked: --offline")
                .contains("8 + 2 = 10 to each server, and 1 of the monitor; 4 instances and 1 more during a deploy")
                .containsPattern("\\* wait target +at least +10 +500/s with one replica lost × 10 ms held")
                .containsPattern("predicted +10 +utilisation 0.10")
                .containsPattern("replica lost +10 +utilisation 0.50, p50 wait 0 ms, p99 wait 2.6 ms");
        assertThat(printed(out) + printed(err)).doesNotContain("canary");
    }

    @Test
    void servers_that_cannot_be_reached_are_named_and_the_rest_is_planned() throws Exception {
        assertThat(plan("--config", file.toString())).isZero();
        assertThat(printed(out))
                .contains("node-1 (localhost:1), primary, not asked")
                .contains("node-2 (127.0.0.1:2), replica, not asked")
                .contains("warning NOT_ASKED")
                .containsPattern("\\* wait target");
    }

    @Test
    void json_is_one_object_with_the_documented_names() throws Exception {
        assertThat(plan("--json", "--offline", "--config", file.toString())).isZero();
        assertThat(names(printed(out)))
                .containsExactlyInAnyOrder(
                        ("whatIf lostReplicas moreInstances slowerQueries databases name notAsked poolSize maxOverflow"
                                        + " size found rule next notes"
                                        + " instances instancesAtMost refuses nodes place role budget liveInstances otherSessions"
                                        + " unseen bounds kind sense connections binding inputs advised predicted utilisation"
                                        + " p50WaitMillis p99WaitMillis oneMore oneFewer replicaLost conflicts")
                                .split(" "));
        assertThat(printed(err)).isEmpty();
    }

    @Test
    void every_documented_name_of_the_json_is_described() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "sizing.md"));
        plan("--json", "--offline", "--config", file.toString());
        assertThat(names(printed(out))).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    @Test
    void a_size_that_is_found_is_told_with_the_rule_that_decided_and_the_next_one() throws Exception {
        Files.writeString(file, """
                database:
                  url: postgresql://app:canary-9d01@localhost:1/shop
                  pool_size: auto
                  instances: 4
                  requests_per_second: 500
                  max_concurrent_requests: 100
                  avg_query_time_ms: 50
                """);
        assertThat(plan("--offline", "--config", file.toString())).isZero();
        assertThat(printed(out))
                .contains("20 + 10 = 30 to each server")
                .containsPattern("found by +request formula, 30 \\(100 requests at once .* and a fifth more\\)")
                .containsPattern("next +wait target, 29 ")
                .containsPattern("note +not cut to what node-1 \\(localhost:1\\) admits, which is not known")
                .containsPattern("found +30 +pool_size \\+ max_overflow");
        out.reset();
        assertThat(plan("--json", "--offline", "--config", file.toString())).isZero();
        assertThat(printed(out))
                .contains("\"found\" : true")
                .contains("\"kind\" : \"request_formula\"")
                .contains("\"not cut to what node-1 (localhost:1) admits, which is not known\"");
    }

    @Test
    void a_size_that_is_found_needs_no_load() throws Exception {
        assertThat(plan("--offline", "--url", "postgresql://app:x@localhost:1/shop?pool_size=auto"))
                .isZero();
        assertThat(printed(out)).contains("20 + 10 = 30 to each server").containsPattern("found by +default, 30 ");
    }

    @Test
    void what_if_gives_the_plan_after_the_change() throws Exception {
        assertThat(plan(
                        "--offline",
                        "--config",
                        file.toString(),
                        "--what-if",
                        "lost-replicas=1,more-instances=2,slower-queries=2.5"))
                .isZero();
        assertThat(printed(out))
                .startsWith("What if: 1 replica lost, 2 more instances, queries 2.5 times as slow")
                .contains("6 instances and 1 more during a deploy")
                .contains("warning OVERLOAD")
                .doesNotContain("node-2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "replica",
                "lost-replicas",
                "lost-replicas=-1",
                "slower-queries=0",
                "slower-queries=x",
                "more-instances=1,",
                "more-instances=1.5",
                "lost-replicas=99999"
            })
    void a_change_that_is_not_understood_is_told_with_those_that_are(String change) {
        assertThatThrownBy(() -> plan("--offline", "--config", file.toString(), "--what-if", change))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("lost-replicas=N, more-instances=N and slower-queries=K")
                .hasMessageContaining("was '" + change + "'");
    }

    @Test
    void a_configuration_that_would_be_refused_ends_with_1() throws Exception {
        Files.writeString(file, """
                database:
                  url: postgresql://app:x@localhost/shop
                  max_concurrent_requests: 40
                  connections_per_request: 2
                """);
        assertThat(plan("--offline", "--config", file.toString())).isEqualTo(1);
        assertThat(printed(out)).contains("conflict DEADLOCK_FLOOR: 40 requests at once × (2 − 1) + 1 = 41");
    }

    @Test
    void several_databases_of_a_file_are_planned_one_by_one_with_the_others_counted() throws Exception {
        Files.writeString(file, """
                database:
                  url: postgresql://app:x@localhost:1/shop
                databases:
                  temporal:
                    url: postgresql://temporal:x@localhost:1/temporal
                    owner_user: owner
                """);
        assertThat(plan("--offline", "--config", file.toString())).isZero();
        assertThat(printed(out)).contains("== database").contains("== temporal");
    }

    @Test
    void mistakes_end_with_2_as_text_and_as_json() throws Exception {
        assertThat(plan("--url", "mysql://db/shop")).isEqualTo(2);
        assertThat(printed(err)).contains("1 mistake");
        assertThat(plan("--json", "--url", "mysql://db/shop")).isEqualTo(2);
        assertThat(printed(out)).contains("\"violations\"");
    }

    @Test
    void two_sources_at_once_are_refused() {
        assertThatThrownBy(() -> plan("--url", "postgresql://db", "--config", "x"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("exclude each other");
    }

    private int plan(String... arguments) throws Exception {
        return new PlanCommand().run(List.of(arguments), new Terminal(stream(out), stream(err), false));
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String printed(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Every name at any depth. Also proves that the text is one JSON object and nothing else. */
    private static Set<String> names(String json) throws IOException {
        Set<String> names = new TreeSet<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            int depth = 1;
            while (depth > 0) {
                JsonToken token = parser.nextToken();
                depth += token == JsonToken.START_OBJECT ? 1 : token == JsonToken.END_OBJECT ? -1 : 0;
                if (token == JsonToken.FIELD_NAME) {
                    names.add(parser.currentName());
                }
            }
            assertThat(parser.nextToken()).isNull();
        }
        return names;
    }
}
