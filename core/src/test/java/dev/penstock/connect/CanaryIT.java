package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.violation.InvalidConfigException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.assertj.core.api.AbstractBooleanAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** One password through the whole life of a database, right and wrong: it is in nothing that anybody can read. */
@TestInstance(Lifecycle.PER_CLASS)
class CanaryIT {
    private static final String RIGHT = "C4nary0Pa55w0rd";
    private static final String WRONG = "C4nary0Wr0ng";
    private static final int TRACE = 0;

    private PostgresCluster cluster;

    @TempDir
    private Path directory;

    @BeforeAll
    void start() {
        cluster = PostgresCluster.builder().replicas(1).tls(true).start();
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    /** Before anybody listens: the driver logs what a statement says, and this one says the password. */
    @BeforeEach
    void makeThePasswordTheRoles() throws SQLException {
        cluster.primary().execute("alter role appuser password '" + RIGHT + "'");
        cluster.awaitReplicas();
    }

    /** Where the password is written. */
    enum Place {
        URI {
            @Override
            DatabaseConfig load(CanaryIT test, String password) {
                return DatabaseConfig.fromUri(
                        test.uri("appuser:" + password, test.cluster.primary().port()), Map.of());
            }
        },
        ENVIRONMENT {
            @Override
            DatabaseConfig load(CanaryIT test, String password) {
                Map<String, String> environment = test.environment();
                environment.put("POSTGRES_APP_USER_PW", password);
                return DatabaseConfig.fromEnvironment(environment);
            }
        },
        REPLICA_URI {
            @Override
            DatabaseConfig load(CanaryIT test, String password) {
                Map<String, String> environment = test.environment();
                environment.put("POSTGRES_APP_USER_PW", password);
                environment.put(
                        "DATABASE_REPLICA_URL",
                        test.uri("appuser:" + password, test.cluster.node(1).port()));
                return DatabaseConfig.fromEnvironment(environment);
            }
        },
        YAML {
            @Override
            DatabaseConfig load(CanaryIT test, String password) throws IOException {
                return test.yaml("  password: " + password + "\n");
            }
        },
        FILE {
            @Override
            DatabaseConfig load(CanaryIT test, String password) throws IOException {
                Path secret = Files.writeString(test.directory.resolve("secret"), password + "\n");
                return test.yaml("  user_pw_file_path: " + secret + "\n");
            }
        },
        BUILDER {
            @Override
            DatabaseConfig load(CanaryIT test, String password) {
                return TestConfigs.of(test.cluster)
                        .password(PasswordSource.literal(password))
                        .build();
            }
        };

        abstract DatabaseConfig load(CanaryIT test, String password) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void a_password_that_the_server_takes_is_seen_nowhere(Place place) throws Exception {
        try (Overheard overheard = Overheard.begin()) {
            DatabaseConfig config = place.load(this, RIGHT);
            overheard.add(config);
            try (Database db = Database.open(config);
                    Connection c = db.writer().getConnection()) {
                db.write(session -> Served.run(session, "select 1"));
                Served served = db.read(Served::by);
                overheard.add(served, db, db.status(), db.reader(), db.writer(), db.migrations(), db.unpooled());
                overheard.add(c, c.getMetaData().getURL(), c.getMetaData().getUserName(), c.getClientInfo());
                overheard.add(catchThrowable(() -> Served.run(c, "select nothing from nowhere")));
                overheard.lookAround();
            }
            assertThat(overheard.text()).contains("FE=> StartupPacket").contains("HikariPool");
            assertIsIn(overheard).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_password_that_the_server_refuses_is_seen_nowhere(Place place) throws Exception {
        try (Overheard overheard = Overheard.begin()) {
            DatabaseConfig config = place.load(this, WRONG);
            Throwable refused = catchThrowable(() -> Database.open(config).close());
            overheard.add(config);
            overheard.add(refused);
            overheard.lookAround();
            assertThat(overheard.text()).contains("AUTH_FAILED");
            assertIsIn(overheard).isFalse();
        }
    }

    @Test
    void a_password_that_is_refused_in_mid_session_is_seen_nowhere() throws Exception {
        try (Overheard overheard = Overheard.begin();
                Database db = Database.open(Place.FILE.load(this, RIGHT))) {
            cluster.primary().execute("alter role appuser password 'nobody-knows'");
            cluster.awaitReplicas();
            cluster.primary()
                    .execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'appuser'");
            await().until(() -> {
                Throwable refused = catchThrowable(() -> db.write(session -> Served.run(session, "select 1")));
                return refused != null && overheard.add(refused).contains("AUTH_FAILED");
            });
            overheard.add(db.status());
            overheard.lookAround();
            assertIsIn(overheard).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:1", "no-such-host.invalid:5432"})
    void a_server_that_cannot_be_reached_does_not_show_the_password(String server) throws Exception {
        try (Overheard overheard = Overheard.begin()) {
            DatabaseConfig config = DatabaseConfig.fromUri(
                    "postgresql://appuser:" + RIGHT + "@" + server + "/appdb?connect_timeout=2", Map.of());
            overheard.add(config);
            Throwable unreachable = catchThrowable(() -> Database.open(config).close());
            assertThat(unreachable).isInstanceOf(SQLException.class);
            overheard.add(unreachable);
            overheard.lookAround();
            assertIsIn(overheard).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://appuser:%s@db-1:x/shop",
                "postgresql://appuser:%s/@db-1/shop",
                "postgresql://appuser:%s@db-1/shop?sslmode=nonsense&pool_size=0",
                "postgresql://appuser@db-1/shop?password=%s&unknown=1"
            })
    void a_connection_string_that_is_refused_does_not_show_the_password(String form) throws Exception {
        try (Overheard overheard = Overheard.begin()) {
            Throwable refused = catchThrowable(() -> DatabaseConfig.fromUri(form.formatted(RIGHT), Map.of()));
            assertThat(refused).isInstanceOf(InvalidConfigException.class);
            overheard.add(refused);
            overheard.add(((InvalidConfigException) refused).violations());
            assertIsIn(overheard).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"the driver's log", "our log", "Hikari's log", "a suppressed exception", "a thread's name", "JMX"
            })
    void a_canary_that_is_planted_is_found(String where) throws Exception {
        try (Overheard overheard = Overheard.begin()) {
            assertIsIn(overheard).isFalse();
            plant(where, overheard);
            assertIsIn(overheard).isTrue();
        }
    }

    private static void plant(String where, Overheard overheard) throws Exception {
        switch (where) {
            case "the driver's log" -> Logger.getLogger("org.postgresql.core").log(Level.FINEST, "{0}", RIGHT);
            case "our log" -> ConnectLog.LOG.trace("it is {}", RIGHT);
            case "Hikari's log" ->
                LoggerFactory.getLogger("com.zaxxer.hikari.HikariConfig").debug(RIGHT);
            case "a suppressed exception" -> {
                Exception error = new SQLException("outer");
                error.addSuppressed(new IOException(new IllegalStateException(RIGHT)));
                overheard.add(error);
            }
            case "a thread's name" -> named(RIGHT, overheard::lookAround);
            default -> {
                System.setProperty("penstock.canary", RIGHT);
                overheard.lookAround();
                System.clearProperty("penstock.canary");
            }
        }
    }

    private interface Look {
        void run() throws JMException;
    }

    private static void named(String name, Look look) throws JMException {
        String before = Thread.currentThread().getName();
        Thread.currentThread().setName(name);
        try {
            look.run();
        } finally {
            Thread.currentThread().setName(before);
        }
    }

    private static AbstractBooleanAssert<?> assertIsIn(Overheard overheard) {
        String text = overheard.text();
        List<String> lines = text.lines().filter(CanaryIT::isCanary).toList();
        return assertThat(!lines.isEmpty()).as("lines with a canary: %s", lines);
    }

    private static boolean isCanary(String line) {
        return List.of(RIGHT, WRONG).stream()
                .anyMatch(secret -> line.contains(secret)
                        || line.contains(Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8))));
    }

    private String uri(String login, int port) {
        return "postgresql://" + login + "@localhost:" + port + "/" + cluster.database()
                + "?sslmode=verify-full&sslrootcert=" + cluster.certificates().caFile();
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("DATABASE_URL", uri("appuser", cluster.primary().port()));
        return environment;
    }

    private DatabaseConfig yaml(String line) throws IOException {
        String text = "database:\n  url: " + uri("appuser", cluster.primary().port()) + "\n" + line;
        return DatabaseConfig.load(Files.writeString(directory.resolve("config.yaml"), text), Map.of());
    }

    /** Everything that is logged at the finest level meanwhile, and what is shown to it. */
    private static final class Overheard extends Handler implements AutoCloseable {
        private static final List<String> LOGGERS = List.of(
                "dev.penstock.connect",
                "dev.penstock.pool",
                "dev.penstock.routing",
                "dev.penstock.topology",
                "com.zaxxer.hikari.HikariConfig",
                "com.zaxxer.hikari.HikariDataSource",
                "com.zaxxer.hikari.pool.HikariPool",
                "com.zaxxer.hikari.pool.PoolBase",
                "com.zaxxer.hikari.util.DriverDataSource");

        private final Logger driver = Logger.getLogger("org.postgresql");
        private final Level driverLevel = driver.getLevel();
        private final Queue<String> heard = new ConcurrentLinkedQueue<>();
        private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        private final PrintStream standardError = System.err;
        private final Map<String, Integer> levels = new HashMap<>();

        static Overheard begin() throws ReflectiveOperationException {
            Overheard overheard = new Overheard();
            overheard.driver.setLevel(Level.FINEST);
            overheard.driver.setUseParentHandlers(false);
            overheard.driver.addHandler(overheard);
            System.setErr(new PrintStream(overheard.printed, true, StandardCharsets.UTF_8));
            for (String name : LOGGERS) {
                overheard.levels.put(name, level(name).getInt(LoggerFactory.getLogger(name)));
                level(name).setInt(LoggerFactory.getLogger(name), TRACE);
            }
            return overheard;
        }

        /** slf4j-simple reads its levels once per process, so a test that wants another one has to reach into it. */
        private static Field level(String logger) throws ReflectiveOperationException {
            Class<?> simple = LoggerFactory.getLogger(logger).getClass();
            Field level = simple.getDeclaredField("currentLogLevel");
            level.setAccessible(true);
            return level;
        }

        void add(Object... shown) {
            for (Object each : shown) {
                heard.add(String.valueOf(each));
            }
        }

        void add(DatabaseConfig config) {
            add(config.warnings(), config.origins(), config.endpoints(), config.password(), config.roles());
            add(config.session(), config.tls(), config.pool(), config.timeouts(), config.replicaLogins());
            config.endpoints().forEach(endpoint -> add(config.login(endpoint), config.readLogin(endpoint)));
            add((Object) config, Database.settings(config));
        }

        String add(Throwable thrown) {
            assertThat(thrown).isNotNull();
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace, true));
            heard.add(trace.toString());
            return trace.toString();
        }

        /** The names of the threads and whatever JMX tells. */
        void lookAround() throws JMException {
            Thread.getAllStackTraces().keySet().forEach(thread -> heard.add(thread.getName()));
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            for (ObjectName name : beans.queryNames(null, null)) {
                for (MBeanAttributeInfo attribute : beans.getMBeanInfo(name).getAttributes()) {
                    heard.add(name + " " + attribute.getName() + " = " + told(beans, name, attribute));
                }
            }
        }

        /** Some attributes are not supported by this JVM: what they answer instead is looked at as well. */
        private static String told(MBeanServer beans, ObjectName name, MBeanAttributeInfo attribute) {
            try {
                return Arrays.deepToString(new Object[] {beans.getAttribute(name, attribute.getName())});
            } catch (JMException | RuntimeException unsupported) {
                return unsupported.toString();
            }
        }

        String text() {
            return String.join("\n", heard) + "\n" + printed.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void publish(LogRecord logged) {
            heard.add(new SimpleFormatter().format(logged) + Arrays.deepToString(logged.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            driver.removeHandler(this);
            driver.setUseParentHandlers(true);
            driver.setLevel(driverLevel);
            System.setErr(standardError);
            levels.forEach(Overheard::restore);
        }

        private static void restore(String logger, int before) {
            try {
                level(logger).setInt(LoggerFactory.getLogger(logger), before);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
