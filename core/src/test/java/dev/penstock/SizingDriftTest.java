package dev.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.MeasuredLoad;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.Role;
import dev.penstock.observe.ServerSessions;
import dev.penstock.secret.PasswordSource;
import dev.penstock.sizing.SizingPlan;
import dev.penstock.tls.TlsConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SizingDriftTest {
    private static final MeasuredLoad AS_DECLARED = new MeasuredLoad(5000, 500, 5, 2.5);
    private static final MeasuredLoad SLOWER = new MeasuredLoad(5000, 500, 7, 9.1);

    private final List<String> told = new ArrayList<>();
    private final SizingDrift drift = new SizingDrift((node, sentence) -> told.add(node + ": " + sentence));
    private final SizingPlan plan = Database.plan(declared());

    @Test
    void a_load_as_declared_is_no_drift() {
        judge(AS_DECLARED, 10);
        assertThat(told).isEmpty();
        assertThat(drift.now()).isEmpty();
    }

    @Test
    void three_windows_in_a_row_are_told_once_with_both_sides() {
        judge(SLOWER, SizingDrift.WINDOWS - 1);
        assertThat(told).isEmpty();
        judge(SLOWER, 5);

        assertThat(told)
                .singleElement()
                .asString()
                .contains("node-1: predicted p99 wait 2.6 ms, measured 9.1 ms")
                .contains("500 borrows/s held their connection for 14.0 ms each, where 500/s and 10.0 ms were declared")
                .contains("penstock plan");
        assertThat(drift.now()).isEqualTo(told);
    }

    @Test
    void a_window_as_planned_in_between_begins_anew_and_ends_it() {
        judge(SLOWER, 2);
        judge(AS_DECLARED, 1);
        judge(SLOWER, 2);
        assertThat(told).isEmpty();
        judge(SLOWER, 1);
        judge(AS_DECLARED, 1);
        assertThat(drift.now()).isEmpty();
        judge(SLOWER, 3);
        assertThat(told).hasSize(2);
    }

    @Test
    void more_busy_connections_than_declared_are_drift_before_anybody_waits() {
        judge(new MeasuredLoad(9000, 900, 9, 0), 3);
        assertThat(told).singleElement().asString().contains("900 borrows/s");
    }

    @Test
    void few_borrows_say_nothing() {
        judge(new MeasuredLoad(499, 50, 9, 90), 10);
        assertThat(told).isEmpty();
    }

    @Test
    void nothing_declared_is_nothing_to_leave() {
        SizingPlan undeclared = Database.plan(config().build());
        for (int i = 0; i < 5; i++) {
            drift.judge(undeclared, List.of(primary(SLOWER)));
        }
        assertThat(told).isEmpty();
    }

    private void judge(MeasuredLoad load, int windows) {
        for (int i = 0; i < windows; i++) {
            drift.judge(plan, List.of(primary(load)));
        }
    }

    private static NodeStatus primary(MeasuredLoad load) {
        return new NodeStatus(
                "node-1",
                "db-1:5432",
                NodeState.UP,
                Role.PRIMARY,
                1,
                NodeStatus.Lag.UNKNOWN,
                List.of(),
                List.of(),
                Optional.of(load),
                new NodeStatus.Monitor(0, Optional.empty(), Optional.empty(), ServerSessions.UNSEEN, Optional.empty()));
    }

    private static DatabaseConfig declared() {
        return config().workload(workload ->
                        workload.requestsPerSecond(500).avgQueryTimeMillis(10).p99WaitMillis(5))
                .build();
    }

    private static DatabaseConfig.Builder config() {
        return DatabaseConfig.builder()
                .primary("db-1")
                .database("shop")
                .user("app")
                .password(PasswordSource.env("PW"))
                .tls(TlsConfig.disabled())
                .pool(10, 0, Duration.ofSeconds(5));
    }
}
