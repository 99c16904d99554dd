package dev.penstock.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalInt;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The formulas, against worked examples. */
class ConnectionsTest {
    @ParameterizedTest
    @CsvSource({
        "100, 50, 200, 25, 20 + 10",
        "200, 20, 250, 16, 14 + 6",
        "1, 1, 1000, 1, 2 + 0",
        "10, 200, 200, 10, 8 + 4",
        "49, 1, 7, 7, 6 + 3"
    })
    void requests_need_as_many_connections_as_they_hold_on_average(
            double requests, double queryMillis, double requestMillis, int connections, String shown) {
        int mean = Connections.forRequests(requests, queryMillis, requestMillis);

        assertThat(mean).isEqualTo(connections);
        assertThat(Connections.split(mean)).hasToString(shown);
        assertThat(Connections.split(mean).ceiling()).isGreaterThanOrEqualTo(mean);
    }

    @ParameterizedTest
    @CsvSource({
        "0, LOW",
        "9.99, LOW",
        "10, MEDIUM",
        "50, MEDIUM",
        "50.01, HIGH",
        "200, HIGH",
        "200.01, VERY_HIGH",
        "100000, VERY_HIGH"
    })
    void a_preset_is_chosen_by_requests_per_second_and_the_lower_one_at_a_boundary(
            double requestsPerSecond, WorkloadPreset preset) {
        assertThat(WorkloadPreset.forRequestsPerSecond(requestsPerSecond)).isEqualTo(preset);
    }

    @ParameterizedTest
    @CsvSource({
        "LOW, 5 + 5, 30, 1800",
        "MEDIUM, 10 + 10, 30, 1800",
        "HIGH, 20 + 10, 30, 1800",
        "VERY_HIGH, 30 + 20, 60, 1800",
        "READ_HEAVY, 30 + 5, 30, 3600",
        "WRITE_HEAVY, 15 + 15, 60, 1800"
    })
    void a_preset_is_a_pool_with_its_times(WorkloadPreset preset, String pool, int timeout, int recycle) {
        assertThat(preset.pool()).hasToString(pool);
        assertThat(preset.poolTimeoutSeconds()).isEqualTo(timeout);
        assertThat(preset.poolRecycleSeconds()).isEqualTo(recycle);
    }

    @ParameterizedTest
    @CsvSource({"8, 0, 16", "8, 1, 17", "1, 0, 2", "64, 12, 140"})
    void a_server_works_on_two_sessions_per_core_and_one_per_spindle(int cores, int spindles, int active) {
        assertThat(Connections.ofServerCores(cores, spindles)).isEqualTo(active);
    }

    @ParameterizedTest
    @CsvSource({"8, 2, 9", "8, 1, 1", "1, 5, 5", "16, 3, 33"})
    void one_connection_more_than_all_threads_can_hold_without_being_done_ends_the_deadlock(
            int threads, int each, int floor) {
        assertThat(Connections.deadlockFloor(threads, each)).isEqualTo(floor);
    }

    @ParameterizedTest
    @CsvSource({"300, 3, 150", "300, 2, 300", "300, 1, 300"})
    void replicas_carry_the_reads_of_one_that_is_lost(double reads, int replicas, double each) {
        assertThat(Connections.readsPerReplicaWithOneLost(reads, replicas)).isEqualTo(each);
    }

    /** research/pool.md §3.2: max_connections, reserved, others, instances, surge, and what is left for each. */
    @ParameterizedTest
    @CsvSource({
        "100, 3, 0, 10, 4, 1, 17",
        "200, 3, 5, 20, 6, 2, 21",
        "500, 3, 0, 30, 12, 3, 31",
        "40, 3, 0, 0, 4, 0, 9",
        "40, 3, 0, 0, 4, 1, 7",
        "3, 3, 0, 0, 1, 0, 0",
        "10, 3, 0, 20, 1, 0, 0"
    })
    void an_instance_gets_its_share_of_what_the_server_admits(
            int max, int superuser, int reserved, int others, int instances, int surge, int share) {
        ServerBudget budget = new ServerBudget(max, superuser, reserved, OptionalInt.empty(), OptionalInt.empty());

        assertThat(budget.perInstance(others, instances, surge)).isEqualTo(share);
    }

