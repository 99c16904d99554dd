package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Load;
import dev.penstock.Served;
import dev.penstock.Session;
import dev.penstock.TestConfigs;
import dev.penstock.config.OnUnsatisfied;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.ReadPreference;
import dev.penstock.config.SessionToken;
import dev.penstock.observe.RouteReason;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A session reads what it wrote, on whatever node, and its token carries that elsewhere. */
@TestInstance(Lifecycle.PER_CLASS)
class ReadYourWritesIT {
    private static final int READ_BACKS = 3000;

    private PostgresCluster cluster;
    private Database db;

    @BeforeAll
    void open() throws SQLException {
        cluster = PostgresCluster.builder().replicas(2).tls(true).start();
        cluster.primary().execute("create table app.page (id int primary key, version bigint not null)");
        cluster.primary().execute("create table app.other (n bigint)");
        cluster.primary().execute("grant all on app.page, app.other to appuser");
        cluster.primary().execute("insert into app.page select n, 0 from generate_series(1, 10) n");
        db = Database.open(TestConfigs.of(cluster).build());
        cluster.awaitReplicas();
        awaitReplicas(db);
    }

    @AfterAll
    void close() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    @AfterEach
    void heal() {
        cluster.replicas().forEach(PostgresNode::resumeReplay);
        cluster.awaitReplicas();
    }

