package dev.penstock.cli;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.EnvFile;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsConfig;
import dev.penstock.violation.InvalidConfigException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.LoggerFactory;

/**
 * Every channel at once: it loads and opens a configuration, asks the commands about it, and gathers exceptions with all that hangs on them, every
 * log at its finest level, status, {@code toString}, JMX and the names of threads.
 */
final class SecretChannels extends Handler implements AutoCloseable {
    /** Puts the secret into its place. */
    interface Way {
        void go(SecretChannels channels) throws Exception;
    }

    private static final int TRACE = 0;
    private static final int SHORT_SECRET = 64;
    private static final List<String> LOGGERS = List.of(
            "dev.penstock.connect",
            "dev.penstock.pool",
            "dev.penstock.routing",
            "dev.penstock.topology",
            "com.zaxxer.hikari.HikariConfig",
            "com.zaxxer.hikari.HikariDataSource",
            "com.zaxxer.hikari.pool.HikariPool");

    private final PostgresCluster cluster;
    private final Path directory;
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private final PrintStream standardError = System.err;
    private final Map<String, Integer> levels = new HashMap<>();
    private final List<Logger> loggers = List.of(Logger.getLogger("org.postgresql"), Logger.getLogger("dev.penstock"));

    private SecretChannels(PostgresCluster cluster, Path directory) {
        this.cluster = cluster;
        this.directory = directory;
    }

    static SecretChannels listen(PostgresCluster cluster, Path directory) throws ReflectiveOperationException {
        SecretChannels channels = new SecretChannels(cluster, directory);
        for (Logger logger : channels.loggers) {
            logger.setLevel(Level.FINEST);
            logger.setUseParentHandlers(false);
            logger.addHandler(channels);
        }
        System.setErr(new PrintStream(channels.logged, true, StandardCharsets.UTF_8));
        for (String name : LOGGERS) {
            channels.levels.put(name, level(name).getInt(LoggerFactory.getLogger(name)));
            level(name).setInt(LoggerFactory.getLogger(name), TRACE);
        }
        return channels;
    }

    /** slf4j-simple reads its levels once per process, so a test that wants another one has to reach into it. */
    private static Field level(String logger) throws ReflectiveOperationException {
        Field level = LoggerFactory.getLogger(logger).getClass().getDeclaredField("currentLogLevel");
        level.setAccessible(true);
        return level;
    }

    Path directory() {
        return directory;
    }

    /** The address that no server has becomes the cluster's: a refused login ends at once. */
    String there(String text) {
        return text.replace("localhost:1/", "localhost:" + cluster.primary().port() + "/");
    }

    String url(String login) {
        return "postgresql://" + login + "@localhost:" + cluster.primary().port() + "/" + cluster.database()
                + "?connect_timeout=3";
    }

    /** Lines below {@code database:}, after the cluster's address. */
    void yaml(Map<String, String> environment, String... lines) throws Exception {
        StringBuilder text = new StringBuilder("database:\n  url: " + url("appuser") + "\n");
        for (String line : lines) {
            text.append("  ").append(line.equals("FILE") ? file() : line).append('\n');
        }
        text(text.toString(), environment);
    }

    private String file() {
        return "user_pw_file_path: " + cluster.secretFile("appuser");
    }

    void text(String yaml) throws Exception {
        text(yaml, Map.of());
    }

    private void text(String yaml, Map<String, String> environment) throws Exception {
        Path file = Files.writeString(directory.resolve("config.yaml"), yaml);
        take(() -> DatabaseConfig.load(file, environment));
        Path env = written(environment);
        commands("--config", file.toString(), "--env-file", env.toString());
    }

    void environment(Map<String, String> variables) throws Exception {
        Map<String, String> environment = new HashMap<>(variables);
        environment.putIfAbsent("DATABASE_URL", url("appuser"));
        take(() -> DatabaseConfig.fromEnvironment(environment));
        commands("--env-file", written(environment).toString());
    }

    private Path written(Map<String, String> environment) throws Exception {
        StringBuilder text = new StringBuilder();
        environment.forEach((name, value) -> text.append(name)
                .append("=\"")
                .append(value.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("$", "\\$")
                        .replace("\n", "\\n"))
                .append("\"\n"));
        return Files.writeString(directory.resolve("written.env"), text);
    }

    void uri(String uri) throws Exception {
        take(() -> DatabaseConfig.fromUri(uri, Map.of()));
        commands("--url", uri);
    }

