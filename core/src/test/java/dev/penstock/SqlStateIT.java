package dev.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.penstock.config.WriteOptions;
import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientException;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Every exception has an SQLSTATE, and its type says whether the same attempt may succeed by itself. */
@PostgresTest(tls = true)
class SqlStateIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void a_borrow_that_is_interrupted_inside_the_pool_is_08001(PostgresCluster cluster) throws SQLException {
        try (Database db = open(cluster)) {
            // Nothing is idle, so the very first borrow waits inside of the pool.
            SQLException ofWrite = interrupted(() -> db.write(c -> {}));
            SQLException ofRead = interrupted(() -> db.reader().getConnection());
            assertThat(ofWrite.getSQLState()).isEqualTo("08001");
            assertThat((Throwable) ofWrite)
                    .hasMessageStartingWith("Interrupted")
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(ofRead.getSQLState()).isEqualTo("08001");
        }
    }

    private static SQLException interrupted(ThrowingCallable work) {
        Thread.currentThread().interrupt();
        try {
            return failure(work);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void work_whose_database_is_closed_meanwhile_is_told_08003_by_its_next_statement(PostgresCluster cluster)
            throws SQLException {
        assertClosed(
                cluster,
                db -> db.write(c -> {
                    db.close();
                    Served.run(c, "select 1");
                }));
        assertClosed(
                cluster,
                db -> db.write(WriteOptions.defaults().retries(2), c -> {
                    db.close();
                    Served.run(c, "select 1");
                }));
        assertClosed(
                cluster,
                db -> db.read(c -> {
                    db.close();
                    return Served.by(c);
                }));
        assertClosed(cluster, db -> {
            try (Connection lazy = db.dataSource().getConnection()) {
                Served.run(lazy, "select 1");
                db.close();
                Served.run(lazy, "select 1");
            }
        });
    }

    @Test
    void a_write_whose_database_is_closed_before_its_commit_is_told_08003(PostgresCluster cluster) throws SQLException {
        assertClosed(cluster, db -> db.write(c -> db.close()));
        assertClosed(cluster, db -> db.session().write(c -> db.close()));
        assertClosed(cluster, db -> {
            try (Connection lazy = db.dataSource().getConnection()) {
                lazy.setAutoCommit(false);
                Served.run(lazy, "select 1");
                db.close();
                lazy.commit();
            }
        });
    }

    private static void assertClosed(PostgresCluster cluster, Work work) throws SQLException {
        try (Database db = open(cluster)) {
            SQLException told = failure(() -> work.with(db));
            assertThat(told.getSQLState()).as(told.toString()).isEqualTo("08003");
        }
    }

    /** What is done with a database. */
    @FunctionalInterface
    private interface Work {
        void with(Database db) throws SQLException;
    }

    @Test
    void what_a_closure_throws_itself_is_left_as_it_is(PostgresCluster cluster) throws SQLException {
        SQLException own = new SQLException("Connection is closed");
        try (Database db = open(cluster)) {
            assertThat((Throwable) failure(() -> db.write(c -> {
                        throw own;
                    })))
                    .isSameAs(own);
            assertThat((Throwable) failure(() -> db.read(c -> {
                        throw own;
                    })))
                    .isSameAs(own);
        }
    }

    @Test
    void what_no_wait_will_mend_is_not_transient(PostgresCluster cluster) {
        assertFinal(
                "28P01",
                failure(() -> Database.open(TestConfigs.of(cluster)
                        .password(PasswordSource.provider("the test", () -> Secret.of("wrong")))
                        .build())));
        assertFinal(
                "3D000",
                failure(() -> Database.open(
                        TestConfigs.of(cluster).database("nowhere").build())));
        assertFinal(
                "28000",
                failure(() -> Database.open(
                        TestConfigs.of(cluster).tls(TlsConfig.disabled()).build())));
        assertFinal(
                "08006",
                failure(() -> Database.open(TestConfigs.of(cluster)
                        .tls(TlsConfig.verifyFull(cluster.certificates().otherCaFile()))
                        .build())));
    }

    private static void assertFinal(String state, SQLException told) {
        assertThat(told.getSQLState()).as(told.toString()).isEqualTo(state);
        assertThat((Throwable) told).isInstanceOf(SQLNonTransientConnectionException.class);
    }

    @Test
    void a_password_that_is_refused_later_makes_no_borrow_look_as_if_it_could_be_repeated(PostgresCluster cluster)
            throws SQLException {
        try (Database db = Database.open(
                TestConfigs.of(cluster).pool(2, 0, Duration.ofSeconds(1)).build())) {
            try (Connection lent = db.writer().getConnection()) {
                Served.run(lent, "set application_name = 'lent'");
                // The second place is free, and nothing can be opened in it; the first may still come back.
                cluster.primary().execute("alter role appuser password 'another'");
                cluster.primary()
                        .execute("select pg_terminate_backend(pid) from pg_stat_activity"
                                + " where usename = 'appuser' and application_name <> 'lent'");
                // An idle session that was ended tells its next borrower so.
                SQLException told = await().atMost(SOON)
                        .until(
                                () -> failure(() -> db.write(c -> Served.run(c, "select 1"))),
                                error -> "28P01".equals(error.getSQLState()));
                assertFinal("28P01", told);
            }
            SQLException told = failure(() -> db.reader().getConnection());
            assertThat(told.getSQLState()).as(told.toString()).isEqualTo("28P01");
            assertThat((Throwable) told).isNotInstanceOf(SQLTransientException.class);
        } finally {
            cluster.primary().execute("alter role appuser password '" + cluster.password("appuser") + "'");
        }
    }

    @Test
    void a_server_that_is_not_there_yet_stays_transient(PostgresCluster cluster) {
        SQLException told = failure(() -> Database.open(TestConfigs.of(cluster)
                .primary("localhost:1")
                .replicas()
                .timeouts(Duration.ofSeconds(1), SOON)
                .build()));
        assertThat(told.getSQLState()).isEqualTo("08001");
        assertThat((Throwable) told).isInstanceOf(SQLTransientException.class);
    }

    private static Database open(PostgresCluster cluster) throws SQLException {
        return Database.open(TestConfigs.of(cluster).pool(2, 0, SOON).build());
    }

    private static SQLException failure(ThrowingCallable work) {
        SQLException told = catchThrowableOfType(SQLException.class, work);
        assertThat((Throwable) told).isNotNull();
        return told;
    }
}
