package dev.penstock.binding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.SqlAction;
import dev.penstock.TestConfigs;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The lazy data source costs no round trip that the views do not: counted on the wire, beside them. */
@TestInstance(Lifecycle.PER_CLASS)
class RoundTripsIT {
    private PostgresCluster cluster;
    private List<TcpProxy> proxies;
    private Database db;

    @BeforeAll
    void open() throws SQLException {
        cluster = PostgresCluster.builder().replicas(1).tls(true).start();
        cluster.primary().execute("create table app.visit (note text)");
        proxies = cluster.nodes().stream().map(PostgresNode::proxy).toList();
        db = Database.open(TestConfigs.of(cluster)
                .primary("localhost:" + proxies.get(0).port())
                .replicas("localhost:" + proxies.get(1).port())
                .build());
        cluster.awaitReplicas();
        // A read passes over a replica that is slow to open a connection.
        db.warmUp();
    }

    @AfterAll
    void close() {
        try (PostgresCluster ended = cluster) {
            db.close();
        }
    }

    @Test
    void a_read_costs_no_round_trip_more_than_through_the_reader() throws SQLException {
        SqlAction read = Served::by;
        assertThat(turns(db.dataSource(), declared(read)))
                .isEqualTo(turns(db.reader(), read))
                .isEqualTo(1);
    }

    @Test
    void a_write_costs_no_round_trip_more_than_through_the_writer() throws SQLException {
        SqlAction write = c -> Served.run(c, "insert into app.visit values ('written')");
        assertThat(turns(db.dataSource(), write))
                .isEqualTo(turns(db.writer(), write))
                .isEqualTo(1);
    }

    @Test
    void a_transaction_costs_no_round_trip_more_than_through_the_writer() throws SQLException {
        SqlAction work = c -> Served.run(c, "insert into app.visit values ('written')");
        assertThat(turns(db.dataSource(), transaction(work)))
                .isEqualTo(turns(db.writer(), transaction(work)))
                .isEqualTo(2);
    }

    @Test
    void a_read_only_transaction_as_a_framework_does_it_costs_no_round_trip_more_than_through_the_reader()
            throws SQLException {
        SqlAction work = Served::by;
        SqlAction asFrameworksDo = c -> {
            c.setReadOnly(true);
            transaction(work).run(c);
            c.setReadOnly(false);
        };
        assertThat(turns(db.dataSource(), asFrameworksDo))
                .isEqualTo(turns(db.reader(), transaction(work)))
                .isEqualTo(2);
    }

    @Test
    void a_connection_that_is_not_used_costs_none() throws SQLException {
        assertThat(turns(db.dataSource(), transaction(declared(c -> {})))).isZero();
    }

    private static SqlAction declared(SqlAction read) {
        return c -> {
            c.setReadOnly(true);
            read.run(c);
        };
    }

    private static SqlAction transaction(SqlAction work) {
        return c -> {
            c.setAutoCommit(false);
            work.run(c);
            c.commit();
            c.setAutoCommit(true);
        };
    }

    /** The monitors share the proxies: the fewest of several tries is the borrower's own. */
    private long turns(DataSource source, SqlAction work) throws SQLException {
        long fewest = Long.MAX_VALUE;
        for (int i = 0; i < 30; i++) {
            long before = turns();
            try (Connection c = source.getConnection()) {
                work.run(c);
            }
            fewest = Math.min(fewest, turns() - before);
        }
        return fewest;
    }

    private long turns() {
        return proxies.stream().mapToLong(TcpProxy::clientTurns).sum();
    }
}