    void envFile(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("broken.env"), text);
        hear(() -> EnvFile.read(file, Map.of()).keySet());
        commands("--env-file", file.toString());
    }

    void code(PasswordSource password) throws Exception {
        take(() -> builder(TlsConfig.disabled(), password));
    }

    void code(TlsConfig tls) throws Exception {
        take(() -> builder(tls, PasswordSource.file(cluster.secretFile("appuser"))));
    }

    private DatabaseConfig builder(TlsConfig tls, PasswordSource password) {
        return DatabaseConfig.builder()
                .primary("localhost:" + cluster.primary().port())
                .database(cluster.database())
                .user("appuser")
                .password(password)
                .tls(tls)
                .build();
    }

    private void take(Callable<DatabaseConfig> load) throws Exception {
        hear(() -> {
            DatabaseConfig config = load.call();
            heard.add(config + " " + config.warnings() + config.origins() + config.endpoints() + config.password()
                    + config.roles() + config.session() + config.tls() + config.replicaLogins()
                    + config.password().files().stream().map(Path::isAbsolute).toList());
            hear(() -> Database.settings(config));
            try (Database db = Database.open(config)) {
                return List.of(db, db.status(), db.health(), db.reader(), db.writer());
            }
        });
    }

    /** Gathers the result, or all that hangs on the exception. */
    void hear(Callable<?> step) {
        try {
            heard.add(String.valueOf(step.call()));
        } catch (InvalidConfigException e) {
            heard.add(trace(e) + e.violations());
        } catch (Exception e) {
            heard.add(trace(e));
        }
    }

    private static String trace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace, true));
        return trace.toString();
    }

    private void commands(String... options) {
        List<String> given = List.of(options);
        for (List<String> command : List.of(
                List.of("resolve"),
                List.of("resolve", "--json"),
                List.of("plan", "--offline"),
                List.of("tls-check", "--json"))) {
            command(Stream.concat(command.stream(), given.stream()).toArray(String[]::new));
        }
    }

    /** Standard output, standard error, and what the launcher would print of an exception. */
    void command(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        hear(() -> {
            try (Interruption interruption = Interruption.watch()) {
                return new Main(Main.commands(), new Terminal(printed, printed, false))
                        .run(List.of(arguments), interruption);
            }
        });
        heard.add(out.toString(StandardCharsets.UTF_8));
    }

    /** The names of the threads and whatever JMX tells of Penstock and HikariCP. */
    void lookAround() throws JMException {
        Thread.getAllStackTraces().keySet().forEach(thread -> heard.add(thread.getName()));
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        for (ObjectName name : beans.queryNames(null, null)) {
            heard.add(name.toString());
        }
    }

    List<String> heard() {
        return Stream.concat(heard.stream(), Stream.of(logged.toString(StandardCharsets.UTF_8)))
                .toList();
    }

    /** The first pieces of the secret that are in some channel, each with what stands around it. */
    List<String> told(String secret) {
        String text = String.join("\n", heard());
        List<String> told = new ArrayList<>();
        for (String piece : pieces(secret)) {
            int at = text.indexOf(piece);
            if (at >= 0 && told.size() < 3) {
                told.add(piece + " in: " + text.substring(Math.max(0, at - 100), Math.min(text.length(), at + 100)));
            }
        }
        return told;
    }

    private static List<String> pieces(String secret) {
        TreeSet<String> pieces = new TreeSet<>();
        int length = secret.length() < SHORT_SECRET ? 4 : 12;
        String base64 = Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
        addPieces(pieces, secret, length);
        addPieces(pieces, base64, 12);
        addPieces(pieces, URLEncoder.encode(secret, StandardCharsets.UTF_8), 12);
        return new ArrayList<>(pieces);
    }

    private static void addPieces(TreeSet<String> pieces, String text, int length) {
        for (int i = 0; i + length <= text.length(); i++) {
            pieces.add(text.substring(i, i + length));
        }
    }

    @Override
    public void publish(LogRecord record) {
        heard.add(new SimpleFormatter().format(record) + Arrays.deepToString(record.getParameters()));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        for (Logger logger : loggers) {
            logger.removeHandler(this);
            logger.setUseParentHandlers(true);
            logger.setLevel(null);
        }
        System.setErr(standardError);
        levels.forEach(SecretChannels::restore);
    }

    private static void restore(String logger, int before) {
        try {
            level(logger).setInt(LoggerFactory.getLogger(logger), before);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
