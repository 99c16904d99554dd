package dev.penstock.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flyway on {@code migrations()}: it logs in as the migration user, and what it makes belongs to the owner. */
@PostgresTest(replicas = 1, tls = true)
class FlywayIT {
    @Test
    void migrations_run_on_the_primary_and_their_tables_belong_to_the_owner(
            PostgresCluster cluster, @TempDir Path scripts) throws Exception {
        Files.writeString(scripts.resolve("V1__orders.sql"), """
                create table orders (id bigserial primary key);
                create table migrated_by as select session_user as who, pg_is_in_recovery() as on_a_replica;
                """);
        Files.writeString(scripts.resolve("V2__amount.sql"), "alter table orders add column amount int;");
        try (Database db = Database.open(Shop.config(cluster))) {
            Flyway.configure()
                    .dataSource(db.migrations())
                    .defaultSchema("app")
                    .locations("filesystem:" + scripts)
                    .load()
                    .migrate();
        }
        assertThat(cluster.primary()
                        .execute("select tablename, tableowner from pg_tables where schemaname = 'app' order by 1"))
                .extracting(Object::toString)
                .containsExactly("[flyway_schema_history, appowner]", "[migrated_by, appowner]", "[orders, appowner]");
        assertThat(cluster.primary().execute("select who, on_a_replica from app.migrated_by"))
                .extracting(Object::toString)
                .containsExactly("[migrator, f]");
    }
}
