package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.Session;
import dev.penstock.SqlAction;
import dev.penstock.TestConfigs;
import dev.penstock.config.WriteOptions;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The transaction of a write is the write's: its closure has savepoints, and cannot end it unnoticed. */
@PostgresTest(replicas = 0, tls = true)
@TestInstance(Lifecycle.PER_CLASS)
class WriteConnectionIT {
    private static final WriteOptions THRICE = WriteOptions.defaults().retries(2);

    private PostgresCluster cluster;
    private Database db;

    @BeforeAll
    void open(PostgresCluster started) throws SQLException {
        cluster = started;
        cluster.primary().execute("create table app.part (id int)");
        cluster.primary().execute("grant all on app.part to appuser; grant create on schema app to appuser");
        db = Database.open(TestConfigs.of(cluster).build());
    }

    @AfterAll
    void close() {
        db.close();
    }

    @BeforeEach
    void empty() throws SQLException {
        cluster.primary().execute("truncate app.part");
    }

    private static void insert(Connection c, int id) throws SQLException {
        Served.run(c, "insert into part values (" + id + ")");
    }

    private String rows() throws SQLException {
        return cluster.primary()
                .execute("select coalesce(string_agg(id::text, ' ' order by id), '') from app.part")
                .get(0)
                .get(0);
    }

    private static String stateOf(Throwable e) {
        return String.valueOf(((SQLException) e).getSQLState());
    }

    @Test
    void commit_and_rollback_of_a_closure_are_refused_and_end_nothing() throws SQLException {
        for (String way : List.of("write", "session")) {
            SqlAction work = c -> {
                insert(c, 1);
                for (SqlAction call : List.<SqlAction>of(
                        Connection::commit, Connection::rollback, connection -> connection.setAutoCommit(true))) {
                    assertThatThrownBy(() -> call.run(c))
                            .hasMessageContaining("within a write")
                            .satisfies(e -> assertThat(stateOf(e)).isEqualTo("2D000"));
                }
                c.setAutoCommit(false);
                assertThat(c.getAutoCommit()).isFalse();
                insert(c, 2);
                assertThat(rows()).isEmpty();
            };
            if (way.equals("write")) {
                db.write(work);
            } else {
                db.session().write(work);
            }
            assertThat(rows()).isEqualTo("1 2");
            empty();
        }
    }

    @Test
    void a_refused_commit_that_is_not_caught_rolls_back_and_does_not_run_again() throws SQLException {
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> db.write(THRICE, c -> {
                    runs.incrementAndGet();
                    insert(c, 1);
                    c.commit();
                }))
                .satisfies(e -> assertThat(stateOf(e)).isEqualTo("2D000"));
        assertThat(runs).hasValue(1);
        assertThat(rows()).isEmpty();
    }

    @Test
    void savepoints_belong_to_the_closure() throws SQLException {
        db.write(c -> {
            insert(c, 1);
            Savepoint named = c.setSavepoint("part");
            insert(c, 2);
            c.rollback(named);
            Savepoint unnamed = c.setSavepoint();
            insert(c, 3);
            c.releaseSavepoint(unnamed);
            Served.run(c, "savepoint by_text; insert into part values (4); rollback work to savepoint by_text");
        });
        assertThat(rows()).isEqualTo("1 3");
    }

    @Test
    void closing_the_connection_of_a_write_is_left_to_the_write() throws SQLException {
        db.write(c -> {
            try (c) {
                insert(c, 1);
            }
        });
        Session session = db.session();
        session.write(c -> {
            insert(c, 2);
            c.close();
            insert(c, 3);
        });
        assertThat(session.token()).isPresent();
        assertThat(rows()).isEqualTo("1 2 3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"commit", "/* by text */ END", "insert into part values (1); commit work", "abort", "rollback"})
    void a_text_that_ends_the_transaction_is_told_of_with_what_became_of_either_part(String text) throws SQLException {
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> db.write(THRICE, c -> {
                    runs.incrementAndGet();
                    insert(c, 1);
                    Served.run(c, text);
                    insert(c, 2);
                }))
                .hasMessageContaining("ended its transaction itself")
                .satisfies(e -> assertThat(stateOf(e)).isEqualTo("2D000"));
        assertThat(runs).hasValue(1);
        assertThat(rows())
                .isEqualTo(
                        text.startsWith("insert") ? "1 1" : text.equals("abort") || text.equals("rollback") ? "" : "1");
    }

    @Test
    void a_text_that_was_prepared_is_told_of_when_it_is_the_last_that_ran() throws SQLException {
        for (String text : List.of("commit", "rollback")) {
            assertThatThrownBy(() -> db.write(c -> {
                        insert(c, 1);
                        try (PreparedStatement statement = c.prepareStatement(text)) {
                            statement.execute();
                        }
                    }))
                    .satisfies(e -> assertThat(stateOf(e)).isEqualTo("2D000"));
        }
        assertThat(rows()).isEqualTo("1");
        db.write(c -> {});
    }

    @Test
    void an_error_after_such_a_text_says_that_a_part_may_be_committed() throws SQLException {
        assertThatThrownBy(() -> db.write(THRICE, c -> {
                    insert(c, 1);
                    Served.run(c, "commit");
                    insert(c, 1 / Math.floorMod(0, 2));
                }))
                .isInstanceOf(ArithmeticException.class)
                .satisfies(e -> assertThat(e.getSuppressed())
                        .hasSize(1)
                        .allSatisfy(also -> assertThat(stateOf(also)).isEqualTo("2D000")));
        assertThat(rows()).isEqualTo("1");
    }

    @Test
    void words_that_end_nothing_are_not_taken_for_an_end() throws SQLException {
        db.write(c -> {
            insert(c, 1);
            Served.run(c, "create function app.two() returns int language sql begin atomic select 1; select 2; end");
            Served.run(c, "drop function app.two()");
            Served.run(c, "-- commit");
            Served.run(c, "do $$ begin perform 1; end $$");
            Served.run(c, "select 'rollback' as \"commit\"");
        });
        assertThat(rows()).isEqualTo("1");
    }
}
