package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.PoolConfig;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.CloseReason;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.PoolListener;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.TcpProxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * What {@code pool_size} and {@code max_overflow} do to a server in seventy seconds of callers that come and go, beside HikariCP with the mapping that
 * suggests itself. All cases run side by side, and print what docs/pools.md says. In {@code -Psoak} alone.
 */
@Tag("soak")
@Tag("long")
@TestInstance(Lifecycle.PER_CLASS)
class PoolSizeOverTimeIT {
    private static final int SECONDS = 70;
    private static final int PHASE = 12;
    private static final int IDLE = 10;
    private static final int MOST = 25;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private PostgresCluster cluster;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final long begun = System.nanoTime();
    private final SoftAssertions all = new SoftAssertions();

    @BeforeAll
    void start() {
        cluster = PostgresCluster.builder()
                .replicas(0)
                .tls(true)
                .setting("max_connections", "500")
                .start();
    }

    @AfterAll
    void end() {
        threads.shutdownNow();
        cluster.close();
    }

    /** Of one case: the sessions that the server counts each second, and how long callers waited. */
    private final class Seen {
        final String name;
        private volatile long began = System.nanoTime();
        final TreeMap<Integer, Integer> open = new TreeMap<>();
        final Queue<Long> waits = new ConcurrentLinkedQueue<>();
        final Queue<String> connects = new ConcurrentLinkedQueue<>();
        final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
        final AtomicInteger inside = new AtomicInteger();
        final AtomicBoolean stop = new AtomicBoolean();

        Seen(String name) {
            this.name = name;
        }

        /** Counts the time from the first connection on: what a busy machine takes until then is not what is measured. */
        void begin(DataSource source) throws SQLException {
            try (Connection first = source.getConnection()) {
                Served.run(first, "select 1");
            }
            began = System.nanoTime();
        }

        double seconds() {
            return (System.nanoTime() - began) / 1e9;
        }

        /** One call: waits for a connection, has the server hold it for so long, and pauses. */
        void call(DataSource source, double hold, double pause) {
            inside.incrementAndGet();
            long asked = System.nanoTime();
            try (Connection connection = source.getConnection()) {
                waits.add(System.nanoTime() - asked);
                Served.run(connection, "select pg_sleep(" + hold + ")");
            } catch (SQLException e) {
                if (!stop.get()) {
                    failures.add(e);
                }
            } finally {
                inside.decrementAndGet();
            }
            LockSupport.parkNanos((long) (pause * 1e9));
        }

        /** Counts once a second until the end of the case. */
        void watch(int seconds) throws SQLException {
            try (Connection watching = cluster.primary().connect()) {
                for (int second = 0; second <= seconds; second++) {
                    while (seconds() < second) {
                        LockSupport.parkNanos(5_000_000);
                    }
                    open.put(second, sessions(watching));
                }
            }
            stop.set(true);
        }

        /** In how many seconds it was otherwise: a second session of the monitor counts while it logs in. */
        int otherwise(int from, int until, IntPredicate expected) {
            return (int) open.subMap(from, until).values().stream()
                    .filter(count -> !expected.test(count))
                    .count();
        }

        private int sessions(Connection watching) throws SQLException {
            try (Statement statement = watching.createStatement();
                    ResultSet row = statement.executeQuery("select count(*) from pg_stat_activity"
                            + " where application_name = '" + name + "' and query not like '%penstock monitor%'")) {
                row.next();
                return row.getInt(1);
            }
        }

        String millis(double quantile) {
            long[] sorted = waits.stream().mapToLong(Long::longValue).sorted().toArray();
            return sorted.length == 0
                    ? "-"
                    : String.format("%.1f", sorted[(int) ((sorted.length - 1) * quantile)] / 1e6);
        }

