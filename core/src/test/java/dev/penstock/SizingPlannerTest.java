package dev.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.PoolConfig;
import dev.penstock.config.Pooler;
import dev.penstock.config.SessionConfig;
import dev.penstock.config.WorkloadConfig;
import dev.penstock.observe.ServerLimits;
import dev.penstock.routing.NodeLimits;
import dev.penstock.secret.PasswordSource;
import dev.penstock.sizing.Conflict;
import dev.penstock.sizing.PoolSize;
import dev.penstock.sizing.SizingPlan;
import dev.penstock.sizing.WorkloadPreset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Sizes from a configuration and what servers said, without any server. */
class SizingPlannerTest {
    private static final WorkloadConfig FOUR =
            WorkloadConfig.builder().instances(4).deploySurge(1).build();

    @Test
    void a_replica_with_a_smaller_limit_cuts_the_pools_of_all_servers() {
        DatabaseConfig config = config("shop").replicas("db-2").build();

        PoolSize size = SizingPlanner.plan(config, said(config, Map.of("db-1", 200, "db-2", 100)))
                .size();

        assertThat(size.pool()).hasToString("12 + 6");
        assertThat(size.rule().inputs()).endsWith("on node-2 (db-2:5432)");
    }

    @Test
    void a_limit_that_comes_later_warns_and_changes_no_size() {
        DatabaseConfig config = config("shop").replicas("db-2").build();
        SizingPlanner.Sizes sizes = SizingPlanner.sizes(config, said(config, Map.of("db-1", 200)));

        SizingPlan later = SizingPlanner.plan(config, said(config, Map.of("db-1", 200, "db-2", 100)), sizes);

        assertThat(later.size()).isEqualTo(sizes.own());
        assertThat(later.size().pool()).hasToString("20 + 10");
        assertThat(later.size().notes())
                .containsExactly("not cut to what node-2 (db-2:5432) admits, which is not known");
        assertThat(later.conflicts()).extracting(Conflict::code).containsExactly(Conflict.Code.SERVER_BUDGET);
    }

    /** Each computes the other's part as the other does. */
    @Test
    void two_databases_of_one_server_know_each_others_part() {
        DatabaseConfig shop = config("shop").build();
        DatabaseConfig jobs = config("jobs")
                .workload(FOUR.toBuilder().preset(WorkloadPreset.LOW).build())
                .build();
        List<NodeLimits> nodes = said(shop, Map.of("db-1", 100));

        SizingPlan ofShop = SizingPlanner.plan(config("shop").alongside(jobs).build(), nodes);
        SizingPlan ofJobs = SizingPlanner.plan(
                config("jobs")
                        .workload(FOUR.toBuilder().preset(WorkloadPreset.LOW).build())
                        .alongside(shop)
                        .build(),
                nodes);

        // 97 / 5 − 2 monitors = 17, as 30 : 10.
        assertThat(ofShop.size().pool()).hasToString("8 + 4");
        assertThat(ofJobs.size().pool()).hasToString("2 + 2");
        assertThat(ofShop.input().nodes().get(0).neighbours())
                .singleElement()
                .returns(5, neighbour -> neighbour.connections());
        assertThat(ofShop.conflicts()).isEmpty();
        assertThat(ofJobs.conflicts()).isEmpty();
    }

    @Test
    void a_neighbour_that_nobody_cuts_comes_first() {
        List<NodeLimits> nodes = said(config("shop").build(), Map.of("db-1", 200));
        DatabaseConfig undeclared =
                config("jobs").workload(WorkloadConfig.undeclared()).build();
        DatabaseConfig byHand =
                config("jobs").pool(20, 10, Duration.ofSeconds(5)).build();

        // 197 / 5 = 39, less 2 monitors and 30.
        assertThat(SizingPlanner.plan(config("shop").alongside(undeclared).build(), nodes)
                        .size()
                        .pool())
                .hasToString("5 + 2");
        assertThat(SizingPlanner.plan(config("shop").alongside(byHand).build(), nodes)
                        .size()
                        .pool())
                .hasToString("5 + 2");
    }

    @Test
    void behind_a_pooler_that_shares_sessions_nothing_is_cut() {
        DatabaseConfig config = config("shop")
                .session(SessionConfig.builder().pooler(Pooler.TRANSACTION).build())
                .build();

        PoolSize size =
                SizingPlanner.plan(config, said(config, Map.of("db-1", 20))).size();

        assertThat(size.pool()).hasToString("20 + 10");
        assertThat(size.notes())
                .containsExactly("not cut to what node-1 (db-1:5432) admits, which binds the pooler's own pool");
    }

    @Test
    void a_size_by_hand_stands_and_is_judged() {
        DatabaseConfig config =
                config("shop").pool(20, 10, Duration.ofSeconds(5)).build();

        SizingPlan plan = SizingPlanner.plan(config, said(config, Map.of("db-1", 100)));

        assertThat(plan.size().isFound()).isFalse();
        assertThat(plan.size().pool()).hasToString("20 + 10");
        assertThat(plan.refusals()).singleElement().returns(Conflict.Code.SERVER_BUDGET, Conflict::code);
    }

    private static DatabaseConfig.Builder config(String database) {
        return DatabaseConfig.builder()
                .primary("db-1")
                .database(database)
                .user("app")
                .password(PasswordSource.env("X"))
                .pool(PoolConfig.Builder::auto)
                .workload(FOUR);
    }

    private static List<NodeLimits> said(DatabaseConfig config, Map<String, Integer> maxConnections) {
        OptionalInt none = OptionalInt.empty();
        return NodeLimits.configured(config).stream()
                .map(node -> new NodeLimits(
                        node.name(),
                        node.place(),
                        node.endpoint(),
                        node.primary(),
                        Optional.ofNullable(maxConnections.get(node.endpoint().host()))
                                .map(max -> new ServerLimits(
                                        OptionalInt.of(max), 3, 0, none, none, none, none, List.of()))))
                .toList();
    }
}
