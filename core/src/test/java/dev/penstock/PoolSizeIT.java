package dev.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.StartPolicy;
import dev.penstock.config.WorkloadConfig;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.observe.WarmUp;
import dev.penstock.sizing.Bound.Kind;
import dev.penstock.sizing.PoolSize;
import dev.penstock.sizing.WorkloadPreset;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.violation.InvalidConfigException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes that are found, as pg_stat_activity shows them, on a server of 100 connections, 97 of which an ordinary role may use. */
@TestInstance(Lifecycle.PER_CLASS)
class PoolSizeIT {
    private PostgresCluster cluster;
    private final AtomicInteger names = new AtomicInteger();

    @BeforeAll
    void start() {
        cluster = PostgresCluster.builder()
                .replicas(1)
                .tls(true)
                .setting("max_connections", "100")
                .start();
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    /** Empty cells are not declared. What is warmed up is pool_size, and under load there is the ceiling and no more. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "nothing,                      ,           ,    ,  ,    ,  ,  , 20, 10, DEFAULT",
        "only the rate,                ,        500,    ,  ,    ,  ,  , 30, 20, PRESET",
        "only concurrency,             ,           ,    ,  ,  20, 2,  , 20, 10, DEFAULT",
        "the guides' example,          ,        500,  50,  , 100, 1,  , 20, 10, REQUEST_FORMULA",
        "the same with a wait target,  ,        500,  50, 5, 100, 1,  , 24, 12, WAIT_TARGET",
        "a workload,                   LOW,        ,    ,  ,    ,  ,  ,  5,  5, PRESET",
        "a workload with a load,       LOW,     500,  50,  ,    ,  ,  , 20, 10, REQUEST_FORMULA",
        "four instances,               ,        500,  50,  , 100, 1, 4, 12,  6, SERVER_BUDGET",
    })
    void a_size_that_was_found_is_what_the_server_sees(
            String name,
            WorkloadPreset preset,
            Integer perSecond,
            Integer queryMillis,
            Integer waitMillis,
            Integer requests,
            Integer each,
            Integer instances,
            int size,
            int overflow,
            Kind rule)
            throws Exception {
        WorkloadConfig workload = WorkloadConfig.builder()
                .instances(instances)
                .deploySurge(1)
                .requestsPerSecond(perSecond)
                .avgQueryTimeMillis(queryMillis)
                .p99WaitMillis(waitMillis)
                .maxConcurrentRequests(requests)
                .connectionsPerRequest(each == null ? 1 : each)
                .preset(preset)
                .build();
        String application = "auto-" + names.incrementAndGet();
        DatabaseConfig config = config(workload).applicationName(application).build();
        try (Database db = Database.open(config)) {
            PoolSize found = db.status().sizing().orElseThrow().size();
            System.out.println(name + ": " + found);
            assertThat(found.pool()).hasToString(size + " + " + overflow);
            assertThat(found.rule().kind()).isEqualTo(rule);
            assertThat(db.status().info().poolSize()).isEqualTo(size);
            assertThat(db.status().info().ceiling()).isEqualTo(size + overflow);

            // A primary whose replica has not answered yet would share its connections between both pools.
            assertThat(db.await(
                            status -> status.nodes().stream()
                                    .allMatch(node -> node.state().serves()),
                            Duration.ofSeconds(20)))
                    .isTrue();
            assertThat(db.warmUp()).extracting(WarmUp::opened).containsOnly(size);
            assertThat(sessions(application)).isEqualTo(size + 1);

            atTheCeiling(
                    db, size + overflow, () -> assertThat(sessions(application)).isEqualTo(size + overflow + 1));
        }
    }

    private interface Look {
        void look() throws SQLException;
    }

    /** That many connections are lent, and one more caller waits. */
    private static void atTheCeiling(Database db, int ceiling, Look look) throws Exception {
        List<Connection> held = new ArrayList<>();
        CompletableFuture<Void> oneMore = new CompletableFuture<>();
        Thread last = new Thread(() -> {
            try {
                db.writer().getConnection().close();
                oneMore.complete(null);
            } catch (SQLException e) {
                oneMore.completeExceptionally(e);
            }
        });
        try {
            for (int i = 0; i < ceiling; i++) {
                held.add(db.writer().getConnection());
            }
            last.start();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> db.status().primary().orElseThrow().pools().stream()
                                    .mapToInt(PoolSnapshot::waiting)
                                    .sum()
                            == 1);
            look.look();
        } finally {
            for (Connection one : held) {
                one.close();
            }
        }
        oneMore.get(20, TimeUnit.SECONDS);
    }

