package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.WriteOptions;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A parameter for one transaction, as row-level policies ask for it. */
@TestInstance(Lifecycle.PER_CLASS)
class ParametersIT {
    private PostgresCluster cluster;
    private Database db;

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder().replicas(1).tls(true).start();
        for (String sql : new String[] {
            "create table app.notes (owner text, word text)",
            "alter table app.notes enable row level security",
            "create policy own on app.notes using (owner = current_setting('app.user_id', true))",
            "grant select, insert on app.notes to appuser",
            "insert into app.notes values ('alice', 'hers'), ('bob', 'his'), ('', 'nobodys')",
            "update app.notes set owner = null where owner = ''"
        }) {
            cluster.primary().execute(sql);
        }
        cluster.awaitReplicas();
        db = Database.open(
                TestConfigs.of(cluster).pool(1, 0, Duration.ofSeconds(10)).build());
    }

    @AfterAll
    void end() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    @Test
    void a_read_sees_the_rows_of_its_user_on_a_replica() throws SQLException {
        ReadOptions alice = ReadOptions.defaults().with("app.user_id", "alice");
        String words = db.read(alice, ParametersIT::words);
        Served server = db.read(alice, Served::by);

        assertThat(words).isEqualTo("hers");
        assertThat(server.inRecovery()).isTrue();
    }

    @Test
    void a_write_runs_as_its_user_and_the_next_one_as_nobody() throws SQLException {
        db.write(WriteOptions.defaults().with("app.user_id", "bob"), c -> {
            assertThat(words(c)).isEqualTo("his");
            Served.run(c, "insert into app.notes values ('bob', 'another')");
        });
        String after = db.writeReturning(c -> setting(c) + "|" + words(c));
        assertThat(after)
                .as("the parameter reads as empty, not as unset, and the policy fails closed")
                .isEqualTo("|");
        assertThatThrownBy(() -> db.write(
                        WriteOptions.defaults().with("app.user_id", "bob"),
                        c -> Served.run(c, "insert into app.notes values ('alice', 'forged')")))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("row-level security");
    }

    @Test
    void a_value_is_a_value_whatever_is_in_it() throws SQLException {
        String hostile = "'); drop table app.notes; -- \" \\ $1 ü";
        String value = db.read(ReadOptions.defaults().with("app.user_id", hostile), ParametersIT::setting);
        assertThat(value).isEqualTo(hostile);
        String several = db.read(
                ReadOptions.defaults().with("app.user_id", "a").with("app.tenant", "b"),
                c -> setting(c) + one(c, "select current_setting('app.tenant')"));
        assertThat(several).isEqualTo("ab");
    }

    @Test
    void a_read_with_parameters_is_read_only_and_ends_when_it_fails() throws SQLException {
        ReadOptions alice = ReadOptions.defaults().with("app.user_id", "alice");
        assertThatThrownBy(() -> db.read(alice, c -> {
                    Served.run(c, "insert into app.notes values ('alice', 'x')");
                    return 1;
                }))
                .isInstanceOf(SQLException.class)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("25006");
        String after = db.read(ParametersIT::setting);
        assertThat(after).isNullOrEmpty();
    }

    @Test
    void the_server_refuses_a_name_that_is_none_and_we_refuse_a_blank_one() {
        ReadOptions unknown = ReadOptions.defaults().with("no_such_parameter", "1");
        assertThatThrownBy(() -> db.read(unknown, ParametersIT::setting))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("no_such_parameter");
        assertThatThrownBy(() -> ReadOptions.defaults().with(" ", "1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void parameters_cost_one_round_trip_however_many() throws Exception {
        try (TcpProxy proxy = TcpProxy.open("localhost", cluster.primary().port());
                Database counted = Database.open(TestConfigs.of(cluster)
                        .primary("localhost:" + proxy.port())
                        .replicas()
                        .pool(1, 0, Duration.ofSeconds(10))
                        .build())) {
            long plain = turns(proxy, counted, WriteOptions.defaults());
            long one = turns(proxy, counted, WriteOptions.defaults().with("app.user_id", "a"));
            long two = turns(
                    proxy,
                    counted,
                    WriteOptions.defaults().with("app.user_id", "a").with("app.tenant", "b"));

            assertThat(one).isEqualTo(plain + 1);
            assertThat(two).isEqualTo(one);
        }
    }

    /** The monitor shares the proxy: the fewest of several tries is the write's own. */
    private static long turns(TcpProxy proxy, Database counted, WriteOptions options) throws SQLException {
        long fewest = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long before = proxy.clientTurns();
            counted.write(options, c -> Served.run(c, "select 1"));
            fewest = Math.min(fewest, proxy.clientTurns() - before);
        }
        return fewest;
    }

    private static String words(Connection c) throws SQLException {
        return one(c, "select coalesce(string_agg(word, ','), '') from app.notes where word <> 'another'");
    }

    private static String setting(Connection c) throws SQLException {
        return one(c, "select current_setting('app.user_id', true)");
    }

    private static String one(Connection c, String sql) throws SQLException {
        try (Statement statement = c.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
