package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.Session;
import dev.penstock.TestConfigs;
import dev.penstock.config.Isolation;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.WriteOptions;
import dev.penstock.connect.NodeConnection;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was answered is told as it was answered, although the monitor gives the session up before its borrower is done with it. */
@PostgresTest(replicas = 0, tls = true)
@TestInstance(Lifecycle.PER_CLASS)
class AnsweredCommitIT {
    private PostgresCluster cluster;
    private Database db;
    private final AtomicInteger ids = new AtomicInteger();

    @BeforeAll
    void open(PostgresCluster started) throws SQLException {
        cluster = started;
        cluster.primary().execute("create table app.answered (id int primary key)");
        cluster.primary().execute("grant all on app.answered to appuser");
        db = Database.open(TestConfigs.of(cluster).build());
    }

    @AfterAll
    void close() {
        db.close();
    }

    /** How a row is written and committed, by a borrower who gives its session up as soon as COMMIT is answered. */
    private enum Way {
        WRITE {
            @Override
            void insert(Database db, int id) throws SQLException {
                db.write(c -> insertAndArm(c, id));
            }
        },
        WRITE_WITH_RETRIES {
            @Override
            void insert(Database db, int id) throws SQLException {
                db.write(WriteOptions.defaults().retries(3), c -> insertAndArm(c, id));
            }
        },
        SESSION {
            @Override
            void insert(Database db, int id) throws SQLException {
                Session session = db.session();
                session.write(c -> insertAndArm(c, id));
                assertThat(session.token()).isPresent();
            }
        },
        WRITER {
            @Override
            void insert(Database db, int id) throws SQLException {
                commit(db.writer(), id);
            }
        },
        DATA_SOURCE {
            @Override
            void insert(Database db, int id) throws SQLException {
                commit(db.dataSource(), id);
            }
        },
        HOLDING_CURSORS {
            @Override
            void insert(Database db, int id) throws SQLException {
                try (Connection c = db.dataSource().getConnection()) {
                    c.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
                    c.setAutoCommit(false);
                    insertAndArm(c, id);
                    c.commit();
                }
            }
        },
        AUTOCOMMIT_SWITCHED_ON {
            @Override
            void insert(Database db, int id) throws SQLException {
                try (Connection c = db.writer().getConnection()) {
                    c.setAutoCommit(false);
                    insertAndArm(c, id);
                    c.setAutoCommit(true);
                }
            }
        },
        UNPOOLED {
            @Override
            void insert(Database db, int id) throws SQLException {
                commit(db.unpooled(), id);
            }
        };

        abstract void insert(Database db, int id) throws SQLException;

        static void commit(DataSource source, int id) throws SQLException {
            try (Connection c = source.getConnection()) {
                c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                c.setNetworkTimeout(Runnable::run, 10_000);
                c.setAutoCommit(false);
                insertAndArm(c, id);
                c.commit();
            }
        }

        static void insertAndArm(Connection c, int id) throws SQLException {
            Served.run(c, "insert into answered values (" + id + ")");
            NodeConnection physical = c.unwrap(NodeConnection.class);
            OnceCommitted.run(physical::abortNow);
        }
    }

    /** The driver writes down each answer in the thread that waits for it, before it goes on. */
    private static final class OnceCommitted extends Handler {
        private static final Logger DRIVER = Logger.getLogger("org.postgresql.core.v3.QueryExecutorImpl");

        private final Thread waiting = Thread.currentThread();
        private final Runnable then;

        private OnceCommitted(Runnable then) {
            this.then = then;
        }

        static void run(Runnable then) {
            DRIVER.setUseParentHandlers(false);
            DRIVER.setLevel(Level.FINEST);
            DRIVER.addHandler(new OnceCommitted(then));
        }

        @Override
        public void publish(LogRecord answer) {
            Object[] parameters = answer.getParameters();
            if (Thread.currentThread() == waiting
                    && answer.getMessage().contains("CommandStatus")
                    && parameters != null
                    && "COMMIT".equals(parameters[0])) {
                close();
                then.run();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            DRIVER.removeHandler(this);
            DRIVER.setLevel(null);
            DRIVER.setUseParentHandlers(true);
        }
    }

    private long rows(int id) throws SQLException {
        return Long.parseLong(cluster.primary()
                .execute("select count(*) from app.answered where id = " + id)
                .get(0)
                .get(0));
    }

    @ParameterizedTest
    @EnumSource
    void a_commit_that_was_answered_is_a_success_although_its_session_is_given_up_at_that_moment(Way way)
            throws SQLException {
        int id = ids.incrementAndGet();
        way.insert(db, id);
        assertThat(rows(id)).isOne();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> db.status().nodes().stream()
                        .flatMap(node -> node.pools().stream())
                        .mapToInt(PoolSnapshot::checkedOut)
                        .allMatch(held -> held == 0));
        db.write(c -> Served.run(c, "select 1"));
    }

    @Test
    void what_a_framework_restores_after_its_commit_is_no_error_on_a_session_that_was_lost_since() throws SQLException {
        int id = ids.incrementAndGet();
        for (DataSource source : new DataSource[] {db.writer(), db.unpooled()}) {
            Connection c = source.getConnection();
            c.setAutoCommit(false);
            Served.run(c, "insert into answered values (" + id + ") on conflict do nothing");
            c.commit();
            c.unwrap(NodeConnection.class).abortNow();
            c.setAutoCommit(true);
            c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            c.setReadOnly(false);
            c.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
            c.setNetworkTimeout(Runnable::run, 0);
            c.clearWarnings();
            assertThatThrownBy(() -> Served.run(c, "select 1"))
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("08003");
            c.close();
        }
        assertThat(rows(id)).isOne();
    }

    @Test
    void a_transaction_that_is_open_when_its_session_is_lost_is_not_taken_for_a_committed_one() throws SQLException {
        int id = ids.incrementAndGet();
        assertIsLost(id, Connection::commit);
        assertIsLost(id, c -> c.setAutoCommit(true));
        assertIsLost(id, Connection::rollback);
        assertThat(rows(id)).isZero();
    }

    @FunctionalInterface
    private interface End {
        void of(Connection c) throws SQLException;
    }

    private void assertIsLost(int id, End end) throws SQLException {
        try (Connection c = db.writer().getConnection()) {
            c.setAutoCommit(false);
            Served.run(c, "insert into answered values (" + id + ")");
            c.unwrap(NodeConnection.class).abortNow();
            assertThatThrownBy(() -> end.of(c))
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("08003");
        }
    }

    @Test
    void a_read_keeps_its_result_when_its_session_is_given_up_after_the_last_answer() throws SQLException {
        AtomicInteger runs = new AtomicInteger();
        for (ReadOptions options : new ReadOptions[] {
            ReadOptions.defaults(), ReadOptions.defaults().isolation(Isolation.REPEATABLE_READ)
        }) {
            runs.set(0);
            long seen = db.read(options, c -> {
                runs.incrementAndGet();
                long count = Served.count(c, "answered where id < 0");
                NodeConnection physical = c.unwrap(NodeConnection.class);
                if (options == ReadOptions.defaults()) {
                    physical.abortNow();
                } else {
                    OnceCommitted.run(physical::abortNow);
                }
                return count;
            });
            assertThat(seen).isZero();
            assertThat(runs).hasValue(1);
        }
    }
}
