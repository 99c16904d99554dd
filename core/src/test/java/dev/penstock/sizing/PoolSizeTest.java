package dev.penstock.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.sizing.Bound.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The size that the formulas give a pool, the rule that decided it, and the next one. */
class PoolSizeTest {
    private static final Fleet FOUR = new Fleet(OptionalInt.of(4), 1);

    /** 500/s of 50 ms each are the guides' example: 25 at work on average. Empty cells were not declared. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "nothing,                                    ,           ,    ,   ,  ,    ,  ,   20 + 10, DEFAULT,         ",
        "only a low rate,                            ,         20,    ,   ,  ,    ,  ,   10 + 10, PRESET,          DEFAULT 30",
        "only a high rate,                           ,        500,    ,   ,  ,    ,  ,   30 + 20, PRESET,          DEFAULT 30",
        "only concurrency,                           ,           ,    ,   ,  , 100, 1,   20 + 10, DEFAULT,         ",
        "only nested concurrency below the default,  ,           ,    ,   ,  ,   8, 2,   20 + 10, DEFAULT,         ",
        "only nested concurrency above the default,  ,           ,    ,   ,  ,  31, 2,   22 + 10, DEADLOCK_FLOOR,  DEFAULT 30",
        "only a query time,                          ,           ,  50,   ,  ,    ,  ,   20 + 10, DEFAULT,         ",
        "rate and concurrency without a query time,  ,        500,    ,  5,  , 100, 1,   30 + 20, PRESET,          DEFAULT 30",
        "the guides' example,                        ,        500,  50,   ,  , 100, 1,   20 + 10, REQUEST_FORMULA, WAIT_TARGET 29",
        "the same without concurrency,               ,        500,  50,   ,  ,    ,  ,   20 + 10, REQUEST_FORMULA, WAIT_TARGET 29",
        "the same with a wait target,                ,        500,  50,  5,  , 100, 1,   24 + 12, WAIT_TARGET,     REQUEST_FORMULA 30",
        "the same with a patient target,             ,        500,  50,200,  , 100, 1,   20 + 10, REQUEST_FORMULA, WAIT_TARGET 27",
        "the same with nested requests,              ,        500,  50,   ,  ,  20, 3,   28 + 13, DEADLOCK_FLOOR,  REQUEST_FORMULA 30",
        "a workload,                                 READ_HEAVY,  ,    ,   ,  ,    ,  ,   30 + 5,  PRESET,          DEFAULT 30",
        "a workload with another rate,               LOW,      500,    ,   ,  ,    ,  ,   5 + 5,   PRESET,          PRESET 50",
        "a workload with a whole load,               LOW,      500,  50,   ,  ,    ,  ,   20 + 10, REQUEST_FORMULA, WAIT_TARGET 29",
        "a workload below the deadlock floor,        LOW,         ,    ,   ,  ,  10, 3,   14 + 7,  DEADLOCK_FLOOR,  PRESET 10",
        "max_overflow by hand,                       ,        500,  50,   , 4, 100, 1,   26 + 4,  REQUEST_FORMULA, WAIT_TARGET 29",
        "max_overflow by hand above the need,        LOW,         ,    ,   ,50,    ,  ,   1 + 50,  PRESET,          DEFAULT 30",
        "no overflow by hand,                        HIGH,        ,    ,   , 0,    ,  ,   30 + 0,  PRESET,          DEFAULT 30",
        "more than pool_size takes,                  ,       3000,  50,   ,  ,    ,  ,   100 + 80, REQUEST_FORMULA, WAIT_TARGET 155",
        "more than both keys take,                   ,      10000,  50,   ,  ,    ,  ,   100 + 100, REQUEST_FORMULA, WAIT_TARGET 505"
    })
    void the_need_is_the_size_where_nothing_cuts_it(
            String name,
            WorkloadPreset preset,
            Double perSecond,
            Double holdMillis,
            Double waitMillis,
            Integer overflow,
            Integer requests,
            Integer each,
            String pool,
            Kind rule,
            String next) {
        PoolSize size = PoolSize.found(
                whole(overflow),
                workload(preset, perSecond, holdMillis, waitMillis, requests, each),
                Fleet.undeclared(),
                List.of(node(1000)));

        assertThat(size.pool()).as(size.toString()).hasToString(pool);
        assertThat(size.rule().kind()).isEqualTo(rule);
        assertThat(size.next().map(bound -> bound.kind() + " " + bound.connections()))
                .isEqualTo(Optional.ofNullable(next));
        assertThat(size.notes()).first().asString().contains("instances is not declared");
    }

    @ParameterizedTest
    @CsvSource({
        // The guides' example, four instances and one more: 97 / 5 - 1 = 18.
        "100,  500, 50,   ,            ,  , 12 + 6,  SERVER_BUDGET,   REQUEST_FORMULA 30",
        "100,  500, 50,  5,            ,  , 12 + 6,  SERVER_BUDGET,   WAIT_TARGET 36",
        "155,  500, 50,   ,            ,  , 20 + 9,  SERVER_BUDGET,   REQUEST_FORMULA 30",
        "158,  500, 50,   ,            ,  , 20 + 10, REQUEST_FORMULA, WAIT_TARGET 29",
        "100,     ,   ,   , READ_HEAVY,   , 16 + 2,  SERVER_BUDGET,   PRESET 35",
        "100,     ,   ,   ,            ,  , 12 + 6,  SERVER_BUDGET,   DEFAULT 30",
        "100,  500, 50,   ,            , 4, 14 + 4,  SERVER_BUDGET,   REQUEST_FORMULA 30",
        // Nothing is left for pool_size, and it is 1: that this does not fit is a conflict.
        "100,  500, 50,   ,            ,40, 1 + 40,  SERVER_BUDGET,   REQUEST_FORMULA 30",
        "5,    500, 50,   ,            ,  , 1 + 0,   SERVER_BUDGET,   REQUEST_FORMULA 30",
        // Clipped after the cut, not before.
        "803, 3000, 50,   ,            ,  , 100 + 59, SERVER_BUDGET,  REQUEST_FORMULA 180"
    })
    void a_limit_of_the_server_cuts_the_need_and_keeps_its_ratio(
            int maxConnections,
            Double perSecond,
            Double holdMillis,
            Double waitMillis,
            WorkloadPreset preset,
            Integer overflow,
            String pool,
            Kind rule,
            String next) {
        PoolSize size = PoolSize.found(
                whole(overflow),
                workload(preset, perSecond, holdMillis, waitMillis, null, null),
                FOUR,
                List.of(node(maxConnections)));

        assertThat(size.pool()).as(size.toString()).hasToString(pool);
        assertThat(size.rule().kind()).isEqualTo(rule);
        assertThat(size.next().map(bound -> bound.kind() + " " + bound.connections()))
                .hasValue(next);
    }

    @Test
    void the_tightest_of_server_role_and_database_cuts_and_the_second_is_the_next() {
        ServerBudget budget = new ServerBudget(100, 3, 0, OptionalInt.of(60), OptionalInt.of(70));

        PoolSize size = found(FOUR, node("node-1", "db:5432", Optional.of(budget)));

        assertThat(size)
                .hasToString("8 + 3 = 11 by the role limit (60 of the role / 4 instances and 1 more during a deploy"
                        + " − 1 of the monitor); next database limit, 13 (70 of the database / 4 instances and 1 more"
                        + " during a deploy − 1 of the monitor)");
    }

    /** A replica may be the primary tomorrow. */
    @Test
    void the_smallest_of_all_servers_cuts() {
        PoolSize size = found(FOUR, node("node-1", "db-1:5432", budget(200)), node("node-2", "db-2:5432", budget(100)));

        assertThat(size.pool()).hasToString("12 + 6");
        assertThat(size.rule().inputs()).endsWith("on node-2 (db-2:5432)");
    }

