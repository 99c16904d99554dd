package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.config.Endpoint;
import dev.penstock.connect.Node;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The policy as one table: what every node says, what was elected before, who is written and who is fenced. */
class PrimaryElectionTest {
    private static final Node A = new Node("node-1", new Endpoint("a", 5432));
    private static final Node B = new Node("node-2", new Endpoint("b", 5432));
    private static final Node C = new Node("node-3", new Endpoint("c", 5432));
    private static final long NOW = PrimaryElection.HOLDER_GONE_NANOS * 10;

    private record Row(
            String name, List<NodeView> views, PrimaryElection.Incumbent before, String primary, String fenced) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        PrimaryElection.Incumbent none = PrimaryElection.Incumbent.NONE;
        return Stream.of(
                new Row(
                        "one primary and two replicas",
                        List.of(primary(A, 1), replica(B), replica(C)),
                        none,
                        "node-1",
                        ""),
                new Row("nobody was asked yet", List.of(NodeView.unknown(A, 0), NodeView.unknown(B, 0)), none, "", ""),
                new Row("only replicas", List.of(replica(A), replica(B)), none, "", ""),
                new Row("the primary is down", List.of(down(primary(A, 1), 0), replica(B)), held(1, A), "", ""),
                new Row(
                        "a replica was promoted",
                        List.of(down(primary(A, 1), 0), primary(B, 2)),
                        held(1, A),
                        "node-2",
                        ""),
                new Row(
                        "the old primary woke up",
                        List.of(primary(A, 1), primary(B, 2)),
                        held(2, B),
                        "node-2",
                        "node-1"),
                new Row(
                        "it stays fenced while fenced",
                        List.of(primary(A, 1).fenced("x"), primary(B, 2)),
                        held(2, B),
                        "node-2",
                        "node-1"),
                new Row(
                        "the highest of three",
                        List.of(primary(A, 1), primary(B, 3), primary(C, 2)),
                        none,
                        "node-2",
                        "node-1 node-3"),
                new Row(
                        "split brain",
                        List.of(primary(A, 2), primary(B, 2), replica(C)),
                        held(1, A),
                        "",
                        "node-1 node-2"),
                new Row("two names of one server", List.of(primary(A, 2), alias(B, A, 2)), held(2, A), "node-1", ""),
                new Row("closed for writing by an operator", List.of(readOnly(A, 1), replica(B)), none, "", ""),
                new Row(
                        "the new primary just died, the old one is awake",
                        List.of(primary(A, 1), down(primary(B, 2), NOW - 1)),
                        held(2, B),
                        "",
                        "node-1"),
                new Row(
                        "the new primary is gone for good, the old one is all there is",
                        List.of(primary(A, 1), down(primary(B, 2), 0)),
                        held(2, B),
                        "node-1",
                        ""),
                new Row(
                        "the new primary became a replica of the old one",
                        List.of(primary(A, 1), replica(B)),
                        held(2, B),
                        "node-1",
                        ""),
                new Row(
                        "a suspect primary is still the primary",
                        List.of(suspect(primary(A, 1)), replica(B)),
                        held(1, A),
                        "node-1",
                        ""));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void the_election_follows_the_table(Row row) {
        PrimaryElection.Result result = PrimaryElection.elect(row.views(), row.before(), NOW);
        assertThat(result.primary().map(view -> view.node().name()).orElse("")).isEqualTo(row.primary());
        assertThat(result.fenced().keySet().stream()
                        .map(Node::name)
                        .sorted()
                        .reduce("", (a, b) -> (a + " " + b).strip()))
                .isEqualTo(row.fenced());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void the_order_of_the_nodes_does_not_matter_but_between_two_names_of_one_server(Row row) {
        List<NodeView> reversed = row.views().stream()
                .sorted((x, y) -> y.node().name().compareTo(x.node().name()))
                .toList();
        boolean aliases = row.name().startsWith("two names");
        assertThat(PrimaryElection.elect(reversed, row.before(), NOW).primary().isPresent())
                .isEqualTo(!row.primary().isEmpty());
        if (!aliases) {
            assertThat(PrimaryElection.elect(reversed, row.before(), NOW)
                            .fenced()
                            .keySet())
                    .isEqualTo(PrimaryElection.elect(row.views(), row.before(), NOW)
                            .fenced()
                            .keySet());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2, 5, 2, 5, false",
        "2, 5, 3, 6, false",
        "2, 5, 1, 0, true",
        "2, 5, 2, 6, true",
        "2, 0, 2, 6, false",
        "2, 5, 2, 0, false"
    })
    void history_is_lost_to_a_lower_timeline_and_to_another_one_of_the_same_number(
            int heldTimeline, long heldOrigin, int timeline, long origin, boolean lost) {
        PrimaryElection.Incumbent before = new PrimaryElection.Incumbent(heldTimeline, heldOrigin, A);
        List<NodeView> views = List.of(down(primary(A, 1), 0), primary(B, timeline, origin));
        assertThat(PrimaryElection.elect(views, before, NOW).historyLost()).isEqualTo(lost);
    }

    @Test
    void a_primary_that_no_longer_knows_where_its_timeline_began_is_taken_for_the_one_before() {
        PrimaryElection.Incumbent before = new PrimaryElection.Incumbent(2, 5, A);
        assertThat(before.succeededBy(primary(B, 2, 0)).origin()).isEqualTo(5);
        assertThat(before.succeededBy(primary(B, 3, 0)).origin()).isZero();
    }

    private static PrimaryElection.Incumbent held(int timeline, Node holder) {
        return new PrimaryElection.Incumbent(timeline, 0, holder);
    }

    private static NodeView answered(Node node, ProbeAnswer answer) {
        return NodeView.unknown(node, 0).answered(answer, 0);
    }

    private static NodeView primary(Node node, int timeline) {
        return primary(node, timeline, 0);
    }

    private static NodeView primary(Node node, int timeline, long origin) {
        return answered(
                node, new ProbeAnswer(false, timeline, 0, 0, 0, origin, "1", false, node.name(), Disclosure.FULL));
    }

    private static NodeView alias(Node node, Node of, int timeline) {
        return answered(node, new ProbeAnswer(false, timeline, 0, 0, 0, 0, "1", false, of.name(), Disclosure.FULL));
    }

    private static NodeView replica(Node node) {
        return answered(node, new ProbeAnswer(true, 0, 0, 0, 1, 0, "1", false, node.name(), Disclosure.FULL));
    }

    private static NodeView readOnly(Node node, int timeline) {
        return answered(node, new ProbeAnswer(false, timeline, 0, 0, 0, 0, "1", true, node.name(), Disclosure.FULL));
    }

    private static NodeView down(NodeView view, long since) {
        return view.missed(Observation.UNREACHABLE, since, new SQLException("gone", "08001"));
    }

    private static NodeView suspect(NodeView view) {
        return view.missed(Observation.SLOW, NOW, new SQLException("slow", "08006"));
    }
}
