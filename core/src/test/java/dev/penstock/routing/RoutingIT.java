package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.connect.NodeConnection;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.Role;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.postgresql.PGConnection;

/** Where work runs while every node is well, asked of the servers. */
@TestInstance(Lifecycle.PER_CLASS)
class RoutingIT {
    private PostgresCluster cluster;
    private Database db;

    @BeforeAll
    void open() throws SQLException {
        cluster = PostgresCluster.builder().replicas(2).tls(true).start();
        cluster.primary().execute("create table app.visit (id bigserial primary key, note text)");
        db = Database.open(TestConfigs.of(cluster).build());
        cluster.awaitReplicas();
    }

    @AfterAll
    void close() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    @Test
    void writes_only_ever_reach_the_primary() throws SQLException {
        for (int i = 0; i < 50; i++) {
            Served served = db.writeReturning(Served::by);
            assertThat(served).isEqualTo(new Served(cluster.primary().port(), false));
        }
    }

    @Test
    void reads_reach_every_replica_about_equally_and_the_primary_never() throws SQLException {
        Map<Integer, Integer> reads = new HashMap<>();
        for (int i = 0; i < 600; i++) {
            Served served = db.read(Served::by);
            assertThat(served.inRecovery()).isTrue();
            reads.merge(served.port(), 1, Integer::sum);
        }
        List<Integer> ports =
                cluster.replicas().stream().map(PostgresNode::port).toList();
        assertThat(reads.keySet()).containsExactlyInAnyOrderElementsOf(ports);
        assertThat(reads.values()).allSatisfy(count -> assertThat(count).isBetween(200, 400));
    }

    @Test
    void a_read_cannot_write_on_a_replica_nor_on_the_primary() throws SQLException {
        assertThatThrownBy(() -> db.read(c -> {
                    Served.run(c, "insert into app.visit (note) values ('by accident')");
                    return null;
                }))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
        try (Database alone = Database.open(
                TestConfigs.of(cluster, List.of(cluster.primary())).build())) {
            assertThatThrownBy(() -> alone.read(c -> {
                        Served.run(c, "insert into app.visit (note) values ('by accident')");
                        return null;
                    }))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
        }
        assertThat(rows("app.visit where note = 'by accident'")).isZero();
    }

    @Test
    void the_same_program_runs_without_any_replica() throws SQLException {
        try (Database alone = Database.open(
                TestConfigs.of(cluster, List.of(cluster.primary())).build())) {
            alone.write(c -> Served.run(c, "insert into app.visit (note) values ('alone')"));
            assertThat(alone.read(Served::by))
                    .isEqualTo(new Served(cluster.primary().port(), false));
        }
    }

