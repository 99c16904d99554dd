package dev.penstock.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.penstock.sizing.Bound.Kind;
import dev.penstock.sizing.Conflict.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The plan: which bound decides, what is predicted, what does not go together. */
class SizingPlanTest {
    private static final Fleet FOUR = new Fleet(OptionalInt.of(4), 1);

    @Test
    void the_largest_need_decides_when_the_server_has_room() {
        NodePlan plan = plan(new PoolSplit(20, 10), load(1000, 20, 10), node(budget(200)))
                .nodes()
                .get(0);

        assertThat(plan.binding()).get().returns(Kind.WAIT_TARGET, Bound::kind).returns(26, Bound::connections);
        assertThat(plan.advised()).hasValue(26);
        assertThat(plan.bound(Kind.REQUEST_FORMULA)).get().returns(20, Bound::connections);
        assertThat(plan.bound(Kind.SERVER_BUDGET)).get().returns(197 / 5 - 1, Bound::connections);
        assertThat(plan.bound(Kind.PRESET)).get().returns(50, Bound::connections);
        assertThat(plan.bounds().stream().filter(Bound::binding)).hasSize(1);
    }

    @Test
    void the_tightest_limit_decides_when_the_need_does_not_fit() {
        NodePlan plan = plan(new PoolSplit(5, 0), load(1000, 20, 10), node(budget(40)))
                .nodes()
                .get(0);

        assertThat(plan.binding())
                .get()
                .returns(Kind.SERVER_BUDGET, Bound::kind)
                .returns(6, Bound::connections);
        assertThat(plan.advised()).hasValue(6);
    }

    @Test
    void without_a_declared_load_a_limit_is_told_and_no_number_is_advised() {
        NodePlan plan = plan(new PoolSplit(5, 0), Workload.undeclared(), node(budget(40)))
                .nodes()
                .get(0);

        assertThat(plan.binding()).get().returns(Kind.SERVER_BUDGET, Bound::kind);
        assertThat(plan.advised()).isEmpty();
        assertThat(plan.predicted()).isEmpty();
    }

    @Test
    void the_plan_predicts_what_the_pool_gives_and_what_one_connection_changes() {
        NodePlan plan = plan(new PoolSplit(9, 1), load(500, 10, 5), node(budget(100)))
                .nodes()
                .get(0);

        assertThat(plan.predicted().orElseThrow().utilisation()).isEqualTo(0.5, within(1e-9));
        assertThat(plan.predicted().orElseThrow().p50WaitMillis()).isZero();
        assertThat(plan.predicted().orElseThrow().p99WaitMillis()).isEqualTo(2.6, within(0.051));
        assertThat(plan.oneFewer().orElseThrow().p99WaitMillis()).isEqualTo(5.2, within(0.051));
        assertThat(plan.oneMore().orElseThrow().p99WaitMillis()).isLessThan(1.6);
    }

    /** 2 databases of 5 + 1 + monitor, 4 instances and 1 more: 5 × 14 = 70 sessions, and 37 slots. */
    @Test
    void two_databases_of_four_declared_instances_are_refused_by_a_server_of_forty_with_numbers_and_remedies() {
        PlannedNode node = node(budget(40), new Neighbour("temporal", 7, true, false));

        SizingPlan plan = plan(new PoolSplit(5, 1), Workload.undeclared(), node);

        assertThat(plan.refusals()).singleElement().returns(Code.SERVER_BUDGET, Conflict::code);
        Conflict conflict = plan.refusals().get(0);
        assertThat(conflict.sentence())
                .isEqualTo(
                        "4 instances and 1 more during a deploy may open 5 × (6 + 1 of the monitor + 7 of 'temporal') ="
                                + " 70 sessions on node-1 (db:5432), which admits 37 (max_connections 40 −"
                                + " 3 superuser_reserved_connections − 0 reserved_connections)");
        assertThat(conflict.remedy())
                .isEqualTo("Put a pooler such as PgBouncer in between; or make the pools smaller: pool_size +"
                        + " max_overflow of at most 2 each; or raise max_connections to at least 73");
    }

