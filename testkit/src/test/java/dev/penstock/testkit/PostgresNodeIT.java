package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every control, with the server as the witness. */
class PostgresNodeIT {
    private PostgresCluster cluster;
    private PostgresNode first;
    private PostgresNode second;
    private PostgresNode third;

    @BeforeEach
    void start() throws Exception {
        cluster = PostgresCluster.builder().replicas(2).start();
        first = cluster.node(0);
        second = cluster.node(1);
        third = cluster.node(2);
        first.execute("create table t (id int)");
        cluster.awaitReplicas();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static void insert(PostgresNode node, int id) throws SQLException {
        node.execute("insert into t values (" + id + ")");
    }

    private static List<String> ids(PostgresNode node) throws SQLException {
        return node.execute("select id from t order by id").stream()
                .map(row -> row.get(0))
                .toList();
    }

    private static String stateOfNewConnection(PostgresNode node) {
        try (Connection connection = node.connect()) {
            return "connected";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    @Test
    void a_stopped_node_refuses_and_a_started_one_catches_up() throws Exception {
        try (Connection session = second.connect()) {
            second.stop();
            assertThatThrownBy(() -> Sql.run(session, "select 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isIn("57P01", "08006"));
        }
        assertThat(second.isRunning()).isFalse();
        assertThat(stateOfNewConnection(second)).isEqualTo("08001");
        assertThat(second.log()).contains("received fast shutdown request");
        insert(first, 1);
        second.start();
        second.awaitReplay();
        assertThat(ids(second)).containsExactly("1");
    }

    @Test
    void a_smart_stop_lets_sessions_finish_and_admits_no_new_one() throws Exception {
        try (Connection session = first.connect()) {
            first.beginStop(StopMode.SMART);
            await().until(() -> stateOfNewConnection(first).equals("57P03"));
            assertThat(Sql.run(session, "select 1")).containsExactly(List.of("1"));
            assertThat(first.isRunning()).isTrue();
        }
        first.stop(StopMode.SMART);
        assertThat(first.isRunning()).isFalse();
    }

    @Test
    void a_killed_node_recovers_from_its_wal() throws Exception {
        insert(first, 1);
        first.kill();
        assertThat(first.isRunning()).isFalse();
        assertThat(ProcessTree.startedIn(first.data().path().getParent())).isEmpty();
        first.start();
        assertThat(ids(first)).containsExactly("1");
        assertThat(first.log()).contains("database system was interrupted");
    }

    @Test
    void a_suspended_node_accepts_connections_and_answers_nothing_until_resumed() throws Exception {
        try (Connection session = second.connect()) {
            session.setNetworkTimeout(Runnable::run, 300);
            second.suspend();
            assertThat(second.isRunning()).isTrue();
            assertThatThrownBy(() -> Sql.run(session, "select 1")).hasRootCauseMessage("Read timed out");
        }
        assertThatThrownBy(() -> second.stop()).isInstanceOf(IllegalStateException.class);
        second.resume();
        assertThat(second.execute("select 1")).containsExactly(List.of("1"));
    }

    @Test
    void promotion_returns_when_writes_are_accepted_and_the_others_follow() throws Exception {
        first.stop();
        second.promote();
        insert(second, 1);
        assertThat(cluster.primary()).isSameAs(second);
        assertThat(cluster.replicas()).containsExactly(third);
        cluster.awaitReplicas();
        assertThat(ids(third)).containsExactly("1");
        assertThat(timeline(second)).isEqualTo("00000002");
    }

    private static String timeline(PostgresNode node) throws SQLException {
        return node.execute("select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)")
                .get(0)
                .get(0);
    }

    @Test
    void a_replica_that_has_just_followed_one_promotion_can_be_promoted_itself() throws Exception {
        first.stop();
        second.promote();
        second.suspend();
        third.promote();
        insert(third, 1);
        assertThat(timeline(third)).isEqualTo("00000003");
    }

    @Test
    void a_primary_is_not_promoted() {
        assertThatThrownBy(first::promote)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("node-1 is not a replica");
    }

    @Test
    void replicas_can_be_left_behind_by_a_promotion_and_follow_later() throws Exception {
        first.stop();
        second.promote(Followers.STAY);
        insert(second, 1);
        assertThat(third.execute("show primary_conninfo").get(0).get(0)).contains("port=" + first.port());
        cluster.followPrimary();
        cluster.awaitReplicas();
        assertThat(ids(third)).containsExactly("1");
    }

    @Test
    void promote_now_only_gives_the_signal() {
        first.kill();
        second.promoteNow();
        assertThat(cluster.primary()).isSameAs(second);
        await().until(second::isPrimary);
        assertThatThrownBy(second::promoteNow).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_suspended_primary_that_was_replaced_comes_back_as_a_second_one() throws Exception {
        first.suspend();
        second.promote();
        first.resume();
        assertThat(first.isPrimary()).isTrue();
        assertThat(second.isPrimary()).isTrue();
        insert(first, 1);
        insert(second, 2);
        assertThat(ids(first)).containsExactly("1");
        assertThat(ids(second)).containsExactly("2");
    }

    @Test
    void a_replica_that_was_suspended_during_a_promotion_follows_after_it() throws Exception {
        third.suspend();
        first.stop(StopMode.IMMEDIATE);
        second.promote();
        third.resume();
        insert(second, 1);
        cluster.awaitReplicas();
        assertThat(ids(third)).containsExactly("1");
    }

    @Test
    void a_paused_replica_receives_and_does_not_show() throws Exception {
        second.pauseReplay();
        insert(first, 1);
        third.awaitReplay();
        await().until(() -> second.execute("select pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()")
                .equals(List.of(List.of("t"))));
        assertThat(ids(second)).isEmpty();
        assertThat(ids(third)).containsExactly("1");
        second.resumeReplay();
        second.awaitReplay();
        assertThat(ids(second)).containsExactly("1");
    }

    @Test
    void a_replica_that_is_cut_off_answers_and_gets_nothing_even_after_a_restart() throws Exception {
        second.cutReplication();
        insert(first, 1);
        third.awaitReplay();
        second.restart();
        assertThat(second.execute("select count(*) from pg_stat_wal_receiver")).containsExactly(List.of("0"));
        assertThat(ids(second)).isEmpty();
        second.restoreReplication();
        second.awaitReplay();
        assertThat(ids(second)).containsExactly("1");
    }

    @Test
    void waiting_for_a_replica_that_cannot_follow_says_why() throws Exception {
        second.cutReplication();
        insert(first, 1);
        assertThatThrownBy(() -> new ReplayWait(first, second).run(Duration.ofMillis(300)))
                .isInstanceOf(PostgresClusterException.class)
                .hasMessageContaining("node-2")
                .hasMessageContaining("its replication is cut")
                .hasMessageContaining("no stream from a primary");
    }

    @Test
    void a_cleanly_stopped_former_primary_rejoins_with_its_own_data() throws Exception {
        insert(first, 1);
        first.stop();
        second.promote();
        insert(second, 2);
        String inode = inode(first);
        first.rejoin();
        assertThat(ids(first)).containsExactly("1", "2");
        assertThat(inode(first)).isEqualTo(inode);
        assertThat(first.isPrimary()).isFalse();
        assertThat(cluster.replicas()).containsExactly(first, third);
    }

    @Test
    void a_former_primary_with_a_history_of_its_own_rejoins_with_a_fresh_copy() throws Exception {
        first.suspend();
        second.promote();
        first.resume();
        insert(first, 1);
        insert(second, 2);
        String inode = inode(first);
        first.rejoin();
        assertThat(ids(first)).containsExactly("2");
        assertThat(inode(first)).isNotEqualTo(inode);
        insert(second, 3);
        cluster.awaitReplicas();
        assertThat(ids(first)).containsExactly("2", "3");
        assertThatCode(first::restart).doesNotThrowAnyException();
        first.awaitReplay();
    }

    private static String inode(PostgresNode node) throws java.io.IOException {
        return java.nio.file.Files.getAttribute(node.data().path().resolve("PG_VERSION"), "unix:ino")
                .toString();
    }

    @Test
    void roles_can_be_passed_round_and_nothing_acknowledged_is_lost() throws Exception {
        List<PostgresNode> order = List.of(second, third, first);
        for (int i = 0; i < order.size(); i++) {
            PostgresNode former = cluster.primary();
            insert(former, i);
            former.stop();
            order.get(i).promote();
            former.rejoin();
        }
        cluster.awaitReplicas();
        for (PostgresNode node : cluster.nodes()) {
            assertThat(ids(node)).as(node.name()).containsExactly("0", "1", "2");
        }
    }
}
