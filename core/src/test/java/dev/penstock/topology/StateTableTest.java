package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.observe.NodeState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table in docs/topology.md is what happens: one row for each state, one column for each observation. */
class StateTableTest {
    private static final Path PAGE = Path.of("..", "docs", "topology.md");

    private record Row(NodeState state, Observation seen, NodeState next) {}

    private static List<String> cells(String line) {
        return Stream.of(line.split("\\|"))
                .map(cell -> cell.replace("`", "").strip())
                .filter(cell -> !cell.isEmpty())
                .toList();
    }

    static List<Row> rows() throws IOException {
        List<List<String>> table = Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.startsWith("| State "))
                .takeWhile(line -> line.startsWith("|"))
                .filter(line -> !line.startsWith("| ---"))
                .map(StateTableTest::cells)
                .toList();
        List<Observation> columns =
                table.get(0).stream().skip(1).map(Observation::valueOf).toList();
        return table.stream()
                .skip(1)
                .flatMap(line -> columns.stream()
                        .map(seen -> new Row(
                                NodeState.valueOf(line.get(0)),
                                seen,
                                NodeState.valueOf(line.get(1 + columns.indexOf(seen))))))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void a_state_follows_the_table(Row row) {
        assertThat(StateTable.next(row.state(), row.seen())).isEqualTo(row.next());
    }

    @Test
    void the_table_has_every_state_and_every_observation() throws IOException {
        Set<String> pairs = new java.util.TreeSet<>();
        rows().forEach(row -> pairs.add(row.state() + " " + row.seen()));
        assertThat(pairs).hasSize(NodeState.values().length * Observation.values().length);
        assertThat(EnumSet.allOf(NodeState.class)).containsAll(Arrays.asList(NodeState.values()));
    }
}
