package dev.penstock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.TlsConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

// begin test
@PostgresTest(replicas = 1, tls = true)
class VisitsIT {
    @Test
    void a_visit_is_counted_on_the_replica_when_it_has_arrived_there(PostgresCluster cluster) throws Exception {
        cluster.primary().execute("set role appowner; create table app.visit (note text)");

        try (Database db = Database.open(config(cluster))) {
            db.write(c -> execute(c, "insert into visit values ('first')"));
            cluster.awaitReplicas();

            long visits = db.read(c -> number(c, "select count(*) from visit"));
            assertThat(visits).isOne();
        }
    }

    private static DatabaseConfig config(PostgresCluster cluster) {
        return DatabaseConfig.builder()
                .primary("localhost:" + cluster.primary().port())
                .replicas("localhost:" + cluster.replicas().get(0).port())
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.verifyFull(cluster.certificates().caFile()))
                .build();
    }
    // end test

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }
    // begin test
}
// end test