    private static void awaitReplicas(Database database) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> database.explain(ReadOptions.defaults()).candidates().stream()
                                .filter(one -> one.eligible())
                                .count()
                        == 2);
    }

    private static void set(Connection c, long version) throws SQLException {
        Served.run(c, "update app.page set version = " + version + " where id = 1");
    }

    private static long version(Connection c) throws SQLException {
        return Served.count(c, "(select generate_series(1, version) from app.page where id = 1) v");
    }

    private record Seen(long version, boolean onReplica) {
        static Seen on(Connection c) throws SQLException {
            return new Seen(ReadYourWritesIT.version(c), Served.by(c).inRecovery());
        }
    }

    private long counted(RouteReason reason) {
        return db.status().routes().getOrDefault(reason, 0L);
    }

    @Test
    void no_read_of_a_session_misses_its_own_write_and_replicas_serve_nearly_all_of_them() throws SQLException {
        int stale = 0;
        int onReplicas = 0;
        int staleWithout = 0;
        try (Load load = Load.of(1, () -> db.write(c -> Served.run(c, "insert into app.other values (1)")))) {
            Session session = db.session();
            for (int i = 1; i <= READ_BACKS; i++) {
                long version = i % 1000;
                session.write(c -> set(c, version));
                Seen seen = session.read(Seen::on);
                stale += seen.version() == version ? 0 : 1;
                onReplicas += seen.onReplica() ? 1 : 0;
            }
            for (int i = 1; i <= READ_BACKS / 3; i++) {
                long version = i % 1000;
                db.write(c -> set(c, version));
                staleWithout += db.read(ReadYourWritesIT::version) == version ? 0 : 1;
            }
            assertThat(load.failures()).isEmpty();
        }
        System.out.printf(
                "%d read-backs in a session: %d stale, %d on replicas; %d without one: %d stale%n",
                READ_BACKS, stale, onReplicas, READ_BACKS / 3, staleWithout);
        assertThat(stale).isZero();
        assertThat(onReplicas).isGreaterThan(READ_BACKS * 9 / 10);
        assertThat(staleWithout).isPositive();
    }

    @Test
    void a_read_waits_for_no_replica_that_is_far_behind_and_goes_to_the_primary() throws SQLException {
        cluster.replicas().forEach(PostgresNode::pauseReplay);
        Session session = db.session();
        session.write(c -> set(c, 7));
        long before = counted(RouteReason.TOKEN_NOT_REACHED);
        assertThat(session.read(Seen::on)).isEqualTo(new Seen(7, false));
        assertThat(counted(RouteReason.TOKEN_NOT_REACHED)).isEqualTo(before + 1);
        ReadOptions.Placement none = ReadOptions.defaults().placement();
        assertThat(none.onUnsatisfied()).isEqualTo(OnUnsatisfied.WAIT_THEN_PRIMARY);
        assertThatThrownBy(() -> session.read(ReadOptions.defaults().onUnsatisfied(OnUnsatisfied.FAIL), Seen::on))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("55000"))
                .hasMessageContaining("as fresh as this read asks for");
        assertThat(session.read(ReadOptions.defaults().onUnsatisfied(OnUnsatisfied.PRIMARY), Seen::on))
                .isEqualTo(new Seen(7, false));
    }

    @Test
    void a_read_on_replicas_alone_waits_until_one_has_what_the_session_wrote() throws SQLException {
        cluster.replicas().forEach(PostgresNode::pauseReplay);
        Session session = db.session();
        session.write(c -> set(c, 8));
        Thread healing = new Thread(cluster.node(1)::resumeReplay);
        healing.start();
        assertThat(session.read(ReadOptions.defaults().prefer(ReadPreference.REPLICA_ONLY), Seen::on))
                .isEqualTo(new Seen(8, true));
    }

    @Test
    void what_a_view_wrote_is_seen_and_replicas_serve_again_after_the_monitors_next_look() throws SQLException {
        Session session = db.session();
        for (int i = 1; i <= 20; i++) {
            try (Connection c = session.writer().getConnection()) {
                set(c, i);
                // Also while it is still out: whether it has committed is its borrower's business.
                assertThat(session.read(ReadYourWritesIT::version)).isEqualTo(i);
            }
            try (Connection c = session.reader().getConnection()) {
                assertThat(version(c)).isEqualTo(i);
            }
        }
        assertThat(counted(RouteReason.WRITE_PENDING)).isPositive();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> session.read(Seen::on).equals(new Seen(20, true)));
    }

    @Test
    void a_token_made_in_one_process_is_honoured_in_another() throws SQLException {
        cluster.replicas().forEach(PostgresNode::pauseReplay);
        Session here = db.session();
        here.write(c -> set(c, 9));
        String header = here.token().orElseThrow().encode();
        try (Database elsewhere = Database.open(TestConfigs.of(cluster).build())) {
            awaitReplicas(elsewhere);
            SessionToken token = SessionToken.parse(header);
            assertThat(elsewhere.session(token).read(Seen::on)).isEqualTo(new Seen(9, false));
            assertThat(elsewhere.read(ReadOptions.defaults().after(token), Seen::on))
                    .isEqualTo(new Seen(9, false));
            assertThat(elsewhere.read(Seen::on).version()).isNotEqualTo(9);
            heal();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> elsewhere.session(token).read(Seen::on).equals(new Seen(9, true)));
        }
    }

    @Test
    void a_views_write_can_travel_in_a_token_too() throws SQLException {
        Session here = db.session();
        assertThat(here.token()).isEmpty();
        try (Connection c = here.writer().getConnection()) {
            set(c, 11);
        }
        SessionToken token = here.token().orElseThrow();
        cluster.replicas().forEach(PostgresNode::pauseReplay);
        for (int i = 0; i < 20; i++) {
            assertThat(db.session(token).read(ReadYourWritesIT::version)).isEqualTo(11);
        }
    }

    @Test
    void a_token_of_another_cluster_proves_nothing_and_is_told() throws SQLException {
        Session session = db.session(new SessionToken("1234567890123456789", 1, 1));
        long before = counted(RouteReason.TOKEN_UNPROVEN);
        assertThat(session.read(Seen::on).onReplica()).isFalse();
        assertThat(counted(RouteReason.TOKEN_UNPROVEN)).isEqualTo(before + 1);
        // What the primary shows now is the new beginning.
        await().atMost(Duration.ofSeconds(20))
                .until(() -> session.read(Seen::on).onReplica());
    }

    @Test
    void a_balancer_that_leads_reads_to_another_replica_than_the_monitor_makes_none_of_them_stale() throws Exception {
        PostgresNode seen = cluster.node(1);
        PostgresNode behind = cluster.node(2);
        behind.pauseReplay();
        // Reads through the view must not open the first connection.
        try (Balancer balancer = new Balancer(seen.port(), behind.port());
                Database balanced = Database.open(TestConfigs.of(cluster, List.of(cluster.primary()))
                        .replicas(balancer.endpoint())
                        .build())) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> balanced.explain(ReadOptions.defaults()).reason() == RouteReason.REPLICA);
            Session session = balanced.session();
            session.write(c -> set(c, 21));
            SessionToken token = session.token().orElseThrow();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> balanced.explain(ReadOptions.defaults().after(token))
                                    .reason()
                            == RouteReason.REPLICA);
            for (int i = 0; i < 20; i++) {
                assertThat(session.read(ReadYourWritesIT::version)).isEqualTo(21);
            }
            assertThat(balanced.read(ReadYourWritesIT::version))
                    .as("without a session")
                    .isNotEqualTo(21);
        }
    }

    @Test
    void a_forged_token_costs_a_wait_and_no_more() throws SQLException {
        SessionToken real = written(12);
        SessionToken forged = new SessionToken(real.systemIdentifier(), real.timeline(), Long.MAX_VALUE);
        assertThat(db.session(forged).read(Seen::on)).isEqualTo(new Seen(12, false));
    }

    private SessionToken written(long version) throws SQLException {
        Session session = db.session();
        session.write(c -> set(c, version));
        return session.token().orElseThrow();
    }

    @Test
    void what_a_thread_does_through_the_database_is_work_of_the_session_that_it_is_bound_to() throws SQLException {
        cluster.replicas().forEach(PostgresNode::pauseReplay);
        Session session = db.session();
        session.run(() -> {
            db.write(c -> set(c, 13));
            assertThat(db.read(Seen::on)).isEqualTo(new Seen(13, false));
            try (Connection c = db.reader().getConnection()) {
                assertThat(version(c)).isEqualTo(13);
            }
            db.session().run(() -> assertThat(db.read(Seen::on).onReplica()).isTrue());
            assertThat(db.read(Seen::on)).isEqualTo(new Seen(13, false));
        });
        assertThat(db.read(Seen::on).onReplica()).isTrue();
        assertThat(session.read(Seen::on)).isEqualTo(new Seen(13, false));
    }

    @Test
    void monotonic_reads_never_show_less_than_was_seen() throws SQLException {
        cluster.node(1).pauseReplay();
        written(14);
        cluster.node(2).awaitReplay();
        Session session = db.session().monotonicReads();
        // A replica that has just been behind comes back when its monitor says so.
        await().atMost(Duration.ofSeconds(20)).until(() -> session.read(ReadYourWritesIT::version) == 14);
        for (int i = 0; i < 60; i++) {
            assertThat(session.read(ReadYourWritesIT::version)).isEqualTo(14);
        }
    }

    @Test
    void what_a_replica_may_have_shown_before_it_counts_it_is_not_unseen() throws SQLException {
        cluster.replicas().forEach(PostgresNode::pauseReplay);
        written(16);
        cluster.replicas().forEach(ReadYourWritesIT::awaitReceived);
        Session session = db.session().monotonicReads();
        assertThat(session.read(Seen::on).onReplica()).isTrue();
        // It stands before a record that it has received, whose effect is visible an instant before it is counted.
        assertThat(session.read(Seen::on)).isEqualTo(new Seen(16, false));
    }

    private static void awaitReceived(PostgresNode replica) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> replica.execute("select pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()")
                        .get(0)
                        .get(0)
                        .equals("t"));
    }

    @Test
    void what_the_other_sessions_wrote_does_not_keep_a_session_from_replicas() throws SQLException {
        cluster.replicas().forEach(PostgresNode::pauseReplay);
        Session reading = db.session();
        written(15);
        assertThat(reading.read(Seen::on).onReplica()).isTrue();
        assertThat(Map.copyOf(db.status().routes())).containsKeys(RouteReason.values());
    }
}
