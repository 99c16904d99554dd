package dev.penstock.patroni;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A real cluster: three PostgreSQL servers, each under a Patroni of its own, and one etcd, all on 127.0.0.1. Synchronous, so
 * that an acknowledged write is on two servers and no failover may lose it. Times as {@link #TTL} and beside it.
 */
public final class PatroniCluster implements AutoCloseable {
    /** After that a leader that does not report is taken for dead; {@code loop_wait} is 2 s, {@code retry_timeout} 5 s. */
    public static final Duration TTL = Duration.ofSeconds(20);

    public static final String DATABASE = "appdb";
    public static final String USER = "appuser";

    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int SIZE = 3;

    private final Path directory;
    private final Account account;
    private final Secrets secrets = Secrets.random();
    private final List<PatroniNode> nodes = new ArrayList<>();
    private final Thread hook = new Thread(this::end, "patroni-cluster-end");
    private Daemon etcd;

    private PatroniCluster() throws IOException {
        this.account = Account.current();
        this.directory = Files.createTempDirectory("penstock-patroni-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Returns when all three take part.
     *
     * @throws IllegalStateException when that does not come about, with the end of every log
     */
    public static PatroniCluster start() throws IOException, SQLException {
        Programs programs = Programs.find();
        PatroniCluster cluster = new PatroniCluster();
        try {
            cluster.begin(programs);
            cluster.awaitWhole(START_LIMIT);
            cluster.furnish();
            return cluster;
        } catch (IOException | SQLException | RuntimeException | Error e) {
            try (PatroniCluster failed = cluster) {
                e.addSuppressed(new IllegalStateException(failed.logs()));
            }
            throw e;
        }
    }

    private void begin(Programs programs) throws IOException {
        List<Integer> ports = Ports.free(2 + 2 * SIZE);
        startEtcd(ports.get(0), ports.get(1));
        for (int i = 1; i <= SIZE; i++) {
            int port = ports.get(2 * i);
            int restPort = ports.get(2 * i + 1);
            String name = "patroni-" + i;
            Path own = account.directory(directory.resolve(name));
            String settings = Settings.of(name, ports.get(0), restPort)
                    + Settings.server(port, own, programs.postgres(), secrets);
            nodes.add(new PatroniNode(
                    name, port, restPort, new PatroniNode.Home(own, account, settings, secrets.superuser())));
        }
        // The first makes the cluster; the others could only wait for it.
        nodes.get(0).start();
        awaitUntil("a leader", START_LIMIT, () -> leader().isPresent());
        nodes.get(1).start();
        nodes.get(2).start();
    }

    private void startEtcd(int clientPort, int peerPort) throws IOException {
        String client = "http://127.0.0.1:" + clientPort;
        String peer = "http://127.0.0.1:" + peerPort;
        Path home = account.directory(directory.resolve("etcd"));
        etcd = Daemon.start(
                "etcd",
                account,
                home,
                home.resolve("etcd.log"),
                List.of(
                        "etcd",
                        "--name=etcd",
                        "--data-dir=" + home.resolve("data"),
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=etcd=" + peer));
    }

    private void furnish() throws SQLException {
        PatroniNode leader = leader().orElseThrow();
        execute(leader, "postgres", "create role " + USER + " login password '" + secrets.application() + "'");
        execute(leader, "postgres", "create database " + DATABASE);
        execute(leader, DATABASE, "create schema app authorization " + USER);
    }

    private static void execute(PatroniNode node, String database, String sql) throws SQLException {
        try (Connection connection = node.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public List<PatroniNode> nodes() {
        return List.copyOf(nodes);
    }

    /** The password of {@link #USER}. */
    public String password() {
        return secrets.application();
    }

    /** Who holds the leader's key and is primary; empty while nobody does. */
    public Optional<PatroniNode> leader() {
        return nodes.stream().filter(node -> node.status("/primary") == 200).findFirst();
    }

    public List<PatroniNode> replicas() {
        return nodes.stream().filter(node -> node.status("/replica") == 200).toList();
    }

    /** Whom the leader waits for: the replica that may take over. */
    private Optional<PatroniNode> synchronousReplica() {
        return nodes.stream().filter(node -> node.status("/synchronous") == 200).findFirst();
    }

    /**
     * Has the leader step down for its synchronous replica; returns when Patroni says that it is done. Patroni gives that role to another one
     * whenever it likes, and refuses (412) who had it a moment ago.
     *
     * @return who is told to take over
     */
    public PatroniNode switchover(PatroniNode leader) {
        AtomicReference<PatroniNode> next = new AtomicReference<>();
        awaitUntil("a switchover that Patroni accepts", LIMIT, () -> {
            Optional<PatroniNode> candidate = synchronousReplica();
            candidate.ifPresent(next::set);
            return candidate.isPresent()
                    && leader.accepts(
                            "/switchover",
                            "{\"leader\": \"" + leader.name() + "\", \"candidate\": \""
                                    + candidate.get().name() + "\"}");
        });
        return next.get();
    }

    /** Has Patroni restart that node's PostgreSQL; returns when it is done. */
    public void restart(PatroniNode node) throws IOException {
        node.post("/restart", "{}");
    }

    /** Waits for a leader and two replicas that stream from it, one of them synchronous. */
    public void awaitWhole() {
        awaitWhole(LIMIT);
    }

    private void awaitWhole(Duration limit) {
        awaitUntil(
                "a leader and two streaming replicas",
                limit,
                () -> leader().filter(this::isFollowedByAll).isPresent()
                        && replicas().size() == SIZE - 1
                        && synchronousReplica().isPresent());
    }

    private boolean isFollowedByAll(PatroniNode leader) {
        try (Connection connection = leader.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) filter (where state = 'streaming'),"
                        + " count(*) filter (where sync_state = 'sync') from pg_stat_replication")) {
            return row.next() && row.getInt(1) == SIZE - 1 && row.getInt(2) == 1;
        } catch (SQLException notYet) {
            return false;
        }
    }

    private void awaitUntil(String what, Duration limit, Callable<Boolean> condition) {
        try {
            await(what).atMost(limit).pollInterval(Duration.ofMillis(100)).until(() -> {
                if (!etcd.isAlive()) {
                    throw new IllegalStateException("etcd has ended");
                }
                return condition.call();
            });
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("waited in vain for " + what + "\n" + logs(), e);
        }
    }

    /** Puts an HAProxy before the servers, which asks each Patroni every half second; close it before this. */
    public HaProxy startProxy() throws IOException {
        return HaProxy.start(account, account.directory(directory.resolve("haproxy-" + System.nanoTime())), nodes);
    }

    /** The end of every log. */
    public String logs() {
        return Stream.concat(
                        Stream.ofNullable(etcd).map(Daemon::tail),
                        nodes.stream().map(PatroniNode::tail))
                .collect(Collectors.joining("\n"));
    }

    /** Ends every process, and deletes every file. */
    @Override
    public void close() {
        end();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    private void end() {
        for (PatroniNode node : nodes) {
            try {
                node.killAll();
            } catch (IOException e) {
                System.err.println("cannot end " + node + ": " + e);
            }
        }
        if (etcd != null) {
            etcd.kill();
        }
        delete();
    }

    private void delete() {
        // A server that was killed may still write for a moment.
        await("empty " + directory).atMost(Duration.ofSeconds(20)).until(() -> {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
                return true;
            } catch (IOException | UncheckedIOException again) {
                return false;
            }
        });
    }
}
