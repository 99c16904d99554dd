package dev.penstock.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthTest {
    /** Nodes as {@code role state}, a {@code !} for one that is too far behind. */
    @ParameterizedTest
    @CsvSource({
        "PRIMARY UP, UP",
        "PRIMARY UP / REPLICA UP, UP",
        "PRIMARY UP / REPLICA UP!, DEGRADED",
        "PRIMARY UP / UNKNOWN DOWN, DEGRADED",
        "PRIMARY UP / UNKNOWN FENCED, DEGRADED",
        "PRIMARY UP / REPLICA SUSPECT, DEGRADED",
        "PRIMARY UP / UNKNOWN UNKNOWN, DEGRADED",
        "PRIMARY UP / REPLICA UP / UNKNOWN DOWN, DEGRADED",
        "PRIMARY SUSPECT / REPLICA UP, DEGRADED",
        "UNKNOWN DOWN / REPLICA UP, DOWN",
        "UNKNOWN DOWN, DOWN",
        "UNKNOWN UNKNOWN / UNKNOWN UNKNOWN, DOWN",
        "REPLICA UP / REPLICA UP, DOWN",
    })
    void the_worst_node_and_the_primary_decide(String nodes, Health.Status expected) {
        Health health = Health.of(status(nodes));
        assertThat(health.status()).isEqualTo(expected);
        assertThat(health.serves()).isEqualTo(expected != Health.Status.DOWN);
        assertThat(health.nodes()).hasSize(nodes.split(" / ").length);
    }

    @Test
    void a_closed_database_is_down_whatever_its_nodes_were() {
        assertThat(Health.of(status("PRIMARY UP")).closed().status()).isEqualTo(Health.Status.DOWN);
    }

    @Test
    void a_node_tells_itself_without_a_host_or_a_message() {
        Health health = Health.of(status("PRIMARY UP / REPLICA UP! / UNKNOWN DOWN"));
        assertThat(health.nodes().stream().map(Object::toString))
                .containsExactly(
                        "node-1: primary, up",
                        "node-2: replica, up, 12 ms behind, which is too far",
                        "node-3: unknown, down, unreachable");
        assertThat(health.toString()).doesNotContain("db.internal", "refused");
    }

    private static DatabaseStatus status(String written) {
        String[] each = written.split(" / ");
        List<NodeStatus> nodes = Arrays.stream(each)
                .map(node -> node("node-" + (Arrays.asList(each).indexOf(node) + 1), node))
                .toList();
        return new DatabaseStatus(
                new DatabaseInfo("shop", "verify-full", Duration.ofSeconds(10), 10, 12, "1", "2", "3"),
                nodes,
                new TlsStatus(1, List.of(), Optional.empty()),
                List.of(),
                Map.of(),
                0,
                Optional.empty(),
                List.of(),
                List.of());
    }

    private static NodeStatus node(String name, String node) {
        String[] words = node.replace("!", "").split(" ");
        NodeState state = NodeState.valueOf(words[1]);
        boolean lost = state == NodeState.DOWN;
        return new NodeStatus(
                name,
                "db.internal:5432",
                state,
                Role.valueOf(words[0]),
                1,
                new NodeStatus.Lag(
                        Optional.of(Duration.ofMillis(12)),
                        Optional.of(1L),
                        Optional.of(Duration.ZERO),
                        node.endsWith("!")),
                List.of(),
                List.of(),
                Optional.empty(),
                new NodeStatus.Monitor(
                        0,
                        lost ? Optional.of("db.internal refused") : Optional.empty(),
                        lost ? Optional.of(ConnectFailure.UNREACHABLE) : Optional.empty(),
                        ServerSessions.UNSEEN,
                        Optional.empty()));
    }
}
