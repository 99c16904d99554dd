package dev.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Pooler;
import dev.penstock.config.SessionConfig;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.sizing.Bound;
import dev.penstock.sizing.Conflict;
import dev.penstock.sizing.LiveSessions;
import dev.penstock.sizing.PlannedNode;
import dev.penstock.sizing.SizingPlan;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The plan against a real server of 40 connections, 37 of which an ordinary role may use. */
@TestInstance(Lifecycle.PER_CLASS)
class SizingIT {
    private PostgresCluster cluster;

    @BeforeAll
    void start() {
        cluster = PostgresCluster.builder()
                .replicas(1)
                .tls(true)
                .setting("max_connections", "40")
                .start();
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @Test
    void two_databases_of_four_declared_instances_are_refused_with_numbers_and_remedies() {
        DatabaseConfig temporal = config().pool(5, 1, Duration.ofSeconds(5)).build();
        DatabaseConfig shop = config().pool(5, 1, Duration.ofSeconds(5))
                .workload(workload -> workload.instances(4).deploySurge(1))
                .alongside(temporal)
                .build();

        InvalidConfigException refused = catchThrowableOfType(
                InvalidConfigException.class, () -> Database.open(shop).close());

        System.out.println(refused.getMessage());
        Violation violation = refused.violations().get(0);
        assertThat(violation.code()).isEqualTo("SERVER_BUDGET");
        assertThat(violation.path()).isEqualTo("pool.size");
        assertThat(violation.value()).isEqualTo("5 + 1");
        assertThat(violation.message())
                .contains("5 × (6 + 1 of the monitor + 7 of 'appdb') = 70")
                .contains("admits 37 (max_connections 40 − 3 superuser_reserved_connections");
        assertThat(violation.remedy().indexOf("pooler"))
                .isLessThan(violation.remedy().indexOf("smaller: pool_size + max_overflow of at most 2 each"))
                .isNotNegative();
        assertThat(violation.remedy()).endsWith("or raise max_connections to at least 73.");
        await().atMost(Duration.ofSeconds(10)).until(() -> sessions() == 0);
    }

    @Test
    void four_declared_instances_of_one_small_database_are_let_in_and_the_status_has_the_plan() throws Exception {
        DatabaseConfig config = config().pool(5, 1, Duration.ofSeconds(5))
                .workload(workload -> workload.instances(4)
                        .deploySurge(1)
                        .requestsPerSecond(200)
                        .avgQueryTimeMillis(10)
                        .p99WaitMillis(5))
                .build();
        try (Database db = Database.open(config)) {
            SizingPlan plan = db.status().sizing().orElseThrow();
            assertThat(plan.conflicts()).isEmpty();
            assertThat(plan.nodes().get(0).bound(Bound.Kind.SERVER_BUDGET))
                    .get()
                    .returns(6, Bound::connections);
            assertThat(plan.nodes().get(0).binding()).get().returns(Bound.Kind.WAIT_TARGET, Bound::kind);
            assertThat(plan.toString()).contains("max_connections 40 − 3 − 0 reserved");
        }
    }

    @Test
    void the_same_learned_from_live_application_names_warns_and_opens() throws Exception {
        List<Connection> others = new ArrayList<>();
        try {
            for (String name : List.of("shop/b", "shop/b", "shop/c", "shop/d", "billing/a")) {
                others.add(connect(name));
            }
            DatabaseConfig config = config().applicationName("shop/a")
                    .pool(8, 2, Duration.ofSeconds(5))
                    .build();
            try (Database db = Database.open(config)) {
                SizingPlan plan = db.status().sizing().orElseThrow();
                System.out.println(plan);
                Conflict warning = plan.warnings().get(0);
                assertThat(warning.code()).isEqualTo(Conflict.Code.LIVE_SESSIONS);
                assertThat(warning.sentence())
                        .contains("4 live instances, counted by application_name,")
                        .contains("4 × (10 + 1 of the monitor)")
                        .contains("admits 37");
                LiveSessions live = plan.nodes().get(0).node().live().orElseThrow();
                assertThat(live.instances()).hasValue(4);
                // billing/a at least; the testkit's own sessions come and go.
                assertThat(live.others()).isPositive();
                db.write(c -> Served.run(c, "select 1"));
            }
        } finally {
            for (Connection other : others) {
                other.close();
            }
        }
    }

    @Test
    void an_ordinary_role_sees_the_limits_of_role_and_database() throws Exception {
        cluster.primary().execute("alter role appuser connection limit 31");
        cluster.primary().execute("alter database appdb connection limit 29");
        try {
            SizingPlan plan = Database.planWithServers(config().build());
            assertThat(plan.nodes().get(0).node().budget().orElseThrow().roleLimit())
                    .hasValue(31);
            assertThat(plan.nodes().get(0).node().budget().orElseThrow().databaseLimit())
                    .hasValue(29);
            assertThat(plan.nodes().get(1).node().budget()).isPresent();
        } finally {
            cluster.primary().execute("alter role appuser connection limit -1");
            cluster.primary().execute("alter database appdb connection limit -1");
        }
    }

    @Test
    void what_the_role_may_not_see_is_said_and_the_rest_is_known() throws Exception {
        cluster.primary().execute("revoke select on pg_catalog.pg_stat_activity from public");
        try (Database db = Database.open(config().build())) {
            PlannedNode server =
                    db.status().sizing().orElseThrow().nodes().get(0).node();
            assertThat(server.budget().orElseThrow().usable()).isEqualTo(37);
            assertThat(server.live()).isEmpty();
            assertThat(server.unseen())
                    .singleElement()
                    .asString()
                    .contains("may not read the catalogs, so connection limits and live sessions are unknown");
        } finally {
            cluster.primary().execute("grant select on pg_catalog.pg_stat_activity to public");
        }
    }

    @Test
    void a_name_without_an_instance_is_no_reason_to_guess() throws Exception {
        SizingPlan plan = Database.planWithServers(config().build());

        assertThat(plan.nodes().get(0).node().live().orElseThrow().instances()).isEmpty();
        assertThat(plan.nodes().get(0).node().unseen())
                .singleElement()
                .asString()
                .contains("'penstock' names no instance (as shop/host-7 does)");
    }

    @Test
    void a_server_that_answers_late_delays_nothing_and_is_told_when_it_answers() throws Exception {
        List<String> warned = new CopyOnWriteArrayList<>();
        cluster.node(1).suspend();
        try {
            long start = System.nanoTime();
            try (Database db =
                    Database.open(config().pool(30, 20, Duration.ofSeconds(5)).build())) {
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
                db.addListener(new DatabaseListener() {
                    @Override
                    public void sizingWarned(String warning) {
                        warned.add(warning);
                    }
                });
                SizingPlan plan = db.status().sizing().orElseThrow();
                assertThat(plan.nodes().get(1).node().budget()).isEmpty();
                assertThat(plan.warnings()).extracting(Conflict::code).contains(Conflict.Code.SERVER_BUDGET);
                cluster.node(1).resume();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> db.status()
                                .sizing()
                                .orElseThrow()
                                .nodes()
                                .get(1)
                                .node()
                                .budget()
                                .isPresent());
                await().atMost(Duration.ofSeconds(10)).until(() -> !warned.isEmpty());
                assertThat(warned).singleElement().asString().contains("node-2").contains("[SERVER_BUDGET]");
            }
        } finally {
            cluster.node(1).resume();
        }
    }