    /** With 400 reads a second on each of two replicas, and 800 on one of them when the other is lost. */
    @Test
    void the_largest_need_of_all_servers_counts() {
        Workload workload = new Workload(
                OptionalDouble.of(1000),
                OptionalDouble.of(0.8),
                OptionalDouble.of(20),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                1,
                OptionalInt.empty());
        PlannedNode primary = node("node-1", "db-1:5432", Optional.empty());
        PlannedNode replica = PlannedNode.unasked("node-2", "db-2:5432", false, List.of());
        PlannedNode other = PlannedNode.unasked("node-3", "db-3:5432", false, List.of());

        PoolSize size =
                PoolSize.found(OptionalInt.empty(), workload, Fleet.undeclared(), List.of(primary, replica, other));

        // 800/s × 20 ms = 16, and a fifth.
        assertThat(size.rule()).returns(Kind.REQUEST_FORMULA, Bound::kind);
        assertThat(size.pool().ceiling()).isEqualTo(20);
    }

    @Test
    void what_is_not_looked_at_is_said() {
        PlannedNode unknown = node("node-1", "db-1:5432", Optional.empty());
        PlannedNode known = node("node-2", "db-2:5432", budget(100));
        PlannedNode pooled = PlannedNode.pooled("node-1", "db:6432", true, List.of());

        assertThat(found(Fleet.undeclared(), known).notes())
                .containsExactly("not cut to what the servers admit, because instances is not declared");
        assertThat(found(Fleet.undeclared(), known).pool()).hasToString("20 + 10");
        assertThat(found(FOUR, unknown).notes())
                .containsExactly("not cut to what node-1 (db-1:5432) admits, which is not known");
        assertThat(found(FOUR, unknown).pool()).hasToString("20 + 10");
        assertThat(found(FOUR, unknown, known).notes())
                .containsExactly("not cut to what node-1 (db-1:5432) admits, which is not known");
        assertThat(found(FOUR, unknown, known).pool()).hasToString("12 + 6");
        assertThat(found(FOUR, pooled).notes())
                .containsExactly("not cut to what node-1 (db:6432) admits, which binds the pooler's own pool");
        assertThat(found(FOUR, pooled).pool()).hasToString("20 + 10");
    }