    /** What the remedy says must be true. */
    @ParameterizedTest
    @CsvSource({"5, 1, 40, 4, 1, 7", "20, 10, 100, 6, 2, 0", "20, 10, 60, 4, 1, 6", "3, 0, 37, 4, 0, 8"})
    void each_remedy_of_a_refused_plan_makes_it_fit(
            int size, int overflow, int max, int instances, int surge, int neighbour) {
        Fleet fleet = new Fleet(OptionalInt.of(instances), surge);
        PlannedNode node =
                neighbour == 0 ? node(budget(max)) : node(budget(max), new Neighbour("other", neighbour, true, false));
        Conflict conflict = SizingPlan.of(
                        new SizingInput(new PoolSplit(size, overflow), Workload.undeclared(), fleet, List.of(node)))
                .refusals()
                .get(0);

        int enough = numberAfter("max_connections to at least ", conflict.remedy());
        assertThat(refusals(size + overflow, node(budget(enough), node), fleet)).isEmpty();
        assertThat(refusals(size + overflow, node(budget(enough - 1), node), fleet))
                .isNotEmpty();

        int smaller = numberAfter("of at most ", conflict.remedy());
        PlannedNode all = neighbour == 0
                ? node(budget(max))
                : node(budget(max), new Neighbour("other", smaller + 1, true, false));
        assertThat(refusals(smaller, all, fleet)).isEmpty();
    }

    @Test
    void what_was_not_declared_only_warns() {
        SizingPlan plan = SizingPlan.of(new SizingInput(
                new PoolSplit(20, 10), Workload.undeclared(), Fleet.undeclared(), List.of(node(budget(20)))));

        assertThat(plan.refusals()).isEmpty();
        assertThat(plan.warnings()).singleElement().returns(Code.SERVER_BUDGET, Conflict::code);
    }

    @Test
    void what_live_sessions_tell_only_warns() {
        SizingPlan plan = SizingPlan.of(new SizingInput(
                new PoolSplit(8, 2),
                Workload.undeclared(),
                Fleet.undeclared(),
                List.of(live(budget(40), OptionalInt.of(4), 2))));

        assertThat(plan.refusals()).isEmpty();
        assertThat(plan.warnings()).singleElement().satisfies(warning -> {
            assertThat(warning.code()).isEqualTo(Code.LIVE_SESSIONS);
            assertThat(warning.sentence())
                    .contains("4 live instances")
                    .contains("4 × (10 + 1 of the monitor) and with 2 sessions of others = 46")
                    .contains("admits 37");
        });
    }

    @Test
    void more_live_instances_than_declared_are_told_and_do_not_block_a_deploy() {
        SizingPlan plan = SizingPlan.of(new SizingInput(
                new PoolSplit(2, 0), Workload.undeclared(), FOUR, List.of(live(budget(100), OptionalInt.of(9), 0))));

        assertThat(plan.refusals()).isEmpty();
        assertThat(plan.warnings())
                .singleElement()
                .returns(Code.LIVE_SESSIONS, Conflict::code)
                .satisfies(warning ->
                        assertThat(warning.sentence()).contains("9 live").contains("5 at most"));
    }

    @Test
    void role_and_database_limits_count_for_those_whom_they_limit() {
        ServerBudget budget = new ServerBudget(500, 3, 0, OptionalInt.of(60), OptionalInt.of(40));
        PlannedNode node = node(budget, new Neighbour("other", 6, true, false));

        SizingPlan plan = plan(new PoolSplit(5, 1), Workload.undeclared(), node);

        // 5 × (7 + 6) of the role, 5 × 7 in the database.
        assertThat(plan.refusals()).singleElement().returns(Code.ROLE_LIMIT, Conflict::code);
        assertThat(plan.nodes().get(0).bound(Kind.ROLE_LIMIT)).get().returns(5, Bound::connections);
        assertThat(plan.nodes().get(0).bound(Kind.DATABASE_LIMIT)).get().returns(7, Bound::connections);
    }

    /** research/pool.md §3.2, the trace: need 10, floor 9, share of the cores 3. */
    @Test
    void a_share_of_the_cores_below_the_deadlock_floor_is_refused() {
        Workload workload = new Workload(
                OptionalDouble.of(500),
                OptionalDouble.empty(),
                OptionalDouble.of(10),
                OptionalDouble.of(5),
                OptionalInt.of(8),
                2,
                OptionalInt.of(8));

        SizingPlan plan = plan(new PoolSplit(10, 0), workload, node(budget(100)));
        NodePlan node = plan.nodes().get(0);

        assertThat(node.bound(Kind.WAIT_TARGET)).get().returns(10, Bound::connections);
        assertThat(node.bound(Kind.DEADLOCK_FLOOR)).get().returns(9, Bound::connections);
        assertThat(node.bound(Kind.SERVER_BUDGET)).get().returns(18, Bound::connections);
        assertThat(node.binding()).get().returns(Kind.SERVER_CORES, Bound::kind).returns(3, Bound::connections);
        assertThat(plan.refusals()).singleElement().returns(Code.DEADLOCK_FLOOR, Conflict::code);
        assertThat(plan.warnings())
                .singleElement()
                .satisfies(warning ->
                        assertThat(warning.sentence()).contains("5 × 10 = 50").contains("8 cores"));
    }

