package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.testkit.TcpProxy;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A statement in autocommit is its own commit, and what became of it is told as of a commit. */
@PostgresTest(replicas = 0, tls = true)
@TestInstance(Lifecycle.PER_CLASS)
class AutocommitIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String END_SESSION = "select pg_terminate_backend(pg_backend_pid())";

    private PostgresCluster cluster;
    private TcpProxy proxy;
    private Database db;
    private final AtomicInteger ids = new AtomicInteger();

    @BeforeAll
    void open(PostgresCluster started) throws SQLException {
        cluster = started;
        cluster.primary().execute("create table app.own (id int)");
        cluster.primary().execute("grant all on app.own to appuser");
        proxy = cluster.primary().proxy();
        db = Database.open(TestConfigs.of(cluster)
                .primary(proxy.host() + ":" + proxy.port())
                .build());
    }

    @AfterAll
    void close() {
        db.close();
    }

    /** How a statement is run in autocommit. */
    private enum Way {
        WRITER {
            @Override
            void run(Database db, String sql) throws SQLException {
                statement(db.writer(), sql);
            }
        },
        WRITER_BATCH {
            @Override
            void run(Database db, String sql) throws SQLException {
                try (Connection c = db.writer().getConnection();
                        Statement statement = c.createStatement()) {
                    statement.addBatch(sql);
                    statement.executeBatch();
                }
            }
        },
        UNPOOLED {
            @Override
            void run(Database db, String sql) throws SQLException {
                statement(db.unpooled(), sql);
            }
        },
        DATA_SOURCE {
            @Override
            void run(Database db, String sql) throws SQLException {
                statement(db.dataSource(), sql);
            }
        },
        DATA_SOURCE_PREPARED {
            @Override
            void run(Database db, String sql) throws SQLException {
                try (Connection c = db.dataSource().getConnection();
                        PreparedStatement statement = c.prepareStatement(sql)) {
                    statement.execute();
                }
            }
        },
        DATA_SOURCE_PREPARED_BATCH {
            @Override
            void run(Database db, String sql) throws SQLException {
                try (Connection c = db.dataSource().getConnection();
                        PreparedStatement statement = c.prepareStatement(sql)) {
                    statement.addBatch();
                    statement.executeBatch();
                }
            }
        },
        COMMIT_AS_TEXT {
            @Override
            void run(Database db, String sql) throws SQLException {
                try (Connection c = db.writer().getConnection()) {
                    c.setAutoCommit(false);
                    Served.run(c, sql.contains("pg_sleep") ? "commit; " + sql : sql + "; commit");
                }
            }
        };

        abstract void run(Database db, String sql) throws SQLException;

        static void statement(DataSource source, String... texts) throws SQLException {
            try (Connection c = source.getConnection()) {
                for (String sql : texts) {
                    Served.run(c, sql);
                }
            }
        }

        /** Whether the driver's own exception is told in a batch's. */
        boolean isBatch() {
            return this == WRITER_BATCH || this == DATA_SOURCE_PREPARED_BATCH;
        }
    }

    private long rows(int id) throws SQLException {
        return Long.parseLong(cluster.primary()
                .execute("select count(*) from app.own where id = " + id)
                .get(0)
                .get(0));
    }

    private static String stateOf(Throwable e) {
        return String.valueOf(((SQLException) e).getSQLState());
    }

    /**
     * What the call throws when {@code meanwhile} is done to it once it waits for {@code event}; null for nothing.
     *
     * @param text of the statement that waits, in which nobody else's has it
     */
    private @Nullable Throwable during(String event, String text, Meanwhile meanwhile, Call call) throws Exception {
        CompletableFuture<@Nullable Throwable> thrown = CompletableFuture.supplyAsync(() -> {
            try {
                call.run();
                return null;
            } catch (SQLException e) {
                return e;
            }
        });
        await().atMost(SOON).until(() -> thrown.isDone() || isWaiting(event, text));
        meanwhile.happens();
        return thrown.get();
    }

    private boolean isWaiting(String event, String text) throws SQLException {
        return !cluster.primary()
                .execute("select pid from pg_stat_activity where wait_event = '" + event
                        + "' and usename = 'appuser' and query like '%" + text + "%'")
                .isEmpty();
    }

    @FunctionalInterface
    private interface Meanwhile {
        void happens() throws Exception;
    }

    @FunctionalInterface
    private interface Call {
        void run() throws SQLException;
    }

    @FunctionalInterface
    private interface Sleeping {
        void run(String sql) throws SQLException;
    }

    @ParameterizedTest
    @EnumSource
    void a_statement_that_only_the_primary_has_is_no_success(Way way) throws Exception {
        awaitsNobody();
        try {
            for (String end : List.of("pg_cancel_backend", "pg_terminate_backend")) {
                int id = ids.incrementAndGet();
                Throwable thrown = during(
                        "SyncRep",
                        "",
                        () -> cluster.primary()
                                .execute("select " + end + "(pid) from pg_stat_activity where wait_event = 'SyncRep'"),
                        () -> way.run(db, "insert into own values (" + id + ")"));
                assertThat(rows(id)).isOne();
                assertThat(thrown)
                        .as(end)
                        .hasMessageContaining("alone")
                        .satisfies(e -> assertThat(stateOf(e)).isEqualTo("08007"));
            }
        } finally {
            cluster.primary().execute("alter system reset synchronous_standby_names");
            cluster.primary().execute("select pg_reload_conf()");
        }
    }

    private void awaitsNobody() throws SQLException {
        cluster.primary().execute("alter system set synchronous_standby_names = 'nobody'");
        cluster.primary().execute("select pg_reload_conf()");
        await().atMost(SOON)
                .until(() -> cluster.primary()
                        .execute("show synchronous_standby_names")
                        .get(0)
                        .get(0)
                        .equals("nobody"));
    }

    @ParameterizedTest
    @EnumSource
    void a_statement_whose_answer_was_lost_may_have_been_executed(Way way) throws Exception {
        String sleep = sleep();
        Throwable thrown = during("PgSleep", sleep, proxy::reset, () -> way.run(db, "insert into own " + sleep));
        proxy.heal();
        assertThat(thrown)
                .hasMessageContaining("unknown")
                .satisfies(e -> assertThat(stateOf(e)).isEqualTo("08007"))
                .satisfies(e -> assertThat(e instanceof BatchUpdateException).isEqualTo(way.isBatch()));
        endSleepers();
    }

    /** A text like no other. */
    private String sleep() {
        return "select " + ids.incrementAndGet() + " from pg_sleep(30)";
    }

    private void endSleepers() throws SQLException {
        cluster.primary()
                .execute("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'");
    }

    @ParameterizedTest
    @EnumSource
    void what_the_server_itself_ended_was_rolled_back_and_keeps_its_code(Way way) {
        if (way == Way.COMMIT_AS_TEXT) {
            return;
        }
        assertThatThrownBy(() -> way.run(db, END_SESSION))
                .satisfies(e -> assertThat(stateOf(e)).isEqualTo("57P01"));
        assertThatThrownBy(() -> way.run(db, "insert into own values (1/0)"))
                .satisfies(e -> assertThat(stateOf(e)).isEqualTo("22012"));
    }

    @Test
    void what_cannot_have_been_committed_keeps_its_code_as_well() throws Exception {
        List<Sleeping> calls = List.of(
                sleep -> Way.statement(db.reader(), sleep),
                sleep -> db.write(c -> Served.run(c, sleep)),
                sleep -> inTransaction(db.dataSource(), sleep),
                sleep -> Way.statement(db.writer(), "begin; insert into own values (-1)", sleep));
        for (Sleeping call : calls) {
            String sleep = sleep();
            Throwable thrown = during("PgSleep", sleep, proxy::reset, () -> call.run(sleep));
            proxy.heal();
            assertThat(stateOf(thrown)).isEqualTo("08006");
            endSleepers();
        }
        assertThat(rows(-1)).isZero();
    }

    private static void inTransaction(DataSource source, String sql) throws SQLException {
        try (Connection c = source.getConnection()) {
            c.setAutoCommit(false);
            try (PreparedStatement statement = c.prepareStatement(sql)) {
                statement.execute();
            }
        }
    }

    @Test
    void a_session_that_turns_out_to_be_lost_at_its_return_takes_nothing_back_of_what_was_committed() throws Exception {
        int id = ids.incrementAndGet();
        try (Connection c = db.writer().getConnection()) {
            // The pool takes this back when the connection is closed, which it has to tell the server.
            c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            Served.run(c, "insert into own values (" + id + ")");
            proxy.reset();
        }
        proxy.heal();
        assertThat(rows(id)).isOne();
    }
}