        void print() {
            System.out.printf(
                    "%-28s each second %s%n%-28s connects %d (%.0f a minute), waits p50 %s p99 %s max %s ms, calls %d,"
                            + " failures %s%n",
                    name,
                    open.values(),
                    "",
                    connects.size(),
                    connects.size() * 60.0 / (name.startsWith("swap") ? SECONDS - PHASE : SECONDS),
                    millis(0.5),
                    millis(0.99),
                    millis(1),
                    waits.size(),
                    failures);
        }
    }

    private Database open(Seen seen, PoolConfig pool, String endpoint) throws SQLException {
        Database db = Database.open(TestConfigs.of(cluster)
                .primary(endpoint)
                .pool(pool)
                .applicationName(seen.name)
                .build());
        db.addListener(new DatabaseListener() {
            @Override
            public PoolListener poolListener(String node, String purpose) {
                return new PoolListener() {
                    @Override
                    public void opened(long nanos) {
                        List<PoolSnapshot> pools =
                                db.status().primary().orElseThrow().pools();
                        seen.connects.add(String.format(
                                "%.1f s: one more to %s, callers inside %d, open %s",
                                seen.seconds(),
                                purpose,
                                seen.inside.get(),
                                pools.stream()
                                        .map(one -> one.purpose() + " " + one.total())
                                        .collect(Collectors.joining(", "))));
                    }
                };
            }
        });
        return db;
    }

    private Database open(Seen seen, int size, int overflow) throws SQLException {
        return open(seen, pool(size, overflow, Duration.ofSeconds(120)), TestConfigs.endpoint(cluster.primary()));
    }

    private static PoolConfig pool(int size, int overflow, Duration keepalive) {
        return PoolConfig.builder()
                .size(size)
                .maxOverflow(overflow)
                .timeout(TIMEOUT)
                .recycle(Duration.ofSeconds(1800))
                .idleTimeout(Duration.ofSeconds(IDLE))
                .keepalive(keepalive)
                .maxWaiting(10_000)
                .build();
    }

