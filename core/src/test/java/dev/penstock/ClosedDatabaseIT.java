package dev.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.TimeoutConfig;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.PoolListener;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.TlsConfig;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is left of a database that was used and closed, by a thread that goes on, as a web server's do: nothing. */
@PostgresTest(replicas = 1, tls = true)
class ClosedDatabaseIT {
    /** Each loads everything anew. One would not tell a first loader that is kept from a last one. */
    private static final int LOADERS = 3;

    /** What an application does; public, because it is called out of another loader. */
    public static final class Application {
        private Application() {}

        /** Uses a database in every way, on the calling thread, and closes it while a connection is lent. */
        public static Object useAndClose(String primary, String replica, String ca, String secret) throws SQLException {
            DatabaseConfig config = DatabaseConfig.builder()
                    .primary(primary)
                    .replicas(replica)
                    .database("appdb")
                    .user("appuser")
                    .password(PasswordSource.file(Path.of(secret)))
                    .tls(TlsConfig.verifyFull(Path.of(ca)))
                    .timeouts(TimeoutConfig.builder()
                            .connect(Duration.ofSeconds(10))
                            .statement(Duration.ofSeconds(60))
                            .close(Duration.ZERO)
                            .build())
                    .build();
            Listening listener = new Listening();
            try (Database db = Database.open(config)) {
                db.addListener(listener);
                db.warmUp();
                db.write(c -> Served.run(c, "select 1"));
                db.read(c -> Served.by(c));
                db.session().run(() -> db.write(c -> Served.run(c, "select 2")));
                try (Connection lazy = db.dataSource().getConnection()) {
                    Served.run(lazy, "select 3");
                }
                Connection lent = db.writer().getConnection();
                Served.run(lent, "select 4");
            }
            return listener;
        }

        /** As a server does for its applications; a driver that registered itself would keep its loader. */
        public static void deregisterDrivers() throws SQLException {
            for (Driver driver : DriverManager.drivers().toList()) {
                if (driver.getClass().getClassLoader() == Application.class.getClassLoader()) {
                    DriverManager.deregisterDriver(driver);
                }
            }
        }
    }

    private static final class Listening implements DatabaseListener {
        @Override
        public PoolListener poolListener(String node, String purpose) {
            return new PoolListener() {};
        }
    }

    @Test
    void a_thread_that_lives_on_keeps_no_database_that_it_has_used(PostgresCluster cluster) throws SQLException {
        List<WeakReference<Object>> listeners = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            listeners.add(new WeakReference<>(useAndClose(cluster)));
        }
        awaitCollected(listeners);
    }

    private static Object useAndClose(PostgresCluster cluster) throws SQLException {
        return Application.useAndClose(
                TestConfigs.endpoint(cluster.primary()),
                TestConfigs.endpoint(cluster.replicas().get(0)),
                cluster.certificates().caFile().toString(),
                cluster.secretFile("appuser").toString());
    }

    @Test
    void an_application_that_was_redeployed_leaves_no_class_loader_behind(PostgresCluster cluster) throws Exception {
        // In a JVM that keeps nothing for being softly reachable, as others do once they need the memory.
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:SoftRefLRUPolicyMSPerMB=0",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Server.class.getName(),
                        TestConfigs.endpoint(cluster.primary()),
                        TestConfigs.endpoint(cluster.replicas().get(0)),
                        cluster.certificates().caFile().toString(),
                        cluster.secretFile("appuser").toString())
                .inheritIO()
                .start();
        try {
            assertThat(server.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isZero();
        } finally {
            server.destroyForcibly();
        }
    }

    /** Deploys and undeploys the application again and again, on one thread, and ends with 0 when nothing is left of it. */
    public static final class Server {
        private Server() {}

        public static void main(String[] arguments) throws Exception {
            List<WeakReference<Object>> loaders = new ArrayList<>();
            for (int i = 0; i < LOADERS; i++) {
                loaders.add(new WeakReference<>(deployAndUndeploy(arguments)));
            }
            awaitCollected(loaders);
        }
    }

    private static Object deployAndUndeploy(String... arguments) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(everything(), ClassLoader.getPlatformClassLoader())) {
            thread.setContextClassLoader(loader);
            Class<?> application = Class.forName(Application.class.getName(), true, loader);
            assertThat(application.getClassLoader()).isSameAs(loader);
            application
                    .getMethod("useAndClose", String.class, String.class, String.class, String.class)
                    .invoke(null, (Object[]) arguments);
            application.getMethod("deregisterDrivers").invoke(null);
            return loader;
        } finally {
            thread.setContextClassLoader(usual);
        }
    }

    private static URL[] everything() throws MalformedURLException {
        Set<URL> urls = new LinkedHashSet<>();
        urls.add(place(Application.class));
        urls.add(place(Database.class));
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(path).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }

    private static URL place(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    private static void awaitCollected(List<WeakReference<Object>> references) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> {
                    System.gc();
                    assertThat(references).allMatch(reference -> reference.get() == null);
                });
    }
}
