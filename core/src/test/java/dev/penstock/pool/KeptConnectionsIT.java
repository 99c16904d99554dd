package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.penstock.Served;
import dev.penstock.StallMeter;
import dev.penstock.TestConfigs;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.CloseReason;
import dev.penstock.testkit.Direction;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which connections of a node stay, which go, and what is told of each that went. Times are a test's own. */
@PostgresTest(replicas = 0, tls = true)
class KeptConnectionsIT {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration IDLE = Duration.ofMinutes(10);
    private static final Shared.Times CALM = new Shared.Times(NEVER, IDLE, Duration.ZERO);
    private static final int SIZE = 4;
    private static final int OVERFLOW = 4;

    private final PostgresCluster cluster;

    KeptConnectionsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private PoolsAlone pools(Shared.Times times) throws Exception {
        return pools(times, TestConfigs.endpoint(cluster.primary()));
    }

    private PoolsAlone pools(Shared.Times times, String endpoint) throws Exception {
        return new PoolsAlone(
                TestConfigs.of(cluster)
                        .primary(endpoint)
                        .pool(SIZE, OVERFLOW, LONG)
                        .build(),
                times);
    }

    private static CloseReason[] times(int count, CloseReason reason) {
        return IntStream.range(0, count).mapToObj(i -> reason).toArray(CloseReason[]::new);
    }

    @Test
    void no_more_connections_are_opened_than_callers_came_at_once() throws Exception {
        try (PoolsAlone pools = pools(CALM)) {
            for (int i = 0; i < 20; i++) {
                pools.use(Purpose.WRITE, 3);
            }
            pools.pass(Duration.ofHours(1));
            pools.awaitOpen(3, 0);
            assertThat(pools.closed).isEmpty();
        }
    }

    @Test
    void pool_size_connections_stay_and_the_rest_goes_when_it_was_not_needed_for_idle_timeout() throws Exception {
        try (PoolsAlone pools = pools(CALM)) {
            pools.use(Purpose.WRITE, SIZE + 3);
            pools.pass(IDLE);
            pools.awaitOpen(SIZE + 3, 0);
            pools.pass(Duration.ofSeconds(1));
            pools.awaitOpen(SIZE, 0);
            pools.pass(IDLE.multipliedBy(3));
            pools.awaitOpen(SIZE, 0);
            pools.awaitClosed(times(3, CloseReason.IDLE));
        }
    }

    @Test
    void threads_that_each_come_back_to_their_own_connection_do_not_keep_the_overflow() throws Exception {
        try (PoolsAlone pools = pools(CALM)) {
            pools.use(Purpose.WRITE, SIZE + OVERFLOW);
            Duration look = Duration.ofSeconds(1);
            for (Duration passed = Duration.ZERO; passed.compareTo(IDLE) <= 0; passed = passed.plus(look)) {
                pools.use(Purpose.WRITE, 1);
                pools.pass(look);
            }
            pools.awaitOpen(SIZE, 0);
        }
    }

    @Test
    void a_pool_that_lends_nothing_while_its_sibling_does_keeps_none() throws Exception {
        try (PoolsAlone pools = pools(CALM)) {
            pools.use(Purpose.WRITE, 2);
            pools.use(Purpose.READ, 2);
            pools.pass(IDLE.multipliedBy(2));
            pools.awaitOpen(2, 2);
            Duration look = Duration.ofSeconds(1);
            for (Duration passed = Duration.ZERO; passed.compareTo(IDLE) <= 0; passed = passed.plus(look)) {
                pools.use(Purpose.WRITE, 1);
                pools.pass(look);
            }
            pools.awaitOpen(2, 0);
            pools.awaitClosed(times(2, CloseReason.IDLE));
        }
    }

    @Test
    void the_status_counts_overflow_over_both_pools() throws Exception {
        try (PoolsAlone pools = pools(CALM)) {
            pools.use(Purpose.WRITE, SIZE);
            pools.use(Purpose.READ, 2);
            assertThat(pools.pools.snapshots()).hasSize(2).allSatisfy(pool -> {
                assertThat(pool.size()).isEqualTo(SIZE);
                assertThat(pool.open()).isEqualTo(SIZE + 2);
                assertThat(pool.overflow()).isEqualTo(2);
            });
            assertThat(pools.pools.snapshots().get(1))
                    .hasToString("read: size=4, checked in=2, checked out=0, overflow=2, invalid=0, waiting=0");
        }
    }

    @Test
    void kept_connections_that_grow_too_old_are_replaced_without_anybody_asking_for_one() throws Exception {
        try (PoolsAlone pools = pools(new Shared.Times(Duration.ofSeconds(1), IDLE, Duration.ZERO))) {
            pools.use(Purpose.WRITE, SIZE);
            List<NodeConnection> first = pools.open(Purpose.WRITE);
            assertThat(first).hasSize(SIZE);
            await().atMost(LONG).until(() -> pools.closed.size() >= 3 * SIZE);
            pools.awaitOpen(SIZE, 0);
            assertThat(pools.open(Purpose.WRITE)).doesNotContainAnyElementsOf(first);
            assertThat(pools.closed).containsOnly(CloseReason.LIFETIME);
        }
    }

    @Test
    void overflow_that_grows_too_old_is_not_replaced() throws Exception {
        try (PoolsAlone pools = pools(new Shared.Times(Duration.ofSeconds(1), IDLE, Duration.ZERO))) {
            pools.use(Purpose.WRITE, SIZE + 2);
            await().atMost(LONG).until(() -> pools.closed.size() >= 2 * SIZE);
            pools.awaitOpen(SIZE, 0);
            assertThat(pools.closed).containsOnly(CloseReason.LIFETIME);
        }
    }

