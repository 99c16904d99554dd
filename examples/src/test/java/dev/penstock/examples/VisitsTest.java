package dev.penstock.examples;

// begin test
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.TlsConfig;
import org.junit.jupiter.api.Test;

@PostgresTest(replicas = 1, tls = true)
class VisitsTest {
    @Test
    void a_visit_is_seen_on_the_replica_when_it_has_arrived_there(PostgresCluster cluster) throws Exception {
        cluster.primary().execute("set role appowner; create table app.visit (note text)");

        try (Database db = Database.open(config(cluster))) {
            db.write(c -> c.createStatement().execute("insert into visit values ('first')"));
            cluster.awaitReplicas();

            boolean seen = db.read(
                    c -> c.createStatement().executeQuery("select from visit").next());
            assertTrue(seen);
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
}
// end test