    /** research/pool.md §3.2, the table: λ, S, a, target, c, ρ, p99 at c and at c − 1, c for v = 2.5, a + 2√a. */
    @ParameterizedTest
    @CsvSource({
        "100, 5, 0.5, 5, 3, 0.17, 0.8, 7.7, 3, 1.9",
        "50, 50, 2.5, 10, 7, 0.36, 4.8, 22, 8, 5.7",
        "500, 10, 5, 5, 10, 0.50, 2.6, 5.2, 11, 9.5",
        "2000, 4, 8, 2, 13, 0.62, 1.6, 2.6, 15, 13.7",
        "5000, 2, 10, 1, 15, 0.67, 0.9, 1.4, 17, 16.3",
        "1000, 20, 20, 10, 26, 0.77, 8.9, 12.2, 29, 28.9"
    })
    void the_smallest_pool_that_keeps_a_wait_target(
            double perSecond,
            double holdMillis,
            double busy,
            double targetMillis,
            int connections,
            double utilisation,
            double p99,
            double p99WithOneLess,
            int connectionsForBursts,
            double squareRoot) {
        Load load = new Load(perSecond, holdMillis);

        assertThat(load.meanBusyConnections()).isEqualTo(busy, within(1e-9));
        assertThat(Connections.forWaitTarget(load, targetMillis)).isEqualTo(connections);
        assertThat(new PoolQueue(load, connections).utilisation()).isEqualTo(utilisation, within(0.0051));
        assertThat(new PoolQueue(load, connections).p99WaitMillis()).isEqualTo(p99, within(0.051));
        assertThat(new PoolQueue(load, connections - 1).p99WaitMillis())
                .isEqualTo(p99WithOneLess, within(p99WithOneLess < 20 ? 0.051 : 0.5));
        assertThat(Connections.forWaitTarget(new Load(perSecond, holdMillis, 2.5), targetMillis))
                .isEqualTo(connectionsForBursts);
        assertThat(Connections.squareRootStaffing(busy)).isEqualTo(squareRoot, within(0.051));
    }

    /** research/pool.md §3.2: the cliff for 500 borrows per second of 10 ms. */
    @ParameterizedTest
    @CsvSource({"6, 41, 0.5", "7, 17, 0.5", "8, 9.4, 0.051", "9, 5.2, 0.051", "10, 2.6, 0.051", "12, 0, 0"})
    void the_wait_falls_off_a_cliff(int connections, double p99, double tolerance) {
        assertThat(new PoolQueue(new Load(500, 10), connections).p99WaitMillis())
                .isEqualTo(p99, within(tolerance));
    }

    @Test
    void one_large_pool_waits_less_than_two_halves() {
        assertThat(new PoolQueue(new Load(1000, 10), 16).p99WaitMillis()).isEqualTo(2.9, within(0.051));
        assertThat(new PoolQueue(new Load(500, 10), 8).p99WaitMillis()).isEqualTo(9.4, within(0.051));
    }

    /** The bounds of the configuration allow a million requests of a minute each: nonsense, told at once. */
    @Test
    void the_largest_load_that_can_be_declared_is_answered_too() {
        assertThat(Connections.forWaitTarget(new Load(1_000_000, 60_000), 1)).isBetween(60_000_001, 60_100_000);
    }

    @Test
    void a_pool_that_gets_more_than_it_can_do_waits_for_ever_and_an_unused_one_never() {
        PoolQueue full = new PoolQueue(new Load(1000, 10), 10);
        assertThat(full.p50WaitMillis()).isInfinite();
        assertThat(full.meanWaitMillis()).isInfinite();
        assertThat(full.waitProbability()).isEqualTo(1);

        PoolQueue unused = new PoolQueue(new Load(0, 10), 1);
        assertThat(unused.p99WaitMillis()).isZero();
        assertThat(unused.utilisation()).isZero();
    }

    private static Stream<Arguments> outOfRange() {
        return Stream.<ThrowingCallable>of(
                        () -> Connections.forRequests(0, 50, 200),
                        () -> Connections.forRequests(100, 0, 200),
                        () -> Connections.forRequests(100, 50, 49),
                        () -> Connections.forRequests(100, 50, Double.NaN),
                        () -> Connections.ofServerCores(0, 0),
                        () -> Connections.ofServerCores(1, -1),
                        () -> Connections.deadlockFloor(0, 1),
                        () -> Connections.deadlockFloor(1, 0),
                        () -> Connections.forWaitTarget(new Load(1, 1), 0),
                        () -> new Load(-1, 1),
                        () -> new Load(Double.NaN, 1),
                        () -> new Load(1, Double.POSITIVE_INFINITY),
                        () -> new PoolQueue(new Load(1, 1), 0),
                        () -> new PoolQueue(new Load(1, 1), 1).waitMillis(1),
                        () -> new PoolSplit(0, 0),
                        () -> WorkloadPreset.forRequestsPerSecond(-1))
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void what_makes_no_sense_is_refused(ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call);
    }
}