    @Test
    void whoever_did_not_declare_instances_is_told_what_that_would_do() {
        PlannedNode small = node("node-1", "db:5432", budget(20));
        PoolSize size = found(Fleet.undeclared(), small);

        SizingPlan plan =
                SizingPlan.of(new SizingInput(size, Workload.undeclared(), Fleet.undeclared(), List.of(small)));

        assertThat(size.pool()).hasToString("20 + 10");
        assertThat(plan.refusals()).isEmpty();
        assertThat(plan.warnings())
                .singleElement()
                .satisfies(
                        warning -> assertThat(warning.remedy())
                                .startsWith(
                                        "Declare instances, and pool_size is cut to fit; or put a pooler such as PgBouncer in"));
    }

    @Test
    void a_size_that_its_keys_do_not_take_is_clipped_and_told() {
        PoolSize size = PoolSize.found(
                OptionalInt.empty(),
                workload(null, 10_000.0, 50.0, null, null, null),
                Fleet.undeclared(),
                List.of(node(1000)));

        assertThat(size.notes())
                .contains("clipped from 400 + 200, because pool_size and max_overflow take 100 at most");
    }

    @Test
    void the_cores_of_the_server_cut_nothing() {
        Workload workload = new Workload(
                OptionalDouble.of(500),
                OptionalDouble.empty(),
                OptionalDouble.of(50),
                OptionalDouble.empty(),
                OptionalInt.of(16),
                2,
                OptionalInt.of(4));

        PoolSize size = PoolSize.found(OptionalInt.empty(), workload, FOUR, List.of(node(200)));
        SizingPlan plan = SizingPlan.of(new SizingInput(size, workload, FOUR, List.of(node(200))));

        assertThat(size.pool()).hasToString("20 + 10");
        assertThat(plan.refusals()).isEmpty();
        assertThat(plan.warnings()).extracting(Conflict::code).contains(Conflict.Code.SERVER_CORES);
    }

    /** 16 requests of 3 need 33, and 18 are left: the rest of the wanted 33 has no place. */
    @Test
    void a_deadlock_floor_above_the_budget_is_refused_after_the_cut() {
        Workload workload = workload(null, null, null, null, 16, 3);

        PoolSize size = PoolSize.found(OptionalInt.empty(), workload, FOUR, List.of(node(100)));
        SizingPlan plan = SizingPlan.of(new SizingInput(size, workload, FOUR, List.of(node(100))));

        assertThat(size.pool()).hasToString("12 + 6");
        assertThat(size.next()).get().returns(Kind.DEADLOCK_FLOOR, Bound::kind);
        assertThat(plan.refusals()).singleElement().satisfies(conflict -> {
            assertThat(conflict.code()).isEqualTo(Conflict.Code.DEADLOCK_FLOOR);
            assertThat(conflict.sentence()).contains("the pool has 18 (12 + 6)");
            assertThat(conflict.remedy())
                    .endsWith("or make room on the server: raise max_connections, or run fewer instances");
        });
    }

