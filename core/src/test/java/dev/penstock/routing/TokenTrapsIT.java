package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.Session;
import dev.penstock.TestConfigs;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.SessionToken;
import dev.penstock.config.WriteOptions;
import dev.penstock.connect.WalPosition;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.RouteReason;
import dev.penstock.testkit.Followers;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a position in the log says less than it seems to. */
class TokenTrapsIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private PostgresCluster cluster;
    private Database db;
    private final List<String> unproven = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() throws SQLException {
        cluster = PostgresCluster.builder().replicas(2).tls(true).start();
        cluster.primary().execute("create table app.row (n int)");
        cluster.primary().execute("grant all on app.row to appuser");
        cluster.awaitReplicas();
        db = Database.open(TestConfigs.of(cluster).build());
        db.addListener(new DatabaseListener() {
            @Override
            public void tokenUnproven(String token) {
                unproven.add(token);
            }
        });
    }

    @AfterEach
    void close() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    private static void insert(Connection c, int n) throws SQLException {
        Served.run(c, "insert into app.row values (" + n + ")");
    }

    private static long count(Connection c) throws SQLException {
        return Served.count(c, "app.row");
    }

    private void awaitPrimary(PostgresNode node) {
        await().atMost(LIMIT)
                .until(() -> db.status()
                        .primary()
                        .filter(primary -> primary.endpoint().equals(TestConfigs.endpoint(node)))
                        .isPresent());
    }

    @Test
    void a_replica_that_is_ahead_on_an_old_timeline_serves_no_token_of_the_new_one() throws Exception {
        PostgresNode behind = cluster.node(1);
        PostgresNode ahead = cluster.node(2);
        behind.cutReplication();
        for (int i = 0; i < 500; i++) {
            int n = i;
            db.write(c -> insert(c, n));
        }
        ahead.awaitReplay();
        cluster.primary().kill();
        behind.promote(Followers.STAY);
        awaitPrimary(behind);
        Session session = db.session();
        session.write(c -> insert(c, 1_000_000));
        SessionToken token = session.token().orElseThrow();
        assertThat(token.timeline()).isEqualTo(2);
        assertThat(replayed(ahead)).as("the trap is set").isGreaterThan(token.position());
        // It still is a replica that answers, and no monitor sees it fall behind by its position.
        await().atMost(LIMIT).until(() -> db.explain(ReadOptions.defaults()).reason() == RouteReason.REPLICA);
        for (int i = 0; i < 50; i++) {
            long seen = session.read(c -> Served.count(c, "app.row where n = 1000000"));
            assertThat(seen).isEqualTo(1);
        }
        assertThat(db.explain(ReadOptions.defaults().after(token)).toString())
                .contains("TOKEN_UNPROVEN")
                .contains("does not prove that it follows the timeline");
        assertThat(unproven).as("the primary has that history").isEmpty();
    }

    @Test
    void a_token_of_a_timeline_whose_number_is_used_again_proves_nothing_and_is_told() throws Exception {
        List<String> lost = new CopyOnWriteArrayList<>();
        db.addListener(new DatabaseListener() {
            @Override
            public void historyLost(String node, int timeline, int lostTimeline) {
                lost.add(node + " writes " + timeline + ", lost " + lostTimeline);
            }
        });
        PostgresNode first = cluster.node(1);
        PostgresNode second = cluster.node(2);
        cluster.primary().kill();
        first.promote(Followers.STAY);
        awaitPrimary(first);
        Session session = db.session();
        session.write(c -> insert(c, 1_000_000));
        SessionToken token = session.token().orElseThrow();
        first.kill();
        second.promote(Followers.STAY);
        awaitPrimary(second);
        for (int i = 0; insertedOn(second) <= token.position(); i++) {
            int n = i;
            db.write(c -> insert(c, n));
        }
        assertThat(timelineOf(second)).as("the trap is set").isEqualTo(token.timeline());
        assertThat(db.explain(ReadOptions.defaults().after(token)).reason()).isEqualTo(RouteReason.TOKEN_UNPROVEN);
        long seen = session.read(c -> Served.count(c, "app.row where n = 1000000"));
        assertThat(seen).as("what was lost with its server").isZero();
        await().atMost(LIMIT).until(() -> !unproven.isEmpty() && !lost.isEmpty());
        assertThat(unproven).containsExactly("timeline 2, and the primary writes another timeline of that number");
        assertThat(lost).containsExactly("node-3 writes 2, lost 2");
        assertThat(db.session(SessionToken.parse(token.encode())).read(Served::by))
                .isEqualTo(new Served(second.port(), false));
        keepsItsHistoryWhenRestarted(second, session);
    }

    /** Whoever saw the promotion still knows where the timeline began, and whoever comes later takes the old tokens as they are. */
    private void keepsItsHistoryWhenRestarted(PostgresNode node, Session session) throws SQLException {
        session.write(c -> insert(c, 2_000_000));
        SessionToken before = session.token().orElseThrow();
        assertThat(before.origin()).isPositive();
        node.restart();
        awaitPrimary(node);
        // A restart can fall between two probes, so a pooled session that it ended may still be lent.
        session.write(WriteOptions.defaults().retries(3), c -> insert(c, 2_000_001));
        SessionToken after = session.token().orElseThrow();
        assertThat(after.origin()).isEqualTo(before.origin());
        try (Database later = Database.open(TestConfigs.of(cluster).build())) {
            Session fresh = later.session();
            fresh.write(c -> insert(c, 2_000_002));
            assertThat(fresh.token().orElseThrow().origin()).isZero();
            assertThat(later.explain(ReadOptions.defaults().after(before)).reason())
                    .isEqualTo(RouteReason.REPLICAS_DOWN);
        }
        assertThat(unproven).hasSize(1);
    }

    private static int timelineOf(PostgresNode node) throws SQLException {
        String file = node.execute("select pg_walfile_name(pg_current_wal_lsn())")
                .get(0)
                .get(0);
        return Integer.parseInt(file.substring(0, 8), 16);
    }

    private static long replayed(PostgresNode node) throws SQLException {
        return Long.parseLong(node.execute("select pg_last_wal_replay_lsn() - '0/0'::pg_lsn")
                .get(0)
                .get(0));
    }

    @Test
    void a_token_of_before_a_failover_that_lost_its_write_is_answered_by_the_primary_and_told() throws Exception {
        PostgresNode old = cluster.primary();
        PostgresNode next = cluster.node(1);
        next.cutReplication();
        cluster.node(2).cutReplication();
        Session session = db.session();
        session.write(c -> insert(c, 1));
        String lost = session.token().orElseThrow().encode();
        old.kill();
        next.promote();
        awaitPrimary(next);
        // Enough of other work that the new log is longer than the old one was.
        for (int i = 0; i < 300; i++) {
            int n = i;
            db.write(c -> insert(c, 10 + n));
        }
        Session later = db.session(SessionToken.parse(lost));
        Served served = later.read(Served::by);
        assertThat(served).isEqualTo(new Served(next.port(), false));
        await().atMost(LIMIT).until(() -> !unproven.isEmpty());
        assertThat(unproven.get(0)).contains("timeline 1").contains("timeline 2");
        // What the primary shows now is the new beginning, so that a replica that is seen to follow it serves this
        // session again.
        next.execute("grant pg_read_all_stats to appuser");
        cluster.node(2).restoreReplication();
        await().atMost(LIMIT).until(() -> later.read(c -> Served.by(c).inRecovery() && count(c) == 300));
        assertThat(unproven).hasSize(1);
    }

    @Test
    void a_token_of_a_failover_that_this_process_has_not_seen_yet_makes_it_look() throws Exception {
        PostgresNode next = cluster.node(1);
        awaitCalm();
        next.promote(Followers.STAY);
        next.execute("insert into app.row values (1)");
        List<String> there = next.execute("select system_identifier, pg_current_wal_flush_lsn() - '0/0'::pg_lsn"
                        + " from pg_control_system()")
                .get(0);
        SessionToken token = new SessionToken(there.get(0), 2, Long.parseLong(there.get(1)));
        // The former primary still runs, and the monitors look at it once a second.
        assertThat(db.session(token).read(Served::by)).isEqualTo(new Served(next.port(), false));
        assertThat(db.read(ReadOptions.defaults().after(token), TokenTrapsIT::count))
                .isEqualTo(1);
        assertThat(unproven).isEmpty();
    }

    /** The monitors have settled to one look a second, and this is the beginning of such a second. */
    private void awaitCalm() {
        await().atMost(LIMIT).until(() -> lagAge().toMillis() > 500);
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> lagAge().toMillis() < 50);
    }

    private Duration lagAge() {
        return db.status().nodes().get(1).lag().age().orElse(Duration.ZERO);
    }

    @Test
    void a_forged_token_of_a_timeline_to_come_costs_a_look_at_the_nodes_and_no_more() throws Exception {
        SessionToken real = tokenOfAWrite();
        SessionToken forged = new SessionToken(real.systemIdentifier(), 7, 1);
        assertThat(db.session(forged).read(TokenTrapsIT::count)).isEqualTo(1);
        assertThat(db.read(ReadOptions.defaults().after(forged), Served::by))
                .isEqualTo(new Served(cluster.primary().port(), false));
        await().atMost(LIMIT).until(() -> !unproven.isEmpty());
        assertThat(unproven.get(0)).contains("timeline 7").contains("timeline 1");
    }

    private SessionToken tokenOfAWrite() throws SQLException {
        Session session = db.session();
        session.write(c -> insert(c, 1));
        return session.token().orElseThrow();
    }

    @Test
    void after_a_failover_a_replica_that_is_seen_to_follow_serves_tokens_of_the_new_timeline_at_once()
            throws Exception {
        cluster.primary().execute("grant pg_read_all_stats to appuser");
        PostgresNode next = cluster.node(1);
        cluster.primary().kill();
        next.promote();
        awaitPrimary(next);
        Session session = db.session();
        session.write(c -> insert(c, 1));
        long begun = System.nanoTime();
        await().atMost(Duration.ofMinutes(6))
                .until(() -> session.read(c -> Served.by(c).inRecovery()));
        System.out.printf("a follower proves the new timeline after %.1f s%n", (System.nanoTime() - begun) / 1e9);
    }

    @Test
    void a_position_behind_a_page_header_is_one_that_replicas_reach() throws Exception {
        // The last record of a page, made to end exactly there: the server then names the place behind the next header.
        long inserted = 0;
        for (int i = 0; i < 2000 && inserted % 8192 != 24; i++) {
            long left = 8192 - insertedOn(cluster.primary()) % 8192;
            long size = left > 400 ? Math.min(left - 300, 4000) : i % 400;
            cluster.primary().execute("select pg_logical_emit_message(false, 'p', repeat('x', " + size + "))");
            inserted = insertedOn(cluster.primary());
        }
        assertThat(inserted % 8192).as("the trap is set").isEqualTo(24);
        long reachable = WalPosition.reachable(inserted, 8192, 16 * 1024 * 1024);
        assertThat(reachable).isEqualTo(inserted - 24);
        await().atMost(LIMIT).until(() -> replayed(cluster.node(1)) >= reachable);
    }

    private static long insertedOn(PostgresNode node) throws SQLException {
        return Long.parseLong(node.execute("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
                .get(0)
                .get(0));
    }
}
