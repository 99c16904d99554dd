package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.DiscoveryMethod;
import dev.penstock.config.Endpoint;
import dev.penstock.config.TopologyConfig;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.patroni.HaProxy;
import dev.penstock.patroni.LeaderWatch;
import dev.penstock.patroni.PatroniCluster;
import dev.penstock.patroni.PatroniNode;
import dev.penstock.patroni.Sessions;
import dev.penstock.patroni.Workload;
import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.TlsConfig;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
        AtomicReference<PatroniNode> next = new AtomicReference<>();
        PatroniNode now = underLoad("switchover", leader -> next.set(cluster.switchover(leader)), SOON);
        assertThat(now).isEqualTo(next.get());
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
        AtomicReference<PatroniNode> next = new AtomicReference<>();
        try (HaProxy proxy = cluster.startProxy()) {
            DatabaseConfig config = config(List.of(proxy.primary(), proxy.replicas()));
            PatroniNode now = underLoad(
                    "switchover behind HAProxy", config, leader -> next.set(cluster.switchover(leader)), SOON);
            assertThat(now).isEqualTo(next.get());
        }
    }

    @Test
    void members_that_were_not_configured_are_found_and_one_that_has_gone_is_forgotten() throws Exception {
        PatroniNode gone = cluster.replicas().get(0);
        List<PatroniNode> left =
                cluster.nodes().stream().filter(node -> node != gone).toList();
        // The first that is asked, so that the look has to go on to another one.
        List<URI> urls = Stream.concat(Stream.of(gone), left.stream())
                .map(PatroniNode::url)
                .toList();
        Discovery discovery = new PatroniDiscovery(urls, null);
        assertThat(found(discovery)).containsExactlyInAnyOrderElementsOf(endpoints(cluster.nodes()));
        try (Database db = Database.open(discovering(urls))) {
            await().atMost(SOON).until(() -> nodesOf(db).equals(names(cluster.nodes())));
            await().atMost(SOON).until(() -> db.read(Served::by).port() == gone.port());
            gone.stop();
            try {
                await().atMost(PatroniCluster.TTL.plus(SOON))
                        .until(() -> found(discovery).size() == 2);
                assertThat(found(discovery)).containsExactlyInAnyOrderElementsOf(endpoints(left));
                await().atMost(SOON).until(() -> nodesOf(db).equals(names(left)));
            } finally {
                gone.start();
            }
            await().atMost(SOON).until(() -> db.read(Served::by).port() == gone.port());
            assertThat(nodesOf(db)).isEqualTo(names(cluster.nodes()));
        }
    }

    /** One server is configured; the others are Patroni's to tell. */
    private DatabaseConfig discovering(List<URI> urls) {
        return configured(List.of(endpoint(cluster.leader().orElseThrow()).toString()))
                .topology(TopologyConfig.builder()
                        .maxLag(Duration.ofSeconds(10))
                        .discovery(DiscoveryMethod.PATRONI)
                        .patroniUrls(urls)
                        .build())
                .build();
    }

    private static Set<String> nodesOf(Database db) {
        return db.status().nodes().stream().map(NodeStatus::endpoint).collect(Collectors.toSet());
    }

    private static Set<String> names(List<PatroniNode> nodes) {
        return endpoints(nodes).stream().map(Endpoint::toString).collect(Collectors.toSet());
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
                Set<Long> sessions = Sessions.on(before);
                assertThat(sessions).isNotEmpty();
                long begun = System.nanoTime();
                event.happen(before);
                turn = watch.awaitTurnAfter(begun, limit);
                load.awaitMoreWrites(200);
                awaitWritesOn(db, turn.node());
                if (turn.node() != before) {
                    await().atMost(SOON).until(() -> writers(db, before) == 0);
                }
                assertThat(Sessions.on(before)).doesNotContainAnyElementsOf(sessions);
            }
            report(what, load, turn, watch);
            judge(load, turn, watch);
            return turn.node();
        }
    }

    private static void judge(Workload load, LeaderWatch.Turn turn, LeaderWatch watch) throws SQLException {
        assertThat(load.failedReads()).isEmpty();
        assertThat(load.acknowledged()).noneMatch(write -> write.by().inRecovery());
        assertThat(load.lost()).isEmpty();
        assertThat(load.failures().keySet()).allMatch(state -> state.matches("08.*|57P0[123]"));
        assertThat(load.failedAndStored()).isEmpty();
        Workload.Gap gap = load.longestGap();
        // Patroni may have a leader wait for its synchronous replica; nobody's commits return then.
        long possible = Math.max(turn.nanos(), watch.commitsAgainAt(gap.beginNanos(), gap.endNanos()));
        assertThat(Duration.ofNanos(gap.endNanos() - possible)).isLessThan(PROMPT);
    }

    private static void report(String what, Workload load, LeaderWatch.Turn turn, LeaderWatch watch)
            throws SQLException {
        Workload.Gap gap = load.longestGap();
        System.out.printf(
                "patroni: %s: write gap %d ms, first write %d ms after the new leader was seen, %d ms after it could"
                        + " commit; %d writes acknowledged, %d lost, failed %s; %d reads, %d failed, slowest %d ms%n",
                what,
                gap.length().toMillis(),
                TimeUnit.NANOSECONDS.toMillis(gap.endNanos() - turn.nanos()),
                TimeUnit.NANOSECONDS.toMillis(gap.endNanos() - watch.commitsAgainAt(gap.beginNanos(), gap.endNanos())),
                load.acknowledged().size(),
                load.lost().size(),
                load.failures(),
                load.reads(),
                load.failedReads().size(),
                load.slowestRead().toMillis());
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
        return configured(endpoints).build();
    }

    private DatabaseConfig.Builder configured(List<String> endpoints) {
        return DatabaseConfig.builder()
                .primary(endpoints.get(0))
                .replicas(endpoints.stream().skip(1).toArray(String[]::new))
                .database(PatroniCluster.DATABASE)
                .user(PatroniCluster.USER)
                .password(PasswordSource.literal(cluster.password()))
                .tls(TlsConfig.disabled())
                // Longer than Patroni may take, so that a write waits for the new leader instead of failing.
                .pool(4, 4, PatroniCluster.TTL.plus(SOON));
    }
}
