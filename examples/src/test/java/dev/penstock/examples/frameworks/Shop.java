package dev.penstock.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Login;
import dev.penstock.config.RoleConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import java.sql.SQLException;
import java.time.Duration;

/** The database that each framework is given, and how it is asked where something ran. */
final class Shop {
    /** True on a replica. Asked of the server that runs it. */
    static final String ON_A_REPLICA = "select pg_is_in_recovery()";

    private Shop() {}

    /**
     * A table {@code visit} on a new cluster, and that cluster behind Penstock. Every server answers and the pools are filled: opening
     * waits for the primary alone, and a read passes over a replica that is slow to open a connection, as on a busy machine it may be.
     */
    static Database open(PostgresCluster cluster) throws SQLException {
        cluster.primary()
                .execute("set role appowner; create table if not exists app.visit (id bigserial primary key, note text"
                        + " not null)");
        cluster.awaitReplicas();
        Database db = Database.open(config(cluster));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> db.status().nodes().stream()
                        .allMatch(node -> node.state().serves()));
        db.warmUp();
        return db;
    }

    static DatabaseConfig config(PostgresCluster cluster) {
        return DatabaseConfig.builder()
                .primary(endpoint(cluster.primary()))
                .replicas(cluster.replicas().stream().map(Shop::endpoint).toArray(String[]::new))
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .roles(RoleConfig.builder()
                        .ownerUser("appowner")
                        .migration(new Login("migrator", PasswordSource.file(cluster.secretFile("migrator"))))
                        .build())
                .tls(TlsConfig.verifyFull(cluster.certificates().caFile()))
                .pool(4, 0, Duration.ofSeconds(10))
                .build();
    }

    private static String endpoint(PostgresNode node) {
        return node.host() + ":" + node.port();
    }

    /** What the primary has, for a note. */
    static long visits(PostgresCluster cluster, String note) throws SQLException {
        return Long.parseLong(cluster.primary()
                .execute("select count(*) from app.visit where note = '" + note + "'")
                .get(0)
                .get(0));
    }

    static void holdsNothingOf(Database db) {
        assertThat(db.status().nodes())
                .allSatisfy(node -> assertThat(node.checkedOut()).isZero());
    }
}
