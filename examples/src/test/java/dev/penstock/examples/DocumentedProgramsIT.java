package dev.penstock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DocumentedProgramsIT {
    private static PostgresCluster cluster;

    @BeforeAll
    static void start() {
        cluster = PostgresCluster.builder().replicas(2).tls(true).start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void the_program_in_readme_writes_a_visit_and_counts_it() throws Exception {
        cluster.primary()
                .execute(
                        "set role appowner; drop table if exists app.visit; create table app.visit (at timestamptz not null default now())");
        cluster.awaitReplicas();

        ReadmeProgram.run(config());

        assertThat(cluster.primary().execute("select count(*) from app.visit").get(0))
                .containsExactly("1");
    }

    @Test
    void the_program_in_quickstart_writes_a_visit_and_counts_it() throws Exception {
        cluster.primary()
                .execute("set role appowner; drop table if exists app.visit; create table app.visit (note text)");
        cluster.awaitReplicas();

        Quickstart.run(config());

        assertThat(cluster.primary().execute("select note from app.visit").get(0))
                .containsExactly("first");
    }

    @Test
    void the_program_in_errors_learns_from_the_server_which_constraint_it_broke() throws Exception {
        cluster.primary()
                .execute(
                        "set role appowner; drop table if exists app.account; create table app.account (email text unique)");

        try (Database db = Database.open(config())) {
            assertThat(ServerSaid.register(db, "jane@example.org")).isTrue();
            assertThat(ServerSaid.register(db, "jane@example.org")).isFalse();
        }
    }

    @Test
    void the_configuration_in_readme_is_valid() {
        assertThat(ReadmeProgram.config().endpoints()).hasSize(3);
    }

    private static DatabaseConfig config() {
        return DatabaseConfig.builder()
                .primary(endpoint(cluster.primary()))
                .replicas(cluster.replicas().stream()
                        .map(DocumentedProgramsIT::endpoint)
                        .toArray(String[]::new))
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.verifyFull(cluster.certificates().caFile()))
                .build();
    }

    private static String endpoint(PostgresNode node) {
        return node.host() + ":" + node.port();
    }
}