    @Test
    void a_contradiction_in_what_was_declared_is_refused_before_the_first_connection() {
        DatabaseConfig config = config().primary("no-such-host.invalid")
                .workload(workload -> workload.maxConcurrentRequests(16).connectionsPerRequest(2))
                .pool(8, 2, Duration.ofSeconds(5))
                .build();

        assertThatThrownBy(() -> Database.open(config).close())
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("16 requests at once × (2 − 1) + 1 = 17 connections are needed");
    }

    @Test
    void a_pooler_that_shares_sessions_takes_the_budget_upon_itself() throws Exception {
        DatabaseConfig config = config().pool(30, 10, Duration.ofSeconds(5))
                .workload(workload -> workload.instances(4).deploySurge(1))
                .session(SessionConfig.builder().pooler(Pooler.TRANSACTION).build())
                .build();
        assertThat(Database.planWithServers(config).conflicts()).isEmpty();
    }

    @Test
    void servers_that_cannot_be_reached_are_in_the_plan_with_the_reason() throws Exception {
        SizingPlan plan = Database.planWithServers(
                config().primary("localhost:1").replicas().build());

        assertThat(plan.warnings())
                .singleElement()
                .returns(Conflict.Code.NOT_ASKED, Conflict::code)
                .satisfies(warning -> assertThat(warning.sentence()).contains("REFUSED"));
    }

    private DatabaseConfig.Builder config() {
        return TestConfigs.of(cluster);
    }

    private Connection connect(String applicationName) throws SQLException {
        Properties p = new Properties();
        p.setProperty("user", "appuser");
        p.setProperty("password", cluster.password("appuser"));
        p.setProperty("ApplicationName", applicationName);
        return DriverManager.getConnection(cluster.primary().jdbcUrl(), p);
    }

    private int sessions() throws SQLException {
        return Integer.parseInt(cluster.primary()
                .execute("select count(*) from pg_stat_activity where application_name = 'penstock'")
                .get(0)
                .get(0));
    }
}
