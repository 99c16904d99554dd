package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.PoolConfig;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.TimeoutConfig;
import dev.penstock.config.WriteOptions;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.PoolListener;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who holds the connections: callers who get none are told, and the log tells it when a database is closed too early. */
@PostgresTest(replicas = 0, tls = true)
class HoldersIT {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final WriteOptions WRITE = WriteOptions.defaults().deadline(SHORT);
    private static final ReadOptions READ = ReadOptions.defaults().deadline(SHORT);

    private final PrintStream standardError = System.err;

    @AfterEach
    void end() {
        System.setErr(standardError);
    }

    /** Closing waits for nobody. */
    private static Database open(PostgresCluster cluster, int places) throws SQLException {
        return Database.open(config(
                        cluster,
                        PoolConfig.builder()
                                .size(places)
                                .maxOverflow(0)
                                .timeout(LONG)
                                .recycle(Duration.ofHours(1))
                                .idleTimeout(Duration.ofMinutes(10))
                                .keepalive(Duration.ZERO)
                                .maxWaiting(1)
                                .build())
                .build());
    }

    private static DatabaseConfig.Builder config(PostgresCluster cluster, PoolConfig pool) {
        return TestConfigs.of(cluster)
                .pool(pool)
                .timeouts(TimeoutConfig.builder()
                        .connect(Duration.ofSeconds(10))
                        .statement(Duration.ofSeconds(60))
                        .close(Duration.ZERO)
                        .build());
    }

    @Test
    void a_borrow_that_times_out_names_a_handful_of_the_threads_that_hold_connections(PostgresCluster cluster)
            throws Exception {
        try (Database db = open(cluster, 7)) {
            for (int i = 0; i < 5; i++) {
                on("writer-" + i, () -> db.writer().getConnection());
            }
            on("reader-5", () -> db.reader().getConnection());
            on("reader-6", () -> db.reader().getConnection());
            assertThat(whyItWaited(() -> db.write(WRITE, c -> {})))
                    .containsPattern("\\. 7 of 7 in use: "
                            + "((writer-\\d #\\d+ \\(write\\)|reader-\\d #\\d+ \\(read\\))(, | and )){5}2 more\\."
                            + " Raise pool\\.size");
        }
    }

    @Test
    void a_read_nested_in_a_write_that_has_the_only_place_is_named_as_such(PostgresCluster cluster) throws Exception {
        try (Database db = open(cluster, 1)) {
            db.write(outer -> assertThat(whyItWaited(() -> db.read(READ, Served::by)))
                    .contains(". 1 of 1 in use: " + thisThread() + " (write). This thread borrowed one of them and has"
                            + " not returned it: ")
                    .doesNotContain("pool.size"));
            assertThat(db.read(Served::by).port()).isEqualTo(cluster.primary().port());
        }
    }

    @Test
    void reads_that_have_used_up_their_share_are_told_of_it_and_not_of_writes(PostgresCluster cluster)
            throws Exception {
        PoolConfig quarter = PoolConfig.builder()
                .size(4)
                .maxOverflow(0)
                .timeout(LONG)
                .recycle(Duration.ofHours(1))
                .idleTimeout(Duration.ofMinutes(10))
                .keepalive(Duration.ZERO)
                .primaryReadShare(0.25)
                .maxWaiting(1)
                .build();
        try (Database db = Database.open(config(cluster, quarter).build())) {
            on("reader", () -> db.reader().getConnection());
            db.write(outer -> assertThat(whyItWaited(() -> db.read(READ, Served::by)))
                    .containsPattern("\\. 1 of 1 for reads in use: reader #\\d+ \\(read\\)\\. Raise primary_read_share")
                    .doesNotContain("This thread"));
        }
    }

    @Test
    void who_finds_the_queue_full_is_told_who_holds_connections(PostgresCluster cluster) throws Exception {
        try (Database db = open(cluster, 1)) {
            Connection held = on("busy", () -> db.writer().getConnection());
            FutureTask<Void> waiter = new FutureTask<>(() -> {
                db.write(c -> {});
                return null;
            });
            new Thread(waiter, "waiter").start();
            await().atMost(LONG)
                    .until(() -> db.status().nodes().get(0).pools().stream().anyMatch(pool -> pool.waiting() == 1));
            assertThat(failure(() -> db.write(c -> {})).getMessage())
                    .contains("1 callers wait already")
                    .containsPattern("\\. 1 of 1 in use: busy #\\d+ \\(write\\)\\. Send fewer at once");
            held.close();
            waiter.get(LONG.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void how_long_connections_are_held_is_said_while_borrows_are_measured(PostgresCluster cluster) throws Exception {
        try (Database db = open(cluster, 1)) {
            db.addListener(new DatabaseListener() {
                @Override
                public PoolListener poolListener(String node, String purpose) {
                    return new PoolListener() {};
                }
            });
            on("slow", () -> db.writer().getConnection());
            assertThat(whyItWaited(() -> db.write(WRITE, c -> {})))
                    .containsPattern("1 of 1 in use: slow #\\d+ \\(write, \\d+ m?s\\)\\. Raise");
        }
    }

    @Test
    void a_thread_that_ended_without_returning_its_connection_is_named_and_not_kept(PostgresCluster cluster)
            throws Exception {
        try (Database db = open(cluster, 1)) {
            WeakReference<Thread> ended = leak(db);
            await().atMost(LONG).until(() -> {
                System.gc();
                return ended.get() == null;
            });
            assertThat(whyItWaited(() -> db.write(WRITE, c -> {}))).contains("1 of 1 in use: leak #");
        }
    }

    private static WeakReference<Thread> leak(Database db) throws Exception {
        FutureTask<Connection> task = new FutureTask<>(() -> db.writer().getConnection());
        Thread thread = new Thread(task, "leak");
        thread.start();
        assertThat(task.get(LONG.toSeconds(), TimeUnit.SECONDS).isClosed()).isFalse();
        return new WeakReference<>(thread);
    }

    @Test
    void closing_with_connections_out_says_in_one_line_which_threads_hold_them(PostgresCluster cluster)
            throws Exception {
        Database db = open(cluster, 3);
        on("report", () -> db.writer().getConnection());
        on("import", () -> db.reader().getConnection());
        assertThat(warningsOfClosing(db))
                .singleElement()
                .asString()
                .containsPattern("Connections still in use after 0 ms \\(timeouts\\.close\\) are broken, 2 in all:"
                        + " node-1: report #\\d+ \\(write\\), import #\\d+ \\(read\\)");
    }

    @Test
    void closing_with_every_connection_back_warns_of_nothing(PostgresCluster cluster) throws Exception {
        Database db = open(cluster, 3);
        db.write(c -> Served.run(c, "select 1"));
        assertThat(warningsOfClosing(db)).isEmpty();
    }

    private List<String> warningsOfClosing(Database db) {
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        db.close();
        System.setErr(standardError);
        return logged.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("WARN dev.penstock"))
                .toList();
    }

    /** What a call is told whose own time was over while it waited for its turn. */
    private static String whyItWaited(ThrowingCallable call) {
        Throwable waited = failure(call).getCause();
        assertThat(waited).isInstanceOf(SQLException.class);
        return waited.getMessage();
    }

    private static SQLException failure(ThrowingCallable call) {
        return catchThrowableOfType(SQLException.class, call);
    }

    private static <T> T on(String thread, Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        new Thread(task, thread).start();
        return task.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    private static String thisThread() {
        return Thread.currentThread().getName() + " #" + Thread.currentThread().getId();
    }
}
