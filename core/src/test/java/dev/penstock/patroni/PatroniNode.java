package dev.penstock.patroni;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One server of the cluster: a Patroni and the PostgreSQL that it runs. */
public final class PatroniNode {
    private static final Duration REST_LIMIT = Duration.ofSeconds(60);

    private final String name;
    private final int port;
    private final int restPort;
    private final Path directory;
    private final Account account;
    private final String superuserPassword;
    private final String settings;
    private volatile Daemon patroni;

    PatroniNode(String name, int port, int restPort, Home home) {
        this.name = name;
        this.port = port;
        this.restPort = restPort;
        this.directory = home.directory();
        this.account = home.account();
        this.settings = home.settings();
        this.superuserPassword = home.superuserPassword();
    }

    /** What it stands on. */
    record Home(Path directory, Account account, String settings, String superuserPassword) {}

    public String name() {
        return name;
    }

    public int port() {
        return port;
    }

    int restPort() {
        return restPort;
    }

    /** Where its REST API is. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + restPort);
    }

    /** Starts Patroni, which starts PostgreSQL or takes over the one that runs. */
    public void start() throws IOException {
        Path file = directory.resolve("patroni.yml");
        account.file(file, settings);
        patroni = Daemon.start(name, account, directory, log(), List.of("patroni", file.toString()));
    }

    /** Ends Patroni, which ends PostgreSQL. */
    public void stop() throws InterruptedException {
        patroni.stop();
    }

    /** SIGKILL to every process of PostgreSQL; Patroni sees to it. */
    public void killPostgres() throws IOException {
        Optional<ProcessHandle> postmaster = postmaster();
        List<ProcessHandle> all = postmaster.stream()
                .flatMap(one -> Stream.concat(Stream.of(one), one.descendants()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
    }

    /** SIGKILL to Patroni and PostgreSQL, as when the machine is gone. */
    public void killAll() throws IOException {
        if (patroni != null) {
            patroni.kill();
        }
        killPostgres();
    }

    private Optional<ProcessHandle> postmaster() throws IOException {
        Path file = directory.resolve("data/postmaster.pid");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        // A process id that was left behind may be somebody else's by now.
        return Files.readAllLines(file).stream()
                .findFirst()
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid.strip())))
                .filter(process -> process.info().commandLine().orElse("").contains(directory.toString()));
    }

    /** A session of the superuser in {@code database}, for what no application may do. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database
                        + "?sslmode=disable&connectTimeout=2&socketTimeout=10&loginTimeout=5&ApplicationName=test",
                "postgres",
                superuserPassword);
    }

    /** Status of a GET; 0 when nobody answers. */
    public int status(String path) {
        try {
            HttpURLConnection connection = open(path);
            try {
                return connection.getResponseCode();
            } finally {
                connection.disconnect();
            }
        } catch (IOException nobody) {
            return 0;
        }
    }

    /** Posts JSON, and returns when Patroni has done it. */
    void post(String path, String json) throws IOException {
        int status = statusOf(path, json);
        if (status / 100 != 2) {
            throw new IllegalStateException("POST " + path + " to " + name + ": " + status + "\n" + tail());
        }
    }

    /** False when something that was to hold before does not (412). */
    boolean accepts(String path, String json) throws IOException {
        int status = statusOf(path, json);
        if (status / 100 != 2 && status != HttpURLConnection.HTTP_PRECON_FAILED) {
            throw new IllegalStateException("POST " + path + " to " + name + ": " + status + "\n" + tail());
        }
        return status / 100 == 2;
    }

    private int statusOf(String path, String json) throws IOException {
        HttpURLConnection connection = open(path);
        try {
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(json.getBytes(StandardCharsets.UTF_8));
            }
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }

    /** Has Patroni take {@code tags}, a YAML mapping, instead of those it has; others hear of it within its next loop. */
    public void setTags(String tags) throws IOException {
        account.file(directory.resolve("patroni.yml"), settings + "tags: " + tags + "\n");
        post("/reload", "");
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) url().resolve(path).toURL().openConnection();
        connection.setConnectTimeout((int) REST_LIMIT.toMillis());
        connection.setReadTimeout((int) REST_LIMIT.toMillis());
        connection.setRequestProperty("Connection", "close");
        return connection;
    }

    private Path log() {
        return directory.resolve("patroni.log");
    }

    String tail() {
        return "--- " + name + "\n" + Daemon.tail(log());
    }

    @Override
    public String toString() {
        return name + " (127.0.0.1:" + port + ")";
    }
}
