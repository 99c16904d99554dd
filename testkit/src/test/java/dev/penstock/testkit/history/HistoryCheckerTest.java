package dev.penstock.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each rule on a history that keeps it and on one in which it was broken on purpose. Times are milliseconds. */
class HistoryCheckerTest {
    private static final HistoryChecker CHECKER = new HistoryChecker(Duration.ofMillis(100), Duration.ofSeconds(2));
    private static final int DEADLINE = 5_000;
    private static final Set<Promise> ALL = Set.of(Promise.values());

    private final List<Operation> calls = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<Row> lost = new ArrayList<>();
    private final List<Reign> reigns = new ArrayList<>();
    private final List<Span> withoutPrimary = new ArrayList<>();

    @Test
    void a_history_in_which_nothing_happened_breaks_no_rule() {
        assertThat(broken()).isEmpty();
    }

    @Test
    void an_acknowledged_write_that_no_node_has_is_reported() {
        reign("node-1", 0, 100_000);
        write(1, 10, 20, acknowledged("node-1", 1));
        rows.add(new Row(1, "k-1", 1, "node-1"));
        assertThat(broken()).isEmpty();
        write(2, 30, 40, acknowledged("node-1", 2));
        assertThat(broken()).containsExactly(Rule.ACKNOWLEDGED_WRITE_KEPT);
    }

    @Test
    void a_write_that_the_lost_primary_alone_had_is_the_failovers_loss() {
        reign("node-1", 0, 1_000);
        reign("node-2", 900, 100_000);
        write(1, 800, 810, acknowledged("node-1", 1));
        lost.add(new Row(1, "k-1", 1, "node-1"));
        assertThat(broken()).isEmpty();
        assertThat(HistoryChecker.summary(calls, evidence())).contains("1 acknowledged (1 of them lost by failover)");
    }

    @Test
    void a_write_that_another_node_lost_than_the_one_that_acknowledged_it_is_reported() {
        reign("node-1", 0, 1_000);
        reign("node-2", 900, 100_000);
        write(1, 2_000, 2_010, acknowledged("node-2", 1));
        lost.add(new Row(1, "k-1", 1, "node-1"));
        assertThat(broken()).containsExactly(Rule.ACKNOWLEDGED_WRITE_KEPT);
    }

    @Test
    void a_write_that_was_executed_twice_is_reported() {
        reign("node-1", 0, 100_000);
        write(1, 10, 20, acknowledged("node-1", 1));
        rows.add(new Row(1, "k-1", 1, "node-1"));
        assertThat(broken()).isEmpty();
        rows.add(new Row(1, "k-1", 2, "node-1"));
        assertThat(broken()).containsExactly(Rule.WRITTEN_ONCE);
    }

    @Test
    void a_write_that_was_executed_on_the_lost_primary_and_again_on_the_new_one_is_reported() {
        reign("node-1", 0, 1_000);
        reign("node-2", 900, 100_000);
        write(1, 800, 1_500, acknowledged("node-2", 1));
        rows.add(new Row(1, "k-1", 1, "node-2"));
        assertThat(broken()).isEmpty();
        lost.add(new Row(1, "k-1", 1, "node-1"));
        assertThat(broken()).containsExactly(Rule.WRITTEN_ONCE);
    }

    @Test
    void a_write_that_certainly_failed_and_is_there_is_reported() {
        reign("node-1", 0, 100_000);
        calls.add(call(1, Kind.WRITE, 10, 20, Outcome.FAILED, Optional.empty(), Set.of()));
        calls.add(call(2, Kind.WRITE, 10, 20, Outcome.UNKNOWN, Optional.empty(), Set.of()));
        rows.add(new Row(2, "k-1", 1, "node-1"));
        assertThat(broken()).isEmpty();
        rows.add(new Row(1, "k-1", 2, "node-1"));
        assertThat(broken()).containsExactly(Rule.FAILED_WRITE_ABSENT);
    }

    @Test
    void a_write_that_certainly_failed_and_was_executed_by_a_lost_primary_is_reported() {
        reign("node-1", 0, 1_000);
        reign("node-2", 900, 100_000);
        calls.add(call(1, Kind.WRITE, 800, 810, Outcome.FAILED, Optional.empty(), Set.of()));
        lost.add(new Row(1, "k-1", 1, "node-1"));
        assertThat(broken()).containsExactly(Rule.FAILED_WRITE_ABSENT);
    }

    @Test
    void a_write_on_a_node_that_was_replaced_is_reported_once_that_could_be_known() {
        reign("node-1", 0, 1_000);
        reign("node-2", 900, 100_000);
        write(1, 2_900, 2_910, acknowledged("node-1", 1));
        lost.add(new Row(1, "k-1", 1, "node-1"));
        assertThat(broken()).as("within the time to settle").isEmpty();
        write(2, 3_100, 3_110, acknowledged("node-1", 2));
        lost.add(new Row(2, "k-1", 2, "node-1"));
        assertThat(broken()).contains(Rule.EXECUTED_BY_THE_PRIMARY).doesNotContain(Rule.ACKNOWLEDGED_WRITE_KEPT);
    }

