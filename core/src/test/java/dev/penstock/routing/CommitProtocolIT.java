package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.Session;
import dev.penstock.SqlAction;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.SessionToken;
import dev.penstock.config.WriteOptions;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.TcpProxy;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** What a commit comes to, with a receipt for a session and without one. */
@TestInstance(Lifecycle.PER_CLASS)
class CommitProtocolIT {
    private PostgresCluster cluster;
    private Database db;

    @BeforeAll
    void open() throws SQLException {
        cluster = PostgresCluster.builder().tls(true).start();
        cluster.primary().execute("create table app.child (id int primary key, note text)");
        cluster.primary()
                .execute("create table app.later (id int, constraint one unique (id) deferrable initially deferred)");
        cluster.primary().execute("grant all on app.child, app.later to appuser");
        db = Database.open(TestConfigs.of(cluster).build());
    }

    @AfterAll
    void close() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    @BeforeEach
    void empty() throws SQLException {
        cluster.primary().execute("truncate app.child, app.later");
    }

    private static SqlAction insert(int id) {
        return c -> Served.run(c, "insert into app.child values (" + id + ", '')");
    }

    private long rows() throws SQLException {
        return Long.parseLong(cluster.primary()
                .execute("select count(*) from app.child")
                .get(0)
                .get(0));
    }

    private long position(String function) throws SQLException {
        return Long.parseLong(cluster.primary()
                .execute("select " + function + "() - '0/0'::pg_lsn")
                .get(0)
                .get(0));
    }

    private static String stateOf(Throwable e) {
        return String.valueOf(((SQLException) e).getSQLState());
    }

    @Test
    void a_commit_brings_back_where_it_stands_in_the_log() throws SQLException {
        long before = position("pg_current_wal_insert_lsn");
        Session session = db.session();
        session.write(insert(1));
        SessionToken token = session.token().orElseThrow();
        assertThat(token.position()).isGreaterThan(before).isLessThanOrEqualTo(position("pg_current_wal_flush_lsn"));
        assertThat(token.timeline()).isEqualTo(1);
        assertThat(token.systemIdentifier())
                .isEqualTo(cluster.primary()
                        .execute("select system_identifier from pg_control_system()")
                        .get(0)
                        .get(0));
    }

    @Test
    void a_transaction_that_wrote_nothing_leaves_no_token() throws SQLException {
        Session session = db.session();
        session.write(c -> {});
        session.write(c -> Served.run(c, "select count(*) from app.child"));
        assertThat(session.token()).isEmpty();
    }

    @Test
    void a_commit_that_does_not_wait_for_the_disk_is_before_what_was_inserted_not_what_was_flushed()
            throws SQLException {
        int flushedTooLittle = 0;
        for (int i = 0; i < 100; i++) {
            int id = i;
            Session session = db.session();
            long record = session.writeReturning(c -> {
                Served.run(c, "set local synchronous_commit = off");
                insert(id).run(c);
                return inserted(c);
            });
            long flushed = position("pg_current_wal_flush_lsn");
            flushedTooLittle += flushed < record ? 1 : 0;
            assertThat(session.token().orElseThrow().position()).isGreaterThanOrEqualTo(record);
        }
        // Else this says nothing: the log was flushed before anybody looked.
        assertThat(flushedTooLittle).isPositive();
    }