    @Test
    void a_pool_below_the_deadlock_floor_is_refused_without_any_server() {
        Workload workload = new Workload(
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalInt.of(16),
                3,
                OptionalInt.empty());

        SizingPlan plan = SizingPlan.of(new SizingInput(
                new PoolSplit(20, 10),
                workload,
                Fleet.undeclared(),
                List.of(PlannedNode.unasked("node-1", "db:5432", true, List.of()))));

        assertThat(plan.refusals())
                .singleElement()
                .returns(Code.DEADLOCK_FLOOR, Conflict::code)
                .satisfies(conflict -> assertThat(conflict.sentence())
                        .startsWith("16 requests at once × (3 − 1) + 1 = 33")
                        .contains("the pool has 30 (20 + 10)"));
    }

    @ParameterizedTest
    @CsvSource({"30, OVERLOAD, 36 connections would be busy", "37, WAIT_TARGET, above the target of 5 ms"})
    void a_pool_that_cannot_keep_the_promise_is_told(int size, Code code, String sentence) {
        SizingPlan plan = plan(new PoolSplit(size, 0), load(1200, 30, 5), node(budget(1000)));

        assertThat(plan.refusals()).isEmpty();
        assertThat(plan.warnings())
                .singleElement()
                .returns(code, Conflict::code)
                .satisfies(warning -> assertThat(warning.sentence()).contains(sentence));
    }

    @Test
    void replicas_are_sized_so_that_one_may_be_lost() {
        Workload workload = new Workload(
                OptionalDouble.of(1000),
                OptionalDouble.of(0.8),
                OptionalDouble.of(20),
                OptionalDouble.of(10),
                OptionalInt.empty(),
                1,
                OptionalInt.empty());
        PlannedNode[] nodes = {node(budget(500)), replica("node-2", budget(500)), replica("node-3", budget(500))};

        SizingPlan plan = plan(new PoolSplit(15, 0), workload, nodes);

        assertThat(plan.nodes().get(0).predicted().orElseThrow().utilisation()).isEqualTo(4.0 / 15, within(1e-9));
        assertThat(plan.nodes().get(1).predicted().orElseThrow().utilisation()).isEqualTo(8.0 / 15, within(1e-9));
        assertThat(plan.nodes().get(1).replicaLost().orElseThrow().utilisation())
                .isEqualTo(16.0 / 15, within(1e-9));
        assertThat(plan.nodes().get(1).bound(Kind.REQUEST_FORMULA)).get().returns(16, Bound::connections);
        assertThat(plan.nodes().get(0).replicaLost()).isEmpty();
        assertThat(plan.warnings())
                .extracting(Conflict::code)
                .containsOnly(Code.REPLICA_LOSS)
                .hasSize(2);
    }

    @Test
    void the_primary_takes_the_reads_of_the_only_replica() {
        Workload workload = new Workload(
                OptionalDouble.of(100),
                OptionalDouble.of(0.8),
                OptionalDouble.of(20),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                1,
                OptionalInt.empty());

        SizingPlan plan = plan(new PoolSplit(10, 0), workload, node(budget(500)), replica("node-2", budget(500)));

        assertThat(plan.nodes().get(0).predicted().orElseThrow().utilisation()).isEqualTo(0.04, within(1e-9));
        assertThat(plan.nodes().get(0).replicaLost().orElseThrow().utilisation())
                .isEqualTo(0.2, within(1e-9));
        SizingPlan lost = plan.whatIf(WhatIf.NOTHING.withReplicasLost(1));
        assertThat(lost.nodes()).hasSize(1);
        assertThat(lost.nodes().get(0).predicted().orElseThrow().utilisation()).isEqualTo(0.2, within(1e-9));
    }

