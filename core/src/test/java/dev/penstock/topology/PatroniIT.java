package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.patroni.HaProxy;
import dev.penstock.patroni.LeaderWatch;
import dev.penstock.patroni.PatroniCluster;
import dev.penstock.patroni.PatroniNode;
import dev.penstock.patroni.Workload;
import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * On a real Patroni cluster with etcd, under load. Part of the build with {@code -Ppatroni}. How long Patroni takes to name a
 * leader is printed; what is asserted is that no acknowledged write is lost and that we are not far behind it.
 */
@Tag("patroni")
@TestInstance(Lifecycle.PER_CLASS)
class PatroniIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** What we may add to the time that Patroni takes; ten times and more what was measured. */
    private static final Duration PROMPT = Duration.ofSeconds(5);

    private PatroniCluster cluster;

    /** What is done to the cluster; returns when it is done. */
    @FunctionalInterface
    interface Event {
        void happen(PatroniNode leader) throws Exception;
    }

    @BeforeAll
    void start() throws Exception {
        cluster = PatroniCluster.start();
    }

    @AfterAll
    void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void everybodyIsThere() {
        cluster.awaitWhole();
    }

    @Test
    void a_switchover_loses_no_acknowledged_write() throws Exception {
        PatroniNode next = cluster.synchronousReplica();
        PatroniNode now = underLoad("switchover", leader -> cluster.switchover(leader, next), SOON);
        assertThat(now).isEqualTo(next);
    }

    @Test
    void a_restart_of_the_leader_loses_no_acknowledged_write() throws Exception {
        underLoad("restart of the leader", cluster::restart, SOON);
    }

    @Test
    void a_killed_leader_loses_no_acknowledged_write() throws Exception {
        underLoad("kill -9 of the leader's postgres", PatroniNode::killPostgres, SOON);
    }

    @Test
    void the_death_of_the_leaders_host_loses_no_acknowledged_write() throws Exception {
        PatroniNode dead = cluster.leader().orElseThrow();
        try {
            PatroniNode now =
                    underLoad("death of the leader's host", PatroniNode::killAll, PatroniCluster.TTL.plus(SOON));
            assertThat(now).isNotEqualTo(dead);
        } finally {
            dead.start();
        }
    }

    @Test
    void a_switchover_behind_two_ports_of_a_proxy_loses_no_acknowledged_write() throws Exception {
        PatroniNode next = cluster.synchronousReplica();
        try (HaProxy proxy = cluster.startProxy()) {
            DatabaseConfig config = config(List.of(proxy.primary(), proxy.replicas()));
            PatroniNode now =
                    underLoad("switchover behind HAProxy", config, leader -> cluster.switchover(leader, next), SOON);
            assertThat(now).isEqualTo(next);
        }
    }

    @Test
    void discovery_sees_three_members_and_two_when_one_has_gone() throws Exception {
        Discovery discovery = new PatroniDiscovery(
                cluster.nodes().stream().map(PatroniNode::url).toList(), null);
        assertThat(found(discovery)).containsExactlyInAnyOrderElementsOf(endpoints(cluster.nodes()));
        // The first of those that are asked, so that the look has to go on to another one.
        PatroniNode gone = cluster.nodes().get(0);
        gone.stop();
        try {
            List<PatroniNode> left =
                    cluster.nodes().stream().filter(node -> node != gone).toList();
            await().atMost(PatroniCluster.TTL.plus(SOON))
                    .until(() -> found(discovery).size() == 2);
            assertThat(found(discovery)).containsExactlyInAnyOrderElementsOf(endpoints(left));
        } finally {
            gone.start();
        }
    }

    @Test
    void a_member_that_an_operator_tags_noloadbalance_serves_no_reads() throws Exception {
        Discovery discovery =
                new PatroniDiscovery(List.of(cluster.nodes().get(0).url()), null);
        PatroniNode tagged = cluster.replicas().get(0);
        assertThat(readers(discovery)).contains(endpoint(tagged)).hasSize(3);
        tagged.setTags("{noloadbalance: true, zone: west}");
        try {
            await().atMost(SOON).until(() -> readers(discovery).size() == 2);
            assertThat(readers(discovery)).doesNotContain(endpoint(tagged));
        } finally {
            tagged.setTags("{}");
        }
    }

    private static List<Endpoint> readers(Discovery discovery) throws Exception {
        return discovery.look(Duration.ofSeconds(5)).stream()
                .filter(Member::servesReads)
                .map(Member::endpoint)
                .toList();
    }

    private static List<Endpoint> found(Discovery discovery) throws Exception {
        return discovery.look(Duration.ofSeconds(5)).stream()
                .map(Member::endpoint)
                .toList();
    }

    private static List<Endpoint> endpoints(List<PatroniNode> nodes) {
        return nodes.stream().map(PatroniIT::endpoint).toList();
    }

    private static Endpoint endpoint(PatroniNode node) {
        return new Endpoint("127.0.0.1", node.port());
    }

    /** Lets it happen under load, and judges what the load saw; the node that is written to afterwards. */
    private PatroniNode underLoad(String what, Event event, Duration limit) throws Exception {
        return underLoad(
                what,
                config(endpoints(cluster.nodes()).stream()
                        .map(Endpoint::toString)
                        .toList()),
                event,
                limit);
    }

    private PatroniNode underLoad(String what, DatabaseConfig config, Event event, Duration limit) throws Exception {
        PatroniNode before = cluster.leader().orElseThrow();
        try (Database db = Database.open(config);
                LeaderWatch watch = new LeaderWatch(cluster)) {
            db.write(c ->
                    Served.run(c, "drop table if exists app.visit; create table app.visit (id bigint primary key)"));
            LeaderWatch.Turn turn;
            Workload load = Workload.on(db);
            try (load) {
                watch.awaitTurnAfter(0, SOON);
                Set<Long> sessions = sessions(before);
                assertThat(sessions).isNotEmpty();
                long begun = System.nanoTime();
                event.happen(before);
                turn = watch.awaitTurnAfter(begun, limit);
                load.awaitMoreWrites(200);
                awaitWritesOn(db, turn.node());
                if (turn.node() != before) {
                    await().atMost(SOON).until(() -> writers(db, before) == 0);
                }
                assertThat(sessions(before)).doesNotContainAnyElementsOf(sessions);
            }
            report(what, load, turn, lost(db, load));
            judge(db, load, turn);
            return turn.node();
        }
    }

    private void judge(Database db, Workload load, LeaderWatch.Turn turn) throws SQLException {
        assertThat(load.failedReads()).isEmpty();
        assertThat(load.acknowledged()).noneMatch(write -> write.by().inRecovery());
        assertThat(lost(db, load)).isEmpty();
        assertThat(load.failures().keySet()).allMatch(state -> state.matches("08.*|57P0[123]"));
        Set<Long> unaccountedFor = stored(db);
        load.acknowledged().forEach(write -> unaccountedFor.remove(write.id()));
        unaccountedFor.removeIf(id -> "08007".equals(load.failed().get(id).getSQLState()));
        assertThat(unaccountedFor)
                .as("writes that were said to have failed and are there")
                .isEmpty();
        assertThat(Duration.ofNanos(longestGap(load)[1] - turn.nanos())).isLessThan(PROMPT);
    }

    private static void report(String what, Workload load, LeaderWatch.Turn turn, Set<Long> lost) {
        long[] gap = longestGap(load);
        System.out.printf(
                "patroni: %s: write gap %d ms, first write %d ms after the new leader was seen; %d writes acknowledged,"
                        + " %d lost, failed %s; %d reads, %d failed, slowest %d ms%n",
                what,
                TimeUnit.NANOSECONDS.toMillis(gap[1] - gap[0]),
                TimeUnit.NANOSECONDS.toMillis(gap[1] - turn.nanos()),
                load.acknowledged().size(),
                lost.size(),
                load.failures(),
                load.reads(),
                load.failedReads().size(),
                load.slowestRead().toMillis());
    }

    /** The ends of the longest time without an acknowledged write. */
    private static long[] longestGap(Workload load) {
        List<Workload.Write> writes = load.acknowledged();
        int longest = 1;
        for (int i = 2; i < writes.size(); i++) {
            if (length(writes, i) > length(writes, longest)) {
                longest = i;
            }
        }
        return new long[] {writes.get(longest - 1).nanos(), writes.get(longest).nanos()};
    }

    private static long length(List<Workload.Write> writes, int i) {
        return writes.get(i).nanos() - writes.get(i - 1).nanos();
    }

    private static Set<Long> lost(Database db, Workload load) throws SQLException {
        Set<Long> lost = new HashSet<>();
        load.acknowledged().forEach(write -> lost.add(write.id()));
        lost.removeAll(stored(db));
        return lost;
    }

    private static Set<Long> stored(Database db) throws SQLException {
        return db.writeReturning(c -> longs(c, "select id from app.visit"));
    }

    private static Set<Long> longs(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(question)) {
            Set<Long> all = new HashSet<>();
            while (rows.next()) {
                all.add(rows.getLong(1));
            }
            return all;
        }
    }

    /** The application's sessions there, as the server numbers them; none when it is gone. */
    private static Set<Long> sessions(PatroniNode node) {
        try (Connection connection = node.connect("postgres")) {
            return longs(connection, "select pid from pg_stat_activity where usename = '" + PatroniCluster.USER + "'");
        } catch (SQLException gone) {
            return Set.of();
        }
    }

    private static void awaitWritesOn(Database db, PatroniNode node) {
        await().atMost(SOON).until(() -> db.writeReturning(Served::by).port() == node.port());
    }

    /** Connections for writing that the library holds to a node. */
    private static int writers(Database db, PatroniNode node) {
        List<PoolSnapshot> pools = new ArrayList<>();
        for (NodeStatus status : db.status().nodes()) {
            if (status.endpoint().endsWith(":" + node.port())) {
                pools.addAll(status.pools());
            }
        }
        return pools.stream()
                .filter(pool -> "write".equals(pool.purpose()))
                .mapToInt(PoolSnapshot::total)
                .sum();
    }

    private DatabaseConfig config(List<String> endpoints) {
        return DatabaseConfig.builder()
                .primary(endpoints.get(0))
                .replicas(endpoints.stream().skip(1).toArray(String[]::new))
                .database(PatroniCluster.DATABASE)
                .user(PatroniCluster.USER)
                .password(PasswordSource.literal(cluster.password()))
                .tls(TlsConfig.disabled())
                // Longer than Patroni may take, so that a write waits for the new leader instead of failing.
                .pool(4, 4, PatroniCluster.TTL.plus(SOON))
                .build();
    }
}