    /** 97 / 5 - 2 monitors = 17. */
    @ParameterizedTest
    @CsvSource({
        // By hand first.
        "10, false, 7,  5 + 2",
        // 30 and 30 by need: 8 each; 30 and 10: 12 and 4.
        "30, true,  8,  6 + 2",
        "10, true,  12, 8 + 4",
        // By hand leaves nothing.
        "20, false, 0,  1 + 0"
    })
    void a_neighbour_set_by_hand_comes_first_and_others_share_by_need(
            int neighbour, boolean isFound, int connections, String pool) {
        PlannedNode node =
                node("node-1", "db:5432", budget(100), new Neighbour("temporal", neighbour + 1, false, false, isFound));

        PoolSize size = found(FOUR, node);

        assertThat(size.rule()).returns(Kind.SERVER_BUDGET, Bound::kind).returns(connections, Bound::connections);
        assertThat(size.pool()).hasToString(pool);
    }

    @Test
    void neighbours_that_all_have_room_are_not_cut() {
        PlannedNode node = node("node-1", "db:5432", budget(400), new Neighbour("temporal", 31, false, false, true));

        assertThat(found(FOUR, node).pool()).hasToString("20 + 10");
    }

    @Test
    void the_parts_of_any_neighbours_fit_together() {
        for (int max = 10; max < 300; max++) {
            PoolSize shop = found(
                    FOUR, node("node-1", "db:5432", budget(max), new Neighbour("temporal", 51, false, false, true)));
            PoolSize temporal = PoolSize.found(
                    OptionalInt.empty(),
                    workload(WorkloadPreset.VERY_HIGH, null, null, null, null, null),
                    FOUR,
                    List.of(node("node-1", "db:5432", budget(max), new Neighbour("shop", 31, false, false, true))));
            int left = Math.max(0, max - 3) / 5 - 2;
            assertThat(shop.rule().connections() + temporal.rule().connections())
                    .as("max_connections " + max)
                    .isLessThanOrEqualTo(left >= 80 ? 80 : Math.max(0, left));
        }
    }

    @Test
    void the_example_of_the_page_is_what_is_said() throws IOException {
        PoolSize size = PoolSize.found(
                OptionalInt.empty(), workload(null, 500.0, 50.0, null, 100, 1), FOUR, List.of(node(100)));

        String page = Files.readString(Path.of("..", "docs", "sizing.md"));
        assertThat(page.replaceAll("\\n> ", " ")).contains("pool_size + max_overflow of 'shop' is " + size + "\n");
    }

    private static PoolSize found(Fleet fleet, PlannedNode... nodes) {
        return PoolSize.found(OptionalInt.empty(), Workload.undeclared(), fleet, List.of(nodes));
    }

    private static Workload workload(
            WorkloadPreset preset,
            Double perSecond,
            Double holdMillis,
            Double waitMillis,
            Integer requests,
            Integer each) {
        return new Workload(
                number(perSecond),
                OptionalDouble.empty(),
                number(holdMillis),
                number(waitMillis),
                whole(requests),
                each == null ? 1 : each,
                OptionalInt.empty(),
                Optional.ofNullable(preset));
    }

    private static OptionalDouble number(Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static OptionalInt whole(Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private static Optional<ServerBudget> budget(int maxConnections) {
        return Optional.of(new ServerBudget(maxConnections, 3, 0, OptionalInt.empty(), OptionalInt.empty()));
    }

    private static PlannedNode node(int maxConnections) {
        return node("node-1", "db:5432", budget(maxConnections));
    }

    private static PlannedNode node(String name, String place, Optional<ServerBudget> budget, Neighbour... neighbours) {
        return new PlannedNode(
                name, place, true, budget, Optional.empty(), List.of(), Arrays.asList(neighbours), false);
    }
}