    /** What suggests itself: {@code minimumIdle} for {@code pool_size}. */
    private HikariDataSource naive(Seen seen, int size, int overflow) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(cluster.primary().jdbcUrl());
        config.setUsername("appuser");
        config.setPassword(cluster.password("appuser"));
        config.addDataSourceProperty("ApplicationName", seen.name);
        config.addDataSourceProperty("sslmode", "require");
        config.setMaximumPoolSize(size + overflow);
        config.setMinimumIdle(size);
        config.setIdleTimeout(IDLE * 1000);
        return new HikariDataSource(config);
    }

    /** 3, 15 and 25 callers for {@link #PHASE} seconds each, and then nobody. */
    private Seen comeAndGo(Seen seen, DataSource source) throws Exception {
        seen.begin(source);
        IntUnaryOperator callersAt =
                second -> second < PHASE ? 3 : second < 2 * PHASE ? 15 : second < 3 * PHASE ? 25 : 0;
        load(
                seen,
                MOST,
                (caller, second) -> caller < callersAt.applyAsInt(second),
                caller -> seen.call(source, 0.1, 0.05));
        seen.watch(SECONDS);
        return seen;
    }

    private interface Present {
        boolean at(int caller, int second);
    }

    private interface Turn {
        void run(int caller);
    }

    private void load(Seen seen, int callers, Present present, Turn turn) {
        for (int i = 0; i < callers; i++) {
            int caller = i;
            threads.submit(() -> {
                while (!seen.stop.get()) {
                    if (present.at(caller, (int) seen.seconds())) {
                        turn.run(caller);
                    } else {
                        LockSupport.parkNanos(20_000_000);
                    }
                }
            });
        }
    }

    private Seen size(int size, int overflow) throws Exception {
        Seen seen = new Seen("penstock-" + size + "+" + overflow);
        try (Database db = open(seen, size, overflow)) {
            comeAndGo(seen, db.writer());
        }
        int most = Math.min(MOST, size + overflow);
        all.assertThat(seen.otherwise(4, PHASE, open -> open == 3))
                .as(seen.name + " with 3 callers")
                .isLessThan(2);
        all.assertThat(seen.open.get(2 * PHASE - 1))
                .as(seen.name + " with 15 callers")
                .isBetween(4, Math.min(15, size + overflow));
        all.assertThat(seen.open.get(3 * PHASE - 1))
                .as(seen.name + " with 25 callers")
                .isBetween(Math.min(16, most), most);
        all.assertThat(seen.otherwise(3 * PHASE + IDLE + 2, SECONDS, open -> open == size))
                .as(seen.name + ", idle")
                .isLessThan(2);
        all.assertThat(seen.failures).as(seen.name).isEmpty();
        return seen;
    }

    private Seen naively(int size, int overflow) throws Exception {
        Seen seen = new Seen("hikari-" + size + "+" + overflow);
        try (HikariDataSource source = naive(seen, size, overflow)) {
            comeAndGo(seen, source);
        }
        return seen;
    }

    /** Twelve callers that each change between writing and reading every two seconds; together, or one after the other. */
    private Seen swap(int size, int overflow, boolean together) throws Exception {
        Seen seen = new Seen("swap-" + size + "+" + overflow + (together ? "-together" : ""));
        try (Database db = open(seen, size, overflow)) {
            load(seen, 12, (caller, second) -> true, caller -> {
                // Twelve first logins are not what is measured.
                if (seen.seconds() < PHASE) {
                    seen.waits.clear();
                    seen.connects.clear();
                }
                double shift = together ? 0 : caller / 3.0;
                boolean reads = (int) ((seen.seconds() + shift) / 2) % 2 == 1;
                seen.call(reads ? db.reader() : db.writer(), 0.02, 0.03);
            });
            seen.watch(SECONDS);
        }
        all.assertThat(seen.failures).as(seen.name).isEmpty();
        // The server counts, and may not have seen yet that a session was closed for its successor.
        all.assertThat(seen.open.values()).as(seen.name).allMatch(open -> open <= size + overflow + 1);
        return seen;
    }

    /** Twenty-five threads that need a connection each at first, and then one for a millisecond in each second. */
    private Seen rarely(Seen seen, DataSource source) throws Exception {
        AtomicInteger first = new AtomicInteger(MOST);
        load(seen, MOST, (caller, second) -> true, caller -> {
            boolean begins = first.getAndDecrement() > 0;
            seen.call(source, begins ? 4 : 0.001, 1);
        });
        seen.watch(SECONDS);
        return seen;
    }

    private Seen rarely() throws Exception {
        Seen seen = new Seen("penstock-1ms-10+20");
        try (Database db = open(seen, 10, 20)) {
            rarely(seen, db.writer());
        }
        all.assertThat(seen.open.values()).as(seen.name).anyMatch(open -> open > 10);
        all.assertThat(seen.otherwise(IDLE + 12, SECONDS, open -> open <= 10))
                .as(seen.name)
                .isLessThan(2);
        all.assertThat(seen.failures).as(seen.name).isEmpty();
        return seen;
    }

    private Seen rarelyNaively() throws Exception {
        Seen seen = new Seen("hikari-1ms-10+20");
        try (HikariDataSource source = naive(seen, 10, 20)) {
            return rarely(seen, source);
        }
    }

    /** Nobody borrows for three lives of a connection. One login takes a few milliseconds, in which two may have ended. */
    private Seen recycled() throws Exception {
        Seen seen = new Seen("recycled-10+0");
        Shared.Times times = new Shared.Times(Duration.ofSeconds(20), Duration.ofSeconds(IDLE), Duration.ZERO);
        try (PoolsAlone alone = new PoolsAlone(
                TestConfigs.of(cluster)
                        .pool(10, 0, TIMEOUT)
                        .applicationName(seen.name)
                        .build(),
                times)) {
            alone.use(Purpose.WRITE, 10);
            Future<Double> below = threads.submit(() -> {
                int fewest = 10;
                int missed = 0;
                int taken = 0;
                while (!seen.stop.get()) {
                    int open = alone.open(Purpose.WRITE).size();
                    fewest = Math.min(fewest, open);
                    missed += open < 9 ? 1 : 0;
                    taken++;
                    LockSupport.parkNanos(2_000_000);
                }
                System.out.printf(
                        "%s: of %d samples %d below 9, fewest %d, closed %d%n",
                        seen.name, taken, missed, fewest, alone.closed.size());
                return missed / (double) taken;
            });
            threads.submit(() -> {
                while (!seen.stop.get()) {
                    LockSupport.parkNanos(1_000_000_000);
                    alone.pass(Duration.ofSeconds(1));
                }
            });
            seen.watch(SECONDS);
            all.assertThat(below.get())
                    .as(seen.name + ": share of the time below 9")
                    .isLessThan(0.02);
            all.assertThat(alone.closed).as(seen.name).hasSizeGreaterThan(20).containsOnly(CloseReason.LIFETIME);
        }
        all.assertThat(seen.otherwise(0, SECONDS, open -> open >= 9 && open <= 10))
                .as(seen.name)
                .isLessThan(3);
        return seen;
    }

    /** Nobody borrows until shortly before the end, through something that forgets connections on which nothing passes. */
    private Seen forgotten(Duration keepalive) throws Exception {
        Seen seen = new Seen("forgotten-keepalive-" + keepalive.toSeconds());
        try (TcpProxy proxy = cluster.primary().proxy();
                Database db = open(seen, pool(8, 0, keepalive), proxy.host() + ":" + proxy.port())) {
            proxy.forgetIdle(Duration.ofSeconds(45));
            hold(seen, db.writer());
            int before = seen.connects.size();
            seen.waits.clear();
            seen.watch(SECONDS - 10);
            hold(seen, db.writer());
            System.out.printf(
                    "%s: %d connections, %d opened afterwards%n", seen.name, before, seen.connects.size() - before);
            all.assertThat(seen.failures).as(seen.name).isEmpty();
            all.assertThat(seen.connects.size() - before).as(seen.name).isEqualTo(keepalive.isZero() ? before : 0);
        }
        return seen;
    }

    /** Eight connections at once, whatever a login takes. */
    private void hold(Seen seen, DataSource source) throws Exception {
        CyclicBarrier all = new CyclicBarrier(8);
        List<Callable<Void>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(() -> {
                long asked = System.nanoTime();
                try (Connection connection = source.getConnection()) {
                    seen.waits.add(System.nanoTime() - asked);
                    Served.run(connection, "select 1");
                    all.await(30, TimeUnit.SECONDS);
                }
                return null;
            });
        }
        for (Future<Void> call : threads.invokeAll(calls)) {
            call.get();
        }
    }

    @Test
    void pool_size_stays_overflow_goes_and_callers_wait_no_longer_than_they_must() throws Exception {
        List<Callable<Seen>> cases = List.of(
                () -> size(20, 0),
                () -> size(10, 10),
                () -> size(20, 10),
                () -> naively(20, 0),
                () -> naively(10, 10),
                () -> naively(20, 10),
                () -> swap(20, 10, true),
                () -> swap(20, 10, false),
                () -> swap(10, 10, true),
                () -> swap(20, 0, true),
                () -> swap(12, 0, true),
                () -> swap(12, 0, false),
                this::rarely,
                this::rarelyNaively,
                this::recycled,
                () -> forgotten(Duration.ofSeconds(30)),
                () -> forgotten(Duration.ZERO));
        List<Seen> done = new ArrayList<>();
        for (Future<Seen> one : threads.invokeAll(cases)) {
            done.add(one.get());
        }
        done.forEach(Seen::print);
        for (Seen one : done) {
            if (one.name.startsWith("penstock-") && !one.name.contains("1ms")) {
                System.out.println(one.name + ", connect by connect:");
                one.connects.forEach(System.out::println);
            }
        }
        System.out.printf("pools: %.0f s%n", (System.nanoTime() - begun) / 1e9);
        all.assertAll();
        assertThat(done).hasSize(cases.size());
    }
}