    @Test
    void a_write_of_unknown_outcome_may_be_executed_late_but_must_have_been_sent_to_a_primary() {
        reign("node-1", 0, 1_000);
        reign("node-2", 900, 100_000);
        calls.add(call(1, Kind.WRITE, 800, 850, Outcome.UNKNOWN, Optional.empty(), Set.of()));
        lost.add(new Row(1, "k-1", 1, "node-1"));
        assertThat(broken()).isEmpty();
        calls.add(call(2, Kind.WRITE, 5_000, 5_050, Outcome.UNKNOWN, Optional.empty(), Set.of()));
        lost.add(new Row(2, "k-1", 2, "node-1"));
        assertThat(broken()).containsExactly(Rule.EXECUTED_BY_THE_PRIMARY);
    }

    @Test
    void a_write_on_a_replica_is_reported() {
        reign("node-1", 0, 100_000);
        rows.add(new Row(1, "k-1", 1, "node-1"));
        write(1, 10, 20, Optional.of(new Seen("node-1", true, 1, 1)));
        assertThat(broken()).containsExactly(Rule.EXECUTED_BY_THE_PRIMARY);
    }

    @Test
    void a_read_on_a_replica_is_right_and_on_a_replaced_primary_is_reported() {
        reign("node-1", 0, 1_000);
        reign("node-2", 900, 100_000);
        read(1, 5_000, 5_010, Optional.of(new Seen("node-1", true, 0, 0)), Set.of());
        assertThat(broken()).isEmpty();
        read(2, 6_000, 6_010, Optional.of(new Seen("node-1", false, 0, 0)), Set.of());
        assertThat(broken()).containsExactly(Rule.EXECUTED_BY_THE_PRIMARY);
    }

    @Test
    void a_session_that_misses_its_own_write_is_reported_when_it_was_promised_to_see_it() {
        reign("node-1", 0, 100_000);
        rows.add(new Row(1, "k-1", 5, "node-1"));
        calls.add(call(1, Kind.WRITE, 10, 20, Outcome.ACKNOWLEDGED, acknowledged("node-1", 5), ALL));
        Optional<Seen> older = Optional.of(new Seen("node-2", true, 4, 0));
        read(2, 15, 30, older, ALL);
        assertThat(broken()).as("it began before the write had ended").isEmpty();
        read(3, 40, 50, older, Set.of());
        assertThat(broken()).as("nothing was promised").isEmpty();
        read(4, 40, 50, older, Set.of(Promise.READ_YOUR_WRITES));
        assertThat(broken()).containsExactly(Rule.OWN_WRITE_READ);
    }

    @Test
    void a_session_need_not_see_a_write_that_a_failover_lost() {
        reign("node-1", 0, 1_000);
        reign("node-2", 900, 100_000);
        lost.add(new Row(1, "k-1", 5, "node-1"));
        calls.add(call(1, Kind.WRITE, 10, 20, Outcome.ACKNOWLEDGED, acknowledged("node-1", 5), ALL));
        read(2, 5_000, 5_010, Optional.of(new Seen("node-2", false, 4, 0)), ALL);
        assertThat(broken()).isEmpty();
    }

    @Test
    void a_session_whose_reads_go_back_is_reported() {
        reign("node-1", 0, 100_000);
        rows.add(new Row(1, "k-1", 5, "node-1"));
        write(1, 10, 20, acknowledged("node-1", 5));
        read(2, 30, 40, Optional.of(new Seen("node-1", false, 5, 1)), ALL);
        read(3, 50, 60, Optional.of(new Seen("node-2", true, 5, 1)), ALL);
        assertThat(broken()).isEmpty();
        read(4, 70, 80, Optional.of(new Seen("node-2", true, 4, 0)), Set.of(Promise.READ_YOUR_WRITES));
        assertThat(broken()).as("not promised").isEmpty();
        read(5, 90, 95, Optional.of(new Seen("node-2", true, 4, 0)), Set.of(Promise.MONOTONIC_READS));
        assertThat(broken()).containsExactly(Rule.READ_NOT_BACKWARDS);
    }

    @Test
    void reads_may_go_back_behind_a_version_that_a_failover_lost() {
        reign("node-1", 0, 1_000);
        reign("node-2", 900, 100_000);
        lost.add(new Row(1, "k-1", 5, "node-1"));
        write(1, 10, 20, acknowledged("node-1", 5));
        read(2, 30, 40, Optional.of(new Seen("node-1", false, 5, 1)), ALL);
        read(3, 5_000, 5_010, Optional.of(new Seen("node-2", false, 4, 0)), ALL);
        assertThat(broken()).isEmpty();
    }

