package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Login;
import dev.penstock.config.PrivilegedLogin;
import dev.penstock.config.RoleConfig;
import dev.penstock.observe.DatabaseStatus.Warning;
import dev.penstock.observe.Health;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.TlsConfig;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Roles that can do more than an application needs are told while it is so, or refused. */
@PostgresTest(replicas = 0)
class PrivilegedLoginIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String PASSWORD = "x-long-enough";

    private final PostgresCluster cluster;
    private final PrintStream standardError = System.err;

    PrivilegedLoginIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    static void createRoles(PostgresCluster cluster) throws SQLException {
        PostgresNode primary = cluster.primary();
        primary.execute("create role fat login superuser bypassrls password '" + PASSWORD + "' in role appuser");
        primary.execute("create role exempt login bypassrls password '" + PASSWORD + "' in role appuser");
        primary.execute(
                "create role handy login createrole createdb replication password '" + PASSWORD + "' in role appuser");
        primary.execute("create role holder login password '" + PASSWORD + "' in role appuser");
        primary.execute("create role member login password '" + PASSWORD + "' in role appowner");
        primary.execute("create table app.visit (id int)");
        primary.execute("alter table app.visit owner to appowner");
        primary.execute("create table app.note (id int)");
        primary.execute("alter table app.note owner to holder");
    }

    @AfterEach
    void restore() {
        System.setErr(standardError);
    }

    @AfterAll
    static void drop(PostgresCluster cluster) throws SQLException {
        cluster.primary().execute("drop policy if exists own on app.visit");
    }

    @Test
    void a_superuser_is_served_and_told_in_the_log_once_and_in_status_and_health_while_it_is_one() throws Exception {
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        try (Database db = Database.open(as("fat").build())) {
            db.write(c -> Served.run(c, "select 1"));
            assertThat(db.status().warnings()).singleElement().satisfies(warning -> {
                assertThat(warning.code()).isEqualTo("PRIVILEGED_LOGIN");
                assertThat(warning.about()).isEqualTo("user");
                assertThat(warning.message()).contains("'fat' is a superuser");
                assertThat(warning.remedy()).contains("ALTER ROLE \"fat\" NOSUPERUSER NOBYPASSRLS");
            });
            assertThat(db.health().warnings()).containsExactly("user: PRIVILEGED_LOGIN");
            assertThat(db.health().status()).isEqualTo(Health.Status.UP);
            assertThat(db.health().closed().warnings()).hasSize(1);
            assertThat(logged.toString(StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> line.contains("PRIVILEGED_LOGIN")))
                    .hasSize(1);
            cluster.primary().execute("alter role fat nosuperuser nobypassrls");
            try {
                cluster.primary()
                        .execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'fat'");
                assertThat(db.await(status -> status.warnings().isEmpty(), SOON))
                        .isTrue();
            } finally {
                cluster.primary().execute("alter role fat superuser bypassrls");
            }
        }
    }

    @Test
    void a_privileged_role_is_refused_at_open_where_that_is_configured_with_the_remedy() {
        for (String role : List.of("fat", "exempt")) {
            assertThatThrownBy(
                            () -> Database.open(as(role).roles(roles -> roles.privilegedLogin(PrivilegedLogin.REFUSE))
                                    .build()))
                    .isInstanceOfSatisfying(InvalidConfigException.class, refused -> {
                        Violation violation = refused.violations().get(0);
                        assertThat(violation.code()).isEqualTo("PRIVILEGED_LOGIN");
                        assertThat(violation.path()).isEqualTo("user");
                        assertThat(violation.remedy()).contains("ALTER ROLE \"" + role + "\" NO");
                    });
        }
    }

    @Test
    void an_ordinary_role_is_let_in_where_privileged_ones_are_refused_and_is_not_told() throws Exception {
        DatabaseConfig.Builder config = TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .roles(RoleConfig.builder()
                        .ownerUser("appowner")
                        .readOnly(login("handy"))
                        .migration(login("member"))
                        .privilegedLogin(PrivilegedLogin.REFUSE)
                        .build());
        try (Database db = Database.open(config.build())) {
            assertThat(told(db, warning -> warning.about().equals("user"))).isEmpty();
        }
    }

    @Test
    void the_other_roles_are_looked_up_by_their_names_and_need_not_log_in() throws Exception {
        DatabaseConfig.Builder config = TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .roles(RoleConfig.builder()
                        .readOnly(login("exempt"))
                        .migration(login("fat"))
                        .build());
        try (Database db = Database.open(config.build())) {
            assertThat(told(db, warning -> warning.code().equals("PRIVILEGED_LOGIN")))
                    .containsExactly("migration_user PRIVILEGED_LOGIN", "ro_user PRIVILEGED_LOGIN");
        }
    }

    @Test
    void attributes_that_an_application_has_no_need_of_are_told() throws Exception {
        try (Database db = Database.open(as("handy").build())) {
            assertThat(db.status().warnings()).singleElement().satisfies(warning -> {
                assertThat(warning.code()).isEqualTo("LOGIN_ATTRIBUTES");
                assertThat(warning.message()).contains("CREATEROLE, CREATEDB, REPLICATION");
                assertThat(warning.remedy()).contains("NOCREATEROLE NOCREATEDB NOREPLICATION");
            });
        }
    }

    @Test
    void owning_tables_is_told_where_there_are_policies_or_an_owner_is_configured() throws Exception {
        try (Database db = Database.open(as("holder").build())) {
            assertThat(db.status().warnings()).isEmpty();
        }
        RoleConfig owned = RoleConfig.builder()
                .ownerUser("appowner")
                .migration(login("member"))
                .build();
        try (Database db = Database.open(as("holder").roles(owned).build())) {
            assertThat(told(db, warning -> true)).containsExactly("user OWNS_TABLES");
            assertThat(db.status().warnings().get(0).message()).contains("'holder' owns tables");
        }
        cluster.primary().execute("create policy own on app.visit using (true)");
        try (Database db = Database.open(as("member").build())) {
            assertThat(told(db, warning -> true)).containsExactly("user OWNS_TABLES");
            assertThat(db.status().warnings().get(0).message()).contains("has the rights of 'appowner'");
        } finally {
            cluster.primary().execute("drop policy own on app.visit");
        }
    }

    @Test
    void a_password_that_is_easily_guessed_is_told_and_not_shown() throws Exception {
        cluster.primary().execute("create role guessed login password 'devpass2024' in role appuser");
        DatabaseConfig.Builder config = as("guessed").password(PasswordSource.literal("devpass2024"));
        try (Database db = Database.open(config.build())) {
            assertThat(db.status().warnings()).singleElement().satisfies(warning -> {
                assertThat(warning.code()).isEqualTo("WEAK_PASSWORD");
                assertThat(warning.message()).contains("'guessed' is one that everybody tries");
                assertThat(warning.toString()).doesNotContain("devpass");
            });
        }
    }

    @Test
    void settings_of_a_replica_that_are_below_its_primarys_are_told() throws Exception {
        try (PostgresCluster own = PostgresCluster.builder().replicas(1).start();
                Database db = Database.open(
                        TestConfigs.of(own).tls(TlsConfig.disabled()).build())) {
            assertThat(db.status().warnings()).isEmpty();
            own.primary().execute("alter system set max_worker_processes = 17");
            own.primary().restart();
            assertThat(db.await(status -> !status.warnings().isEmpty(), SOON)).isTrue();
            assertThat(db.status().warnings()).singleElement().satisfies(warning -> {
                assertThat(warning.code()).isEqualTo("STANDBY_LIMITS");
                assertThat(warning.about()).isEqualTo("node-2");
                assertThat(warning.message()).contains("max_worker_processes 8 below 17");
            });
        }
    }

    private DatabaseConfig.Builder as(String role) {
        return TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .user(role)
                .password(PasswordSource.literal(PASSWORD))
                .pool(1, 0, Duration.ofSeconds(10));
    }

    private static Login login(String role) {
        return new Login(role, PasswordSource.literal(PASSWORD));
    }

    private static List<String> told(Database db, Predicate<Warning> which) {
        return db.status().warnings().stream()
                .filter(which)
                .map(warning -> warning.about() + " " + warning.code())
                .toList();
    }
}
