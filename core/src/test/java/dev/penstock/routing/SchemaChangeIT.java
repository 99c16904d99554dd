package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Load;
import dev.penstock.Served;
import dev.penstock.SqlAction;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.config.Isolation;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.WriteOptions;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.AutoSave;

/** What a change of the schema does to statements that the driver has prepared in the pooled sessions. */
@TestInstance(Lifecycle.PER_CLASS)
class SchemaChangeIT {
    private static final WriteOptions ONCE_MORE = WriteOptions.defaults().retries(1);

    /** In autocommit the driver repeats such a statement by itself. */
    private static final ReadOptions IN_TRANSACTION = ReadOptions.defaults().isolation(Isolation.READ_COMMITTED);

    /** The driver prepares a statement by name at its fifth use in a session. */
    private static final int USES = 6;

    private PostgresCluster cluster;
    private Database db;
    private final AtomicInteger columns = new AtomicInteger();
    private final AtomicInteger runs = new AtomicInteger();

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder().start();
        cluster.primary().execute("create table app.part (id bigserial primary key, name text)");
        cluster.primary().execute("grant all on app.part to appuser");
        cluster.primary().execute("grant all on all sequences in schema app to appuser");
        db = Database.open(TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .pool(1, 0, Duration.ofSeconds(10))
                .build());
        await().atMost(Duration.ofSeconds(60))
                .until(() -> db.status().nodes().stream()
                        .allMatch(node -> node.state().serves()));
    }

    @AfterAll
    void end() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    @BeforeEach
    void count() {
        runs.set(0);
    }

    /** Everywhere: reads run on the replica. */
    private void addColumn() throws SQLException {
        cluster.primary().execute("alter table app.part add column more" + columns.incrementAndGet() + " int");
        cluster.awaitReplicas();
    }

    private static void query(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            assertThat(rows.getMetaData().getColumnCount()).isPositive();
        }
    }

    private void select(Connection connection) throws SQLException {
        runs.incrementAndGet();
        query(connection, "select * from app.part where id < 3");
    }

    private static void insert(Connection connection) throws SQLException {
        query(connection, "insert into app.part (name) values ('x') returning *");
    }

    private Object read(Database from) throws SQLException {
        return from.read(IN_TRANSACTION, c -> {
            select(c);
            return 1;
        });
    }

    private interface Use {
        void once() throws SQLException;
    }

    private void preparedBy(Use use) throws SQLException {
        for (int i = 0; i < USES; i++) {
            use.once();
        }
        runs.set(0);
    }

    @Test
    void a_read_runs_again_when_the_result_of_its_plan_has_changed() throws SQLException {
        preparedBy(() -> read(db));
        addColumn();
        read(db);
        assertThat(runs).hasValue(2);
    }

    @Test
    void a_write_runs_again_within_its_retries_at_whichever_statement_it_failed() throws SQLException {
        SqlAction work = c -> {
            insert(c);
            select(c);
        };
        preparedBy(() -> db.write(work));
        addColumn();
        long before = rows();
        db.write(ONCE_MORE, work);
        assertThat(rows()).isEqualTo(before + 1);
        preparedBy(() -> db.write(work));
        addColumn();
        Timed.call(() -> db.write(work)).failedWithin(Duration.ofSeconds(10), "0A000");
    }

    private long rows() throws SQLException {
        return Long.parseLong(cluster.primary()
                .execute("select count(*) from app.part")
                .get(0)
                .get(0));
    }

    @Test
    void another_0A000_is_the_statements_own_error() throws SQLException {
        Timed.call(() -> db.write(ONCE_MORE, c -> {
                    runs.incrementAndGet();
                    Served.run(c, "do $$ begin raise exception 'not so' using errcode = '0A000'; end $$");
                }))
                .failedWithin(Duration.ofSeconds(10), "0A000");
        assertThat(runs).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // After the use that prepares it, what was prepared is gone: 26000.
                "5 | execute 'deallocate all'",
                // Before that use, every name that the driver may give is taken: 42P05.
                "2 | for i in 1..200 loop begin execute format('prepare \"S_%s\" as select 1', i);"
                        + " exception when duplicate_prepared_statement then null; end; end loop"
            })
    void a_read_runs_again_when_its_session_has_lost_what_was_prepared_or_has_another_of_the_name(
            int after, String trouble) throws SQLException {
        db.read(IN_TRANSACTION, c -> {
            runs.incrementAndGet();
            for (int use = 1; use <= 2 * USES; use++) {
                query(c, "select name, " + after + " from app.part");
                if (use == after && runs.get() == 1) {
                    Served.run(c, "do $$ begin " + trouble + "; end $$");
                }
            }
            return 1;
        });
        assertThat(runs).hasValue(2);
    }

    @Test
    void a_view_recovers_at_its_next_use() throws SQLException {
        Use use = () -> {
            try (Connection c = db.writer().getConnection()) {
                c.setAutoCommit(false);
                select(c);
                c.commit();
            }
        };
        preparedBy(use);
        addColumn();
        Timed.call(use::once).failedWithin(Duration.ofSeconds(10), "0A000");
        use.once();
    }

    @Test
    void a_transaction_of_a_view_heals_by_itself_with_the_drivers_conservative_autosave() throws SQLException {
        try (Connection c = db.writer().getConnection()) {
            PGConnection driver = c.unwrap(PGConnection.class);
            driver.setAutosave(AutoSave.CONSERVATIVE);
            c.setAutoCommit(false);
            for (int i = 0; i < USES; i++) {
                select(c);
                c.commit();
            }
            addColumn();
            insert(c);
            select(c);
            c.commit();
            driver.setAutosave(AutoSave.NEVER);
        }
    }

    @Test
    void no_closure_fails_while_columns_are_added_under_load() throws Exception {
        try (Database busy = Database.open(TestConfigs.of(cluster)
                        .tls(TlsConfig.disabled())
                        .pool(4, 0, Duration.ofSeconds(10))
                        .build());
                Load reads = Load.of(2, () -> read(busy));
                Load writes = Load.of(2, () -> busy.write(ONCE_MORE, SchemaChangeIT::insert))) {
            for (int i = 0; i < 8; i++) {
                reads.awaitMore(200);
                writes.awaitMore(200);
                addColumn();
            }
            reads.awaitMore(100);
            writes.awaitMore(100);
            assertThat(reads.failures()).isEmpty();
            assertThat(writes.failures()).isEmpty();
        }
    }
}