    @Test
    void a_read_of_what_nobody_committed_is_reported() {
        reign("node-1", 0, 100_000);
        rows.add(new Row(1, "k-1", 1, "node-1"));
        write(1, 10, 20, acknowledged("node-1", 1));
        read(2, 30, 40, Optional.of(new Seen("node-1", false, 1, 1)), Set.of());
        assertThat(broken()).isEmpty();
        read(3, 50, 60, Optional.of(new Seen("node-1", false, 2, 77)), Set.of());
        assertThat(broken()).containsExactly(Rule.READ_WAS_WRITTEN);
    }

    @Test
    void a_read_that_failed_is_reported_when_a_node_could_have_served_it() {
        withoutPrimary.add(new Span(millis(1_000), millis(2_000)));
        failedRead(1, 1_500, 1_600, ALL);
        assertThat(broken()).as("a session's read, while there was no primary").isEmpty();
        failedRead(2, 1_500, 1_600, Set.of());
        assertThat(broken()).as("nothing was promised").isEmpty();
        failedRead(3, 1_500, 1_600, Set.of(Promise.READS_SUCCEED));
        assertThat(broken()).containsExactly(Rule.READ_SERVED);
        failedRead(4, 4_500, 4_600, ALL);
        assertThat(broken()).containsExactly(Rule.READ_SERVED, Rule.READ_SERVED);
    }

    @Test
    void a_call_that_ends_after_its_deadline_and_the_grace_is_reported() {
        failedRead(1, 0, DEADLINE + 100, Set.of());
        assertThat(broken()).isEmpty();
        failedRead(2, 0, DEADLINE + 101, Set.of());
        assertThat(broken()).containsExactly(Rule.ENDED_IN_TIME);
    }

    @Test
    void a_violation_names_the_calls_that_prove_it() {
        reign("node-1", 0, 100_000);
        rows.add(new Row(1, "k-1", 5, "node-1"));
        calls.add(call(1, Kind.WRITE, 10, 20, Outcome.ACKNOWLEDGED, acknowledged("node-1", 5), ALL));
        read(2, 40, 50, Optional.of(new Seen("node-2", true, 4, 0)), ALL);
        assertThat(CHECKER.check(calls, evidence())).singleElement().satisfies(violation -> {
            assertThat(violation.proof()).extracting(Operation::id).containsExactly(1L, 2L);
            assertThat(violation.toString())
                    .contains("read 2 of s saw version 4 of k-1 after WRITE 1 of version 5")
                    .contains("write 1 of s on k-1 by t, 0.010 to 0.020 s: acknowledged, version 5 on node-1 (primary)")
                    .contains("read 2 of s on k-1 by t, 0.040 to 0.050 s: acknowledged, version 4 on node-2 (replica)");
        });
    }

    @Test
    void a_call_that_is_recorded_has_its_thread_its_times_and_one_end() {
        History history = new History();
        History.Call call = history.begin("s", ALL, Kind.WRITE, "k-1", Duration.ofSeconds(5));
        assertThat(history.open()).isEqualTo(1);
        call.acknowledged(new Seen("node-1", false, 1, call.id()));
        assertThat(history.open()).isZero();
        assertThatThrownBy(() -> call.failed("again")).isInstanceOf(IllegalStateException.class);
        assertThat(history.operations()).singleElement().satisfies(operation -> {
            assertThat(operation.thread()).isEqualTo(Thread.currentThread().getName());
            assertThat(operation.times().endedNanos())
                    .isBetween(operation.times().startedNanos(), history.nanos());
            assertThat(operation.times().deadlineNanos() - operation.times().startedNanos())
                    .isEqualTo(millis(5_000));
        });
    }

    private List<Rule> broken() {
        return CHECKER.check(calls, evidence()).stream().map(Violation::rule).toList();
    }

    private Evidence evidence() {
        return new Evidence(rows, lost, reigns, withoutPrimary);
    }

    private void reign(String node, long from, long until) {
        reigns.add(new Reign(node, new Span(millis(from), millis(until))));
    }

    private static Optional<Seen> acknowledged(String node, long version) {
        return Optional.of(new Seen(node, false, version, 0));
    }

    private void write(long id, long from, long until, Optional<Seen> seen) {
        calls.add(call(id, Kind.WRITE, from, until, Outcome.ACKNOWLEDGED, seen, Set.of()));
    }

    private void read(long id, long from, long until, Optional<Seen> seen, Set<Promise> promises) {
        calls.add(call(id, Kind.READ, from, until, Outcome.ACKNOWLEDGED, seen, promises));
    }

    private void failedRead(long id, long from, long until, Set<Promise> promises) {
        calls.add(call(id, Kind.READ, from, until, Outcome.FAILED, Optional.empty(), promises));
    }

    private static Operation call(
            long id, Kind kind, long from, long until, Outcome outcome, Optional<Seen> seen, Set<Promise> promises) {
        return new Operation(
                id,
                "s",
                promises,
                "t",
                kind,
                "k-1",
                new Operation.Times(millis(from), millis(until), millis(from + DEADLINE)),
                outcome,
                seen,
                "");
    }

    private static long millis(long count) {
        return Duration.ofMillis(count).toNanos();
    }
}