    /** The fleet as it is declared, each with more callers than connections; then a deploy adds one. */
    @Test
    void four_instances_and_a_fifth_during_a_deploy_fit_into_a_server_of_a_hundred() throws Exception {
        WorkloadConfig workload = WorkloadConfig.builder()
                .instances(4)
                .deploySurge(1)
                .requestsPerSecond(500)
                .avgQueryTimeMillis(50)
                .p99WaitMillis(5)
                .maxConcurrentRequests(100)
                .connectionsPerRequest(1)
                .build();
        Map<String, Integer> failures = new ConcurrentHashMap<>();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger done = new AtomicInteger();
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Database> fleet = new ArrayList<>();
        try {
            List<Future<Database>> opening = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int instance = i;
                opening.add(threads.submit(() -> instance(workload, instance)));
            }
            List<Future<?>> callers = new ArrayList<>();
            for (Future<Database> one : opening) {
                fleet.add(one.get(30, TimeUnit.SECONDS));
            }
            fleet.forEach(db -> callers.addAll(load(db, threads, stop, done, failures)));
            awaitFull(fleet);
            Database fifth = instance(workload, 4);
            fleet.add(fifth);
            callers.addAll(load(fifth, threads, stop, done, failures));
            awaitFull(fleet);
            int together = sessions("fleet");
            int before = done.get();
            await().atMost(Duration.ofSeconds(60)).until(() -> done.get() > before + 500);
            stop.set(true);
            for (Future<?> caller : callers) {
                caller.get(40, TimeUnit.SECONDS);
            }
            System.out.println(done.get() + " borrows, " + together + " sessions, failures " + failures);

            assertThat(failures).isEmpty();
            assertThat(cluster.primary().log())
                    .doesNotContain("too many clients")
                    .doesNotContain("remaining connection slots");
            assertThat(together).isEqualTo(5 * (18 + 1));
            await("overflow goes when nobody needed it for idle_timeout")
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> sessions("fleet") == 5 * (12 + 1));
            assertThat(fleet)
                    .allSatisfy(db -> assertThat(
                                    db.status().sizing().orElseThrow().size().pool())
                            .hasToString("12 + 6"));
            assertThat(fleet)
                    .allSatisfy(
                            db -> assertThat(db.status().sizing().orElseThrow().refusals())
                                    .isEmpty());
        } finally {
            stop.set(true);
            threads.shutdown();
            fleet.forEach(Database::close);
        }
    }

    private Database instance(WorkloadConfig workload, int number) throws SQLException {
        return Database.open(config(workload)
                .pool(pool -> pool.idleTimeout(Duration.ofSeconds(10)))
                .applicationName("fleet/" + number)
                .build());
    }

    private static List<Future<?>> load(
            Database db,
            ExecutorService threads,
            AtomicBoolean stop,
            AtomicInteger done,
            Map<String, Integer> failures) {
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            callers.add(threads.submit(() -> {
                while (!stop.get()) {
                    try {
                        db.write(c -> Served.run(c, "select pg_sleep(0.02)"));
                        done.incrementAndGet();
                    } catch (SQLException e) {
                        failures.merge(e.getSQLState(), 1, Integer::sum);
                    }
                }
            }));
        }
        return callers;
    }

    private static void awaitFull(List<Database> fleet) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> fleet.stream()
                        .allMatch(db -> db.status().primary().orElseThrow().pools().stream()
                                        .mapToInt(PoolSnapshot::total)
                                        .sum()
                                == db.status().info().ceiling()));
    }

    /** Both share what the server leaves by need: (97 / 5 − 2 monitors) = 17, 8 for each. */
    @Test
    void two_databases_of_one_process_share_the_server_by_need() throws Exception {
        WorkloadConfig four =
                WorkloadConfig.builder().instances(4).deploySurge(1).build();
        DatabaseConfig shop = config(four).applicationName("pair-shop").build();
        DatabaseConfig temporal = config(four).applicationName("pair-temporal").build();
        DatabaseConfig byHand = TestConfigs.of(cluster)
                .applicationName("by-hand")
                .pool(8, 0, Duration.ofSeconds(5))
                .build();
        try (Database one = Database.open(copy(shop).alongside(temporal).build());
                Database other = Database.open(copy(temporal).alongside(shop).build())) {
            assertThat(pool(one)).isEqualTo("6 + 2");
            assertThat(pool(other)).isEqualTo("6 + 2");
            assertThat(one.status().sizing().orElseThrow().refusals()).isEmpty();
        }
        try (Database one = Database.open(copy(shop).alongside(byHand).build())) {
            assertThat(pool(one)).isEqualTo("6 + 3");
        }
    }

    @Test
    void limits_of_role_and_database_cut_as_well() throws Exception {
        cluster.primary().execute("alter role appuser connection limit 60");
        cluster.primary().execute("alter database appdb connection limit 65");
        cluster.replicas().forEach(replica -> replica.awaitReplay());
        try (Database db = Database.open(
                config(WorkloadConfig.builder().instances(4).deploySurge(1).build())
                        .build())) {
            PoolSize size = db.status().sizing().orElseThrow().size();
            assertThat(size.pool()).hasToString("8 + 3");
            assertThat(size.rule().kind()).isEqualTo(Kind.ROLE_LIMIT);
            assertThat(size.next()).get().returns(Kind.DATABASE_LIMIT, bound -> bound.kind());
        } finally {
            cluster.primary().execute("alter role appuser connection limit -1");
            cluster.primary().execute("alter database appdb connection limit -1");
        }
    }

    @Test
    void a_server_that_has_not_said_what_it_admits_cuts_nothing_and_only_warns_later() throws Exception {
        DatabaseConfig config = config(
                        WorkloadConfig.builder().instances(4).deploySurge(1).build())
                .start(StartPolicy.ANY)
                .build();
        cluster.primary().suspend();
        try (Database db = Database.open(config)) {
            PoolSize size = db.status().sizing().orElseThrow().size();
            assertThat(size.notes())
                    .singleElement()
                    .asString()
                    .contains("node-1")
                    .contains("not known");
            // What the replica admits is known.
            assertThat(size.pool()).hasToString("12 + 6");
            cluster.primary().resume();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> db.status().sizing().orElseThrow().nodes().stream()
                            .allMatch(server -> server.node().budget().isPresent()));
            assertThat(db.status().sizing().orElseThrow().size()).isEqualTo(size);
        } finally {
            cluster.primary().resume();
        }
    }

    @Test
    void a_deadlock_floor_that_the_server_has_no_room_for_is_refused() {
        DatabaseConfig config = config(WorkloadConfig.builder()
                        .instances(4)
                        .deploySurge(1)
                        .maxConcurrentRequests(16)
                        .connectionsPerRequest(3)
                        .build())
                .build();

        assertThatThrownBy(() -> Database.open(config).close())
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("16 requests at once × (3 − 1) + 1 = 33")
                .hasMessageContaining("the pool has 18 (12 + 6)");
    }

    private static String pool(Database db) {
        return db.status().sizing().orElseThrow().size().pool().toString();
    }

    private DatabaseConfig.Builder config(WorkloadConfig workload) {
        return TestConfigs.of(cluster)
                .pool(pool -> pool.auto().maxOverflow(null))
                .workload(workload);
    }

    private DatabaseConfig.Builder copy(DatabaseConfig config) {
        return config(config.workload()).applicationName(config.applicationName());
    }

    private int sessions(String application) throws SQLException {
        return Integer.parseInt(cluster.primary()
                .execute("select count(*) from pg_stat_activity where application_name = '" + application
                        + "' or application_name like '" + application + "/%'")
                .get(0)
                .get(0));
    }
}