    @Test
    void an_idle_connection_is_kept_alive_by_asking_its_server() throws Exception {
        Duration forgotten = Duration.ofSeconds(2);
        try (TcpProxy proxy = cluster.primary().proxy();
                PoolsAlone pools = pools(
                        new Shared.Times(NEVER, IDLE, Duration.ofMillis(500)), proxy.host() + ":" + proxy.port())) {
            pools.use(Purpose.WRITE, 2);
            List<NodeConnection> before = pools.open(Purpose.WRITE);
            proxy.forgetIdle(forgotten);
            long turns = proxy.clientTurns();
            await().pollDelay(forgotten.multipliedBy(2)).atMost(LONG).until(() -> proxy.clientTurns() >= turns + 8);
            pools.use(Purpose.WRITE, 2);
            assertThat(pools.open(Purpose.WRITE)).containsExactlyInAnyOrderElementsOf(before);
            assertThat(pools.closed).isEmpty();
        }
    }

    @Test
    void a_borrow_of_a_connection_that_is_kept_alive_costs_no_round_trip_more() throws Exception {
        try (TcpProxy proxy = cluster.primary().proxy();
                PoolsAlone pools =
                        pools(new Shared.Times(NEVER, IDLE, Duration.ofHours(1)), proxy.host() + ":" + proxy.port())) {
            pools.use(Purpose.WRITE, 1);
            long fresh = proxy.clientTurns();
            pools.use(Purpose.WRITE, 1);
            assertThat(proxy.clientTurns()).isEqualTo(fresh);
            // HikariCP has an idle connection asked after half a second.
            await().pollDelay(Duration.ofMillis(700)).until(() -> true);
            pools.use(Purpose.WRITE, 1);
            assertThat(proxy.clientTurns()).isEqualTo(fresh + 1);
        }
    }

    @Test
    void a_connection_that_does_not_answer_when_it_is_kept_alive_goes_before_anybody_gets_it() throws Exception {
        try (TcpProxy proxy = cluster.primary().proxy();
                PoolsAlone pools = pools(
                        new Shared.Times(NEVER, IDLE, Duration.ofMillis(500)), proxy.host() + ":" + proxy.port())) {
            pools.use(Purpose.READ, 2);
            proxy.halfOpen();
            pools.awaitClosed(CloseReason.BROKEN, CloseReason.BROKEN);
        }
    }

    @Test
    void closing_waits_for_no_answer_of_a_server_that_is_asked_whether_its_connection_is_alive() throws Exception {
        try (TcpProxy proxy = cluster.primary().proxy();
                StallMeter stalls = StallMeter.start()) {
            PoolsAlone pools =
                    pools(new Shared.Times(NEVER, IDLE, Duration.ofMillis(500)), proxy.host() + ":" + proxy.port());
            pools.use(Purpose.WRITE, 1);
            pools.use(Purpose.READ, 1);
            long turns = proxy.clientTurns();
            proxy.blackHole(Direction.SERVER_TO_CLIENT);
            await().atMost(LONG).until(() -> proxy.clientTurns() > turns);
            long begun = System.nanoTime();
            pools.close();
            Duration took = Duration.ofNanos(System.nanoTime() - begun).minus(stalls.longest());
            assertThat(took).isLessThan(Duration.ofMillis(700));
        }
    }

    @Test
    void a_connection_that_its_server_ended_was_broken() throws Exception {
        try (PoolsAlone pools = pools(CALM)) {
            try (Connection one = pools.borrow(Purpose.WRITE)) {
                assertThat(catchThrowable(() -> Served.run(one, "select pg_terminate_backend(pg_backend_pid())")))
                        .isInstanceOf(SQLException.class);
            }
            pools.awaitClosed(CloseReason.BROKEN);
        }
    }

    @Test
    void a_connection_whose_node_lost_its_role_ended_for_that() throws Exception {
        try (PoolsAlone pools = pools(CALM)) {
            pools.use(Purpose.WRITE, 2);
            pools.node.retireConnections();
            pools.pools.evictRetired();
            pools.awaitClosed(CloseReason.ROLE_CHANGE, CloseReason.ROLE_CHANGE);
            // One that was opened since then, and goes with the others.
            pools.use(Purpose.WRITE, 1);
            pools.pools.evictRetired();
            pools.awaitClosed(times(3, CloseReason.ROLE_CHANGE));
        }
    }

    @Test
    void a_connection_that_is_set_aside_is_retired_and_replaced() throws Exception {
        try (PoolsAlone pools = pools(CALM)) {
            pools.use(Purpose.WRITE, SIZE);
            pools.use(Purpose.WRITE, SIZE);
            List<NodeConnection> first = pools.open(Purpose.WRITE);
            for (NodeConnection one : first) {
                pools.pools.retire(one);
            }
            pools.awaitClosed(times(SIZE, CloseReason.RETIRED));
            pools.awaitOpen(SIZE, 0);
            assertThat(pools.open(Purpose.WRITE)).doesNotContainAnyElementsOf(first);
        }
    }

    @Test
    void an_idle_connection_whose_place_the_other_purpose_needs_goes_and_is_not_replaced() throws Exception {
        try (PoolsAlone pools = pools(CALM)) {
            pools.use(Purpose.WRITE, SIZE + OVERFLOW);
            pools.use(Purpose.READ, 2);
            pools.awaitClosed(CloseReason.IDLE, CloseReason.IDLE);
            pools.awaitOpen(SIZE + OVERFLOW - 2, 2);
        }
    }

    @Test
    void a_connection_that_stood_when_its_database_was_closed_ended_for_that() throws Exception {
        PoolsAlone pools = pools(CALM);
        try (pools) {
            pools.use(Purpose.WRITE, 2);
        }
        pools.awaitClosed(CloseReason.SHUTDOWN, CloseReason.SHUTDOWN);
    }
}