    @Test
    void what_a_write_throws_rolls_it_back_and_reaches_the_caller() throws SQLException {
        IllegalStateException thrown = new IllegalStateException("no");
        assertThatThrownBy(() -> db.write(c -> {
                    Served.run(c, "insert into app.visit (note) values ('rolled back')");
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(rows("app.visit where note = 'rolled back'")).isZero();
    }

    @Test
    void a_failed_transaction_whose_closure_swallowed_the_exception_never_looks_committed() throws SQLException {
        assertThatThrownBy(() -> db.write(c -> {
                    Served.run(c, "insert into app.visit (note) values ('swallowed')");
                    assertThatThrownBy(() -> Served.run(c, "select 1/0")).isInstanceOf(SQLException.class);
                }))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
        try (Connection c = db.writer().getConnection()) {
            c.setAutoCommit(false);
            Served.run(c, "insert into app.visit (note) values ('swallowed')");
            assertThatThrownBy(() -> Served.run(c, "select 1/0")).isInstanceOf(SQLException.class);
            assertThatThrownBy(c::commit)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
        }
        assertThat(rows("app.visit where note = 'swallowed'")).isZero();
    }

    @Test
    void a_connection_left_in_a_failed_transaction_is_clean_for_the_next_borrower() throws SQLException {
        for (int i = 0; i < 20; i++) {
            try (Connection c = db.writer().getConnection()) {
                c.setAutoCommit(false);
                assertThatThrownBy(() -> Served.run(c, "select 1/0")).isInstanceOf(SQLException.class);
            }
            assertThat(db.writeReturning(Served::by).inRecovery()).isFalse();
        }
    }

    @Test
    void the_views_choose_a_node_at_each_connection_and_hand_out_the_pools_own() throws SQLException {
        try (Connection reading = db.reader().getConnection();
                Connection writing = db.writer().getConnection()) {
            assertThat(Served.by(reading).inRecovery()).isTrue();
            assertThat(reading.isReadOnly()).isTrue();
            assertThat(Served.by(writing).inRecovery()).isFalse();
            assertThat(writing.unwrap(PGConnection.class).getParameterStatus("application_name"))
                    .isEqualTo("penstock");
        }
        assertThat(db.reader().isWrapperFor(com.zaxxer.hikari.HikariDataSource.class))
                .isFalse();
    }

    @Test
    void every_session_carries_its_deadline_and_reads_start_read_only() throws SQLException {
        assertThat(onReader("default_transaction_read_only")).isEqualTo("on");
        assertThat(onReader("statement_timeout")).isEqualTo("1min");
        assertThat(onWriter("default_transaction_read_only")).isEqualTo("off");
        assertThat(onWriter("statement_timeout")).isEqualTo("1min");
    }

    @Test
    void a_returned_connection_gives_its_place_back_however_it_ends() throws SQLException {
        for (int i = 0; i < 40; i++) {
            try (Connection c = db.writer().getConnection()) {
                c.clearWarnings();
                c.setCatalog("ignored");
            }
            Connection broken = db.writer().getConnection();
            broken.abort(Runnable::run);
            broken.close();
            Connection twice = db.reader().getConnection();
            twice.close();
            twice.close();
        }
        assertThat(db.status().nodes())
                .allSatisfy(node -> assertThat(node.checkedOut()).isZero());
    }

    @Test
    void the_catalog_is_the_database_and_finds_its_tables() throws SQLException {
        List<DataSource> views = List.of(
                db.writer(),
                db.reader(),
                db.dataSource(),
                db.unpooled(),
                db.session().writer());
        for (DataSource view : views) {
            try (Connection c = view.getConnection()) {
                assertThat(c.getCatalog()).as("%s", view).isEqualTo(cluster.database());
                try (ResultSet tables = c.getMetaData().getTables(c.getCatalog(), "app", "visit", null)) {
                    assertThat(tables.next()).as("%s", view).isTrue();
                }
                assertThat(c.getCatalog()).as("%s, bound", view).isEqualTo(cluster.database());
            }
        }
        assertThat(db.read(Connection::getCatalog)).isEqualTo(cluster.database());
        assertThat(db.<String>writeReturning(Connection::getCatalog)).isEqualTo(cluster.database());
    }

    @Test
    void a_catalog_that_a_caller_sets_costs_no_place_even_the_one_that_announces_a_return() throws SQLException {
        for (int i = 0; i < 40; i++) {
            try (Connection c = db.writer().getConnection()) {
                assertThatThrownBy(() -> c.setCatalog("penstock:returned"))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("22023"));
                assertThatThrownBy(() -> c.setCatalog(new String(NodeConnection.RETURNED.toCharArray())))
                        .isInstanceOf(SQLException.class);
                assertThat(c.getCatalog()).isEqualTo(cluster.database());
                c.setCatalog(i % 2 == 0 ? null : cluster.database());
            }
        }
        assertThat(db.status().nodes())
                .allSatisfy(node -> assertThat(node.checkedOut()).isZero());
    }

    @Test
    void status_tells_every_nodes_role_and_lag_without_asking_it() throws SQLException {
        List<NodeStatus> nodes = db.status().nodes();
        assertThat(nodes).extracting(NodeStatus::name).containsExactly("node-1", "node-2", "node-3");
        assertThat(nodes).extracting(NodeStatus::state).containsOnly(NodeState.UP);
        assertThat(nodes).extracting(NodeStatus::role).containsExactly(Role.PRIMARY, Role.REPLICA, Role.REPLICA);
        assertThat(nodes).allSatisfy(node -> assertThat(node.lag().time()).isPresent());
        assertThat(db.status().primary().orElseThrow().timeline()).isEqualTo(1);
    }

    private long rows(String table) throws SQLException {
        return db.writeReturning(c -> Served.count(c, table));
    }

    private String onReader(String setting) throws SQLException {
        return db.read(c -> show(c, setting));
    }

    private String onWriter(String setting) throws SQLException {
        return db.writeReturning(c -> show(c, setting));
    }

    private static String show(Connection connection, String setting) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("show " + setting)) {
            row.next();
            return row.getString(1);
        }
    }
}