    @Test
    void what_if_answers_with_another_plan() {
        SizingPlan plan = plan(new PoolSplit(10, 0), load(500, 10, 5), node(budget(60)));

        assertThat(plan.conflicts()).isEmpty();
        assertThat(plan.whatIf(WhatIf.NOTHING)).isEqualTo(plan);
        assertThat(plan.whatIf(WhatIf.NOTHING.withMoreInstances(2)).refusals())
                .singleElement()
                .satisfies(conflict -> assertThat(conflict.sentence()).startsWith("6 instances and 1 more"));
        assertThat(plan.whatIf(WhatIf.NOTHING.withSlowerQueries(2)).warnings())
                .singleElement()
                .returns(Code.OVERLOAD, Conflict::code);
    }

    @Test
    void a_server_that_refuses_to_tell_is_a_warning_and_one_that_was_not_asked_yet_is_none() {
        PlannedNode silent = new PlannedNode(
                "node-1",
                "db:5432",
                true,
                Optional.empty(),
                Optional.empty(),
                List.of("permission denied"),
                List.of(),
                false);

        assertThat(plan(new PoolSplit(10, 0), Workload.undeclared(), silent).warnings())
                .singleElement()
                .returns(Code.NOT_ASKED, Conflict::code)
                .satisfies(warning -> assertThat(warning.sentence()).contains("permission denied"));
        PlannedNode later = PlannedNode.unasked("node-1", "db:5432", true, List.of());
        assertThat(plan(new PoolSplit(10, 0), Workload.undeclared(), later).conflicts())
                .isEmpty();
    }

    @Test
    void behind_a_transaction_pooler_the_limits_of_the_server_are_not_ours() {
        PlannedNode pooled = PlannedNode.pooled("node-1", "db:6432", true, List.of());

        SizingPlan plan = plan(new PoolSplit(100, 100), Workload.undeclared(), pooled);

        assertThat(plan.conflicts()).isEmpty();
        assertThat(plan.toString()).contains("node-1 (db:6432), primary, behind a pooler");
    }

    @Test
    void the_plan_reads_as_the_table_of_the_documentation() throws IOException {
        Workload workload = new Workload(
                OptionalDouble.of(500),
                OptionalDouble.empty(),
                OptionalDouble.of(50),
                OptionalDouble.of(5),
                OptionalInt.of(100),
                1,
                OptionalInt.empty());

        String table = plan(new PoolSplit(20, 10), workload, node(budget(100))).toString();

        String page = Files.readString(Path.of("..", "docs", "sizing.md"));
        int start = page.indexOf("```text\n") + "```text\n".length();
        assertThat(table).isEqualTo(page.substring(start, page.indexOf("\n```", start)));
    }

    private static List<Conflict> refusals(int ceiling, PlannedNode node, Fleet fleet) {
        return SizingPlan.of(new SizingInput(new PoolSplit(ceiling, 0), Workload.undeclared(), fleet, List.of(node)))
                .refusals();
    }

    private static int numberAfter(String words, String text) {
        int start = text.indexOf(words) + words.length();
        return Integer.parseInt(text.substring(start).replaceFirst("[^0-9].*", ""));
    }

    private static SizingPlan plan(PoolSplit pool, Workload workload, PlannedNode... nodes) {
        return SizingPlan.of(new SizingInput(pool, workload, FOUR, List.of(nodes)));
    }

    private static Workload load(double perSecond, double holdMillis, double targetMillis) {
        return new Workload(
                OptionalDouble.of(perSecond),
                OptionalDouble.empty(),
                OptionalDouble.of(holdMillis),
                OptionalDouble.of(targetMillis),
                OptionalInt.empty(),
                1,
                OptionalInt.empty());
    }

    private static ServerBudget budget(int maxConnections) {
        return new ServerBudget(maxConnections, 3, 0, OptionalInt.empty(), OptionalInt.empty());
    }

    private static PlannedNode node(ServerBudget budget, Neighbour... neighbours) {
        return new PlannedNode(
                "node-1",
                "db:5432",
                true,
                Optional.of(budget),
                Optional.empty(),
                List.of(),
                List.of(neighbours),
                false);
    }

    private static PlannedNode node(ServerBudget budget, PlannedNode like) {
        return node(budget, like.neighbours().toArray(Neighbour[]::new));
    }

    private static PlannedNode replica(String name, ServerBudget budget) {
        return new PlannedNode(
                name, "db:5432", false, Optional.of(budget), Optional.empty(), List.of(), List.of(), false);
    }

    private static PlannedNode live(ServerBudget budget, OptionalInt instances, int others) {
        return new PlannedNode(
                "node-1",
                "db:5432",
                true,
                Optional.of(budget),
                Optional.of(new LiveSessions(instances, others)),
                List.of(),
                List.of(),
                false);
    }
}