    private static long inserted(Connection c) throws SQLException {
        try (Statement statement = c.createStatement();
                ResultSet row = statement.executeQuery("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void a_failed_transaction_with_a_swallowed_exception_is_refused_for_a_session_too() throws SQLException {
        Session session = db.session();
        assertThatThrownBy(() -> session.write(c -> {
                    insert(1).run(c);
                    assertThatThrownBy(() -> Served.run(c, "select 1/0")).isInstanceOf(SQLException.class);
                }))
                .satisfies(e -> assertThat(stateOf(e)).isEqualTo("25P02"));
        assertThat(rows()).isZero();
    }

    @Test
    void what_commit_itself_refuses_is_that_error_and_nothing_was_committed() throws SQLException {
        SqlAction twice = c -> {
            insert(1).run(c);
            Served.run(c, "insert into app.later values (1), (1)");
        };
        assertThatThrownBy(() -> db.write(twice))
                .satisfies(e -> assertThat(stateOf(e)).isEqualTo("23505"));
        assertThatThrownBy(() -> db.session().write(twice))
                .satisfies(e -> assertThat(stateOf(e)).isEqualTo("23505"));
        assertThat(rows()).isZero();
    }

    @Test
    void a_commit_that_was_answered_is_a_success_although_its_position_cannot_be_read() throws SQLException {
        AtomicInteger runs = new AtomicInteger();
        Session session = db.session();
        cluster.primary().execute("revoke execute on function pg_current_wal_flush_lsn() from public");
        try {
            session.write(WriteOptions.defaults().retries(3), c -> {
                runs.incrementAndGet();
                insert(1).run(c);
            });
        } finally {
            cluster.primary().execute("grant execute on function pg_current_wal_flush_lsn() to public");
        }
        assertThat(runs).hasValue(1);
        assertThat(rows()).isEqualTo(1);
        // The session does not know where that stands; the primary does.
        long seen = session.read(c -> Served.count(c, "app.child"));
        assertThat(seen).isEqualTo(1);
    }

    @Test
    void a_refusal_by_a_deferred_trigger_is_that_error_whatever_its_class() throws SQLException {
        cluster.primary()
                .execute("create function app.refuse() returns trigger language plpgsql as"
                        + " $$ begin raise 'no' using errcode = '55000'; end $$;"
                        + " create constraint trigger refused after insert on app.child deferrable initially deferred"
                        + " for each row execute function app.refuse()");
        try {
            assertThatThrownBy(() -> db.session().write(insert(1)))
                    .satisfies(e -> assertThat(stateOf(e)).isEqualTo("55000"));
            assertThatThrownBy(() -> db.write(insert(1)))
                    .satisfies(e -> assertThat(stateOf(e)).isEqualTo("55000"));
        } finally {
            cluster.primary().execute("drop trigger refused on app.child");
        }
        assertThat(rows()).isZero();
    }

    @Test
    void a_commit_whose_message_was_not_come_to_is_known_not_to_have_happened() throws SQLException {
        cluster.primary().execute("revoke execute on function pg_current_xact_id_if_assigned() from public");
        try {
            assertThatThrownBy(() -> db.session().write(insert(1)))
                    .satisfies(e -> assertThat(stateOf(e)).isEqualTo("42501"));
        } finally {
            cluster.primary().execute("grant execute on function pg_current_xact_id_if_assigned() to public");
        }
        assertThat(rows()).isZero();
    }

    @Test
    void a_session_lost_at_its_commit_is_an_unknown_outcome_and_the_next_call_is_served() throws SQLException {
        TcpProxy proxy = cluster.primary().proxy();
        try (Database proxied = Database.open(through(proxy))) {
            Session session = proxied.session();
            session.write(insert(1));
            assertThatThrownBy(() -> session.write(c -> {
                        insert(2).run(c);
                        proxy.reset();
                    }))
                    .satisfies(e -> assertThat(stateOf(e)).isEqualTo("08007"));
            proxy.heal();
            session.write(insert(3));
            for (DataSource view : List.of(proxied.writer(), proxied.dataSource())) {
                try (Connection c = view.getConnection()) {
                    c.setAutoCommit(false);
                    insert((int) proxy.acceptedConnections() + 100).run(c);
                    proxy.reset();
                    assertThatThrownBy(c::commit)
                            .satisfies(e -> assertThat(stateOf(e)).isEqualTo("08007"));
                }
                proxy.heal();
            }
            long seen = session.read(c -> Served.count(c, "app.child where id = 3"));
            assertThat(seen).isEqualTo(1);
        }
    }

    @Test
    void a_commit_that_only_the_primary_has_is_no_success() throws Exception {
        cluster.primary().execute("alter system set synchronous_standby_names = 'nobody'");
        cluster.primary().execute("select pg_reload_conf()");
        try {
            await().until(() -> cluster.primary()
                    .execute("show synchronous_standby_names")
                    .get(0)
                    .get(0)
                    .equals("nobody"));
            assertIsLocalOnly(() -> db.write(insert(1)));
            assertIsLocalOnly(() -> db.session().write(insert(2)));
            assertIsLocalOnly(() -> {
                try (Connection c = db.writer().getConnection()) {
                    c.setAutoCommit(false);
                    insert(3).run(c);
                    c.commit();
                }
            });
        } finally {
            cluster.primary().execute("alter system reset synchronous_standby_names");
            cluster.primary().execute("select pg_reload_conf()");
        }
        assertThat(rows()).isEqualTo(3);
        db.write(insert(4));
    }

    @FunctionalInterface
    private interface Call {
        void run() throws SQLException;
    }

    private void assertIsLocalOnly(Call commit) throws Exception {
        CompletableFuture<Void> committing = CompletableFuture.runAsync(() -> {
            try {
                commit.run();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !cluster.primary()
                                .execute("select pg_cancel_backend(pid) from pg_stat_activity"
                                        + " where wait_event = 'SyncRep' and usename = 'appuser'")
                                .isEmpty()
                        || committing.isDone());
        assertThatThrownBy(committing::get)
                .isInstanceOf(ExecutionException.class)
                .rootCause()
                .satisfies(e -> assertThat(stateOf(e)).isEqualTo("01000"));
        assertThatThrownBy(committing::get)
                .hasStackTraceContaining("alone")
                .hasStackTraceContaining("failover may lose it");
    }

    @Test
    void a_receipt_costs_no_round_trip() throws SQLException {
        TcpProxy proxy = cluster.primary().proxy();
        try (Database proxied = Database.open(through(proxy))) {
            Session session = proxied.session();
            // Both have a connection, and statements that were prepared.
            for (int i = 0; i < 20; i++) {
                int id = i;
                proxied.write(insert(id));
                session.write(insert(100 + id));
            }
            AtomicInteger id = new AtomicInteger(1000);
            long plain = turns(proxy, () -> proxied.write(insert(id.incrementAndGet())));
            long withReceipt = turns(proxy, () -> session.write(insert(id.incrementAndGet())));
            assertThat(withReceipt).isEqualTo(plain).isEqualTo(2);
        }
    }

    /** The least of some: the monitor asks as well, now and then. */
    private static long turns(TcpProxy proxy, Call call) throws SQLException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long before = proxy.clientTurns();
            call.run();
            least = Math.min(least, proxy.clientTurns() - before);
        }
        return least;
    }

    private DatabaseConfig through(TcpProxy proxy) {
        return DatabaseConfig.builder()
                .primary(proxy.host() + ":" + proxy.port())
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.verifyFull(cluster.certificates().caFile()))
                .pool(4, 0, Duration.ofSeconds(20))
                .build();
    }
}
