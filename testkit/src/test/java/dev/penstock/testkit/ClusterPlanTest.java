package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterPlanTest {
    private static ClusterPlan plan(ClusterPlan.Tls tls, List<String> synchronous, Map<String, String> settings) {
        return new ClusterPlan(
                3, tls, settings, List.of("host a b c d"), List.of(), synchronous, false, null, Duration.ofSeconds(1));
    }

    private static final ClusterPlan.Tls OFF = new ClusterPlan.Tls(false, null, null, false);
    private static final ClusterPlan.Tls STRICT = new ClusterPlan.Tls(true, null, null, true);

    @Test
    void a_node_waits_for_all_named_replicas_but_never_for_itself() {
        ClusterPlan plan = plan(OFF, List.of("node-2", "node-3"), Map.of());
        assertThat(plan.configuration("node-1", 1))
                .containsEntry("synchronous_standby_names", "FIRST 2 (\"node-2\", \"node-3\")");
        assertThat(plan.configuration("node-2", 1)).containsEntry("synchronous_standby_names", "FIRST 1 (\"node-3\")");
        assertThat(plan(OFF, List.of("node-2"), Map.of()).configuration("node-2", 1))
                .containsEntry("synchronous_standby_names", "");
    }

    @Test
    void what_the_user_sets_wins() {
        assertThat(plan(OFF, List.of(), Map.of("fsync", "on", "port", "2")).configuration("node-1", 1))
                .containsEntry("fsync", "on")
                .containsEntry("port", "2");
    }

    @Test
    void the_users_lines_come_before_the_rule_for_everyone_and_after_the_testkits_own() {
        assertThat(plan(STRICT, List.of(), Map.of()).authentication())
                .containsSequence(
                        "host replication replicator ::1/128 scram-sha-256",
                        "host a b c d",
                        "hostssl all all all scram-sha-256 clientcert=verify-full",
                        "hostnossl all all all reject");
        assertThat(plan(OFF, List.of(), Map.of()).authentication())
                .endsWith("host a b c d", "host all all all scram-sha-256");
    }
}
