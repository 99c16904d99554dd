package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Login;
import dev.penstock.config.RoleConfig;
import dev.penstock.observe.DatabaseStatus.Warning;
import dev.penstock.observe.Health;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.MachinePolicy;
import dev.penstock.tls.SslMode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that says nothing of TLS, on a real server, under the policy of its team. */
@PostgresTest(replicas = 0, tls = true)
class TeamPolicyIT {
    private static final String PLAIN = "select count(*) from pg_stat_ssl join pg_stat_activity using (pid)"
            + " where backend_type = 'client backend' and usename in ('appuser', 'migrator') and not ssl";
    private static final String ALL = PLAIN.replace(" and not ssl", "");

    @TempDir
    Path directory;

    @Test
    void every_connection_follows_the_policy_and_certificates_that_end_too_soon_are_told(PostgresCluster cluster)
            throws Exception {
        Path policy = MachinePolicy.write(
                directory.resolve("policy.conf"),
                "loopback = true",
                "sslmode_at_least = verify-full",
                "ca = " + cluster.certificates().caFile(),
                "ca_only = true",
                "require_auth = scram-sha-256",
                "days_before_expiry = 3650");
        try (Database db = Database.open(silent(cluster, policy));
                Connection own = db.unpooled().getConnection();
                Connection migrations = db.migrations().getConnection()) {
            db.write(c -> Served.run(c, "select 1"));
            db.read(Served::by);
            assertThat(own.isValid(5) && migrations.isValid(5)).isTrue();

            assertThat(count(cluster, ALL)).isGreaterThanOrEqualTo(4);
            assertThat(count(cluster, PLAIN)).isZero();
            assertThat(db.status().warnings())
                    .filteredOn(warning -> warning.code().equals("CERTIFICATE_EXPIRES"))
                    .extracting(Warning::about)
                    .containsExactlyInAnyOrder("tls", "node-1");
            assertThat(db.status().warnings().toString()).contains(policy + ":6 demands 3650 days before that");
            assertThat(db.health().warnings()).contains("tls: CERTIFICATE_EXPIRES", "node-1: CERTIFICATE_EXPIRES");
            assertThat(db.health().status()).isEqualTo(Health.Status.UP);
        }
    }

    private static DatabaseConfig silent(PostgresCluster cluster, Path policy) {
        DatabaseConfig config = DatabaseConfig.builder()
                .primary(TestConfigs.endpoint(cluster.primary()))
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .roles(RoleConfig.builder()
                        .ownerUser("appowner")
                        .migration(new Login("migrator", PasswordSource.file(cluster.secretFile("migrator"))))
                        .build())
                .policy(policy)
                .build();
        assertThat(config.tls().mode()).isEqualTo(SslMode.VERIFY_FULL);
        return config;
    }

    private static int count(PostgresCluster cluster, String sql) throws SQLException {
        return Integer.parseInt(cluster.primary().execute(sql).get(0).get(0));
    }
}
