package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.secret.Credentials;
import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.testkit.PostgresCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** A password that changes while the database is in use. */
@TestInstance(Lifecycle.PER_CLASS)
class RotationIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private PostgresCluster cluster;

    @BeforeAll
    void start() {
        cluster = PostgresCluster.builder().tls(true).start();
    }

    @AfterAll
    void end() {
        threads.shutdownNow();
        cluster.close();
    }

    @Test
    void the_secret_first_and_the_server_later_fails_no_borrow(@TempDir Path directory) throws Exception {
        Path secret = inPlace(directory, "first-1");
        changeOnServer("first-1");
        rotateUnderLoad(secret, () -> Files.writeString(secret, "first-2\n"), () -> changeOnServer("first-2"));
    }

    @Test
    void the_server_first_and_the_secret_later_fails_no_borrow(@TempDir Path directory) throws Exception {
        Path secret = inPlace(directory, "second-1");
        changeOnServer("second-1");
        rotateUnderLoad(secret, () -> changeOnServer("second-2"), () -> replace(secret, "second-2"));
    }

    @Test
    void a_kubernetes_swap_of_the_whole_directory_is_seen_three_times_in_a_row(@TempDir Path directory)
            throws Exception {
        Path secret = kubernetes(directory, "swap-0");
        changeOnServer("swap-0");
        for (int i = 1; i <= 3; i++) {
            String next = "swap-" + i;
            rotateUnderLoad(secret, () -> swap(directory, next), () -> changeOnServer(next));
        }
    }

    @Test
    void a_wrong_password_is_told_within_a_quarter_second_and_hardly_asks_the_server_again(@TempDir Path directory)
            throws Exception {
        Path secret = inPlace(directory, "third-1");
        changeOnServer("third-1");
        try (Database db = Database.open(config(secret).build())) {
            changeOnServer("nobody-knows");
            // The monitor and the pools hold good sessions; new ones are refused.
            cluster.primary()
                    .execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'appuser'");
            await().atMost(SOON).until(() -> refusals() > 0);
            int before = refusals();
            Duration slowest = Duration.ZERO;
            long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
            while (System.nanoTime() - end < 0) {
                long start = System.nanoTime();
                SQLException error = failure(db);
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                assertThat(error.getSQLState()).isEqualTo("28P01");
                assertThat((Throwable) error).hasMessageContaining("refused the password of role 'appuser'");
                assertThat(took).isLessThan(Duration.ofSeconds(2));
                slowest = took.compareTo(slowest) > 0 ? took : slowest;
            }
            System.out.println("slowest refusal told: " + slowest.toMillis() + " ms");
            System.out.println("logins refused in 4 s: " + (refusals() - before));
            assertThat(refusals() - before).isLessThanOrEqualTo(6);
            replace(secret, "nobody-knows");
            await().atMost(SOON).ignoreExceptions().until(() -> db.writeReturning(Served::by) != null);
        }
    }

    @Test
    void a_provider_that_changes_the_role_as_well_is_followed(@TempDir Path directory) throws Exception {
        cluster.primary().execute("create role lease1 login password 'one'");
        cluster.primary().execute("create role lease2 login password 'two'");
        cluster.primary().execute("grant connect on database appdb to lease1");
        cluster.primary().execute("grant connect on database appdb to lease2");
        AtomicReference<Credentials> lease = new AtomicReference<>(new Credentials("lease1", Secret.of("one")));
        Queue<String> rotated = new ConcurrentLinkedQueue<>();
        try (Database db = Database.open(TestConfigs.of(cluster)
                .password(PasswordSource.credentialsProvider("leases", lease::get))
                .build())) {
            db.addListener(new DatabaseListener() {
                @Override
                public void passwordRotated(String role) {
                    rotated.add(role);
                }
            });
            assertThat(roleOf(db)).isEqualTo("lease1");
            lease.set(new Credentials("lease2", Secret.of("two")));
            cluster.primary()
                    .execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'lease1'");
            await().atMost(SOON).ignoreExceptions().until(() -> roleOf(db).equals("lease2"));
            await().atMost(SOON).until(() -> rotated.contains("lease2"));
        }
    }

    private static String roleOf(Database db) throws SQLException {
        return db.writeReturning(c -> {
            try (var statement = c.createStatement();
                    var row = statement.executeQuery("select current_user")) {
                row.next();
                return row.getString(1);
            }
        });
    }

    private interface Step {
        void run() throws Exception;
    }

    /** Opens and returns connections all the time, from an empty pool on, while both sides change one after the other. */
    private void rotateUnderLoad(Path secret, Step first, Step second) throws Exception {
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger served = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        try (Database db = Database.open(config(secret).build())) {
            List<Future<?>> load = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                load.add(threads.submit(() -> borrowUntil(stop, db, served, failures)));
            }
            moreThan(served, 100);
            first.run();
            moreThan(served, 100);
            int before = refusals();
            Future<?> between = threads.submit(() -> growPool(db, failures));
            // Either a login was refused and waits for the other side, or nothing had to wait.
            await().atMost(SOON).until(() -> refusals() > before || between.isDone());
            second.run();
            moreThan(served, 100);
            between.get();
            stop.set(true);
            for (Future<?> one : load) {
                one.get();
            }
            assertThat(failures).isEmpty();
        }
    }

    private static void moreThan(AtomicInteger served, int count) {
        int goal = served.get() + count;
        await().atMost(SOON).until(() -> served.get() > goal);
    }

    /** Takes every connection there may be, so that new ones must log in while the two sides differ. */
    private static Void growPool(Database db, Queue<Throwable> failures) throws SQLException {
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                all.add(db.writer().getConnection());
            }
        } catch (SQLException e) {
            failures.add(e);
        }
        for (Connection one : all) {
            one.close();
        }
        return null;
    }

    private static void borrowUntil(AtomicBoolean stop, Database db, AtomicInteger served, Queue<Throwable> failures) {
        while (!stop.get()) {
            try {
                db.write(c -> Served.run(c, "select 1"));
                served.incrementAndGet();
            } catch (SQLException e) {
                failures.add(e);
                return;
            }
        }
    }

    private static SQLException failure(Database db) {
        try {
            db.write(c -> Served.run(c, "select 1"));
        } catch (SQLException e) {
            return e;
        }
        throw new AssertionError("the write succeeded with a wrong password");
    }

    private int refusals() {
        return cluster.primary().log().split("password authentication failed", -1).length - 1;
    }

    private DatabaseConfig.Builder config(Path secret) {
        return TestConfigs.of(cluster).password(PasswordSource.file(secret)).timeouts(SOON, SOON);
    }

    private void changeOnServer(String password) throws SQLException {
        cluster.primary().execute("alter role appuser password '" + password + "'");
    }

    private static Path inPlace(Path directory, String password) throws IOException {
        return replace(directory.resolve("secret"), password);
    }

    private static Path replace(Path file, String password) throws IOException {
        Path next = Files.writeString(file.resolveSibling("next"), password + "\n");
        return Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** As the kubelet lays a secret out: {@code secret -> ..data/secret}, {@code ..data -> a directory of its own}. */
    private static Path kubernetes(Path directory, String password) throws IOException {
        swap(directory, password);
        return Files.createSymbolicLink(directory.resolve("secret"), Path.of("..data", "secret"));
    }

    private static void swap(Path directory, String password) throws IOException {
        Path next = Files.createTempDirectory(directory, "..2026");
        Files.writeString(next.resolve("secret"), password);
        Path link = directory.resolve("..data_tmp");
        Files.createSymbolicLink(link, next.getFileName());
        Files.move(
                link, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
