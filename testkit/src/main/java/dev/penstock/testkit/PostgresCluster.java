package dev.penstock.testkit;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/**
 * A running PostgreSQL primary with its streaming replicas, for tests. Starts in about a second, without Docker:
 *
 * <pre>{@code
 * try (PostgresCluster cluster = PostgresCluster.builder().replicas(2).tls(true).start()) {
 *     Connection c = DriverManager.getConnection(
 *             cluster.primary().jdbcUrl(), "appuser", cluster.password("appuser"));
 * }
 * }</pre>
 *
 * <p>Roles: {@code appowner} (cannot log in) owns the database {@code appdb} and its schema {@code app}; {@code appuser}
 * reads and writes; {@code backupuser} reads; {@code migrator} may become {@code appowner}; {@code replicator} streams.
 * {@code search_path} is {@code app, public}. Authentication is SCRAM-SHA-256 throughout; with TLS on, plain connections
 * are refused, save those of the testkit's own superuser and replication. All listeners are on loopback.
 *
 * <p>Nothing outlives it: {@link #close} ends the servers and deletes their files, a shutdown hook does the same when the
 * JVM ends, and when the JVM is killed the next start does it. Methods may be called from any thread; the controls of one
 * node from one thread at a time.
 */
public final class PostgresCluster implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PostgresCluster.class.getName());
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);
    private static final Pattern DATABASE_NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    private final ClusterPlan plan;
    private final ServerBinaries binaries;
    private final RunDirectory run;
    private final Passwords passwords;
    private final Certificates certificates;
    private final Thread shutdownHook;
    private final List<PostgresNode> nodes;
    private final Queue<TcpProxy> proxies = new ConcurrentLinkedQueue<>();
    private volatile PostgresNode primary;
    private volatile IssuedCertificate serverCertificate;

    PostgresCluster(
            ClusterPlan plan, ServerBinaries binaries, RunDirectory run, Passwords passwords, Thread shutdownHook) {
        this.plan = plan;
        this.binaries = binaries;
        this.run = run;
        this.passwords = passwords;
        this.shutdownHook = shutdownHook;
        CertificateAuthority given = plan.tls().authority();
        this.certificates = new Certificates(
                run.root().resolve("tls"), given != null ? given : CertificateAuthority.create("Penstock testkit CA"));
        IssuedCertificate presented = plan.tls().server();
        this.serverCertificate = presented != null
                ? presented
                : certificates
                        .authority()
                        .server(PostgresNode.HOST, "127.0.0.1", "::1")
                        .issue();
        this.nodes = createNodes();
        this.primary = nodes.get(0);
    }

    private List<PostgresNode> createNodes() {
        List<Integer> ports = plan.ports().isEmpty() ? Ports.free(plan.nodes()) : plan.ports();
        List<PostgresNode> created = new ArrayList<>();
        for (int i = 0; i < plan.nodes(); i++) {
            String name = "node-" + (i + 1);
            Path directory = FileTree.createDirectory(run.root().resolve(name), "rwx--x--x");
            created.add(new PostgresNode(this, name, ports.get(i), directory));
        }
        return List.copyOf(created);
    }

    /** A description to change and start: one replica, no TLS. */
    public static PostgresClusterBuilder builder() {
        return new PostgresClusterBuilder();
    }

    /** The node that was last made the primary, whether it runs or not; the first one at the start. */
    public PostgresNode primary() {
        return primary;
    }

    /** The nodes that are set up as replicas, in the order of their names; a former primary is one after its rejoin. */
    public List<PostgresNode> replicas() {
        return nodes.stream()
                .filter(node -> !node.equals(primary) && node.isReplica())
                .toList();
    }

    /** All nodes, in the order of their names. */
    public List<PostgresNode> nodes() {
        return nodes;
    }

    /** A node by its place, from 0: {@code node(0)} is "node-1". */
    public PostgresNode node(int index) {
        return nodes.get(index);
    }

    /** The application's database: "appdb". */
    public String database() {
        return Roles.DATABASE;
    }

    /**
     * Makes one more database, furnished as {@link #database()} is: owner, schema {@code app}, grants, search path.
     *
     * @param name lower-case letters, digits and underscores
     */
    public void createDatabase(String name) {
        if (!DATABASE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("database name \"" + name + "\" does not match " + DATABASE_NAME);
        }
        try {
            try (Connection superuser = primary.session()) {
                Roles.createDatabase(superuser, name);
            }
            try (Connection superuser = primary.session(name)) {
                Roles.furnish(superuser, name);
            }
        } catch (SQLException e) {
            throw new PostgresClusterException("cannot make the database " + name + ": " + e.getMessage(), e);
        }
    }

    /** Removes a database made with {@link #createDatabase}, ending its sessions. */
    public void dropDatabase(String name) {
        primary.ask("drop database if exists \"" + name + "\" with (force)");
    }

    /** The password of {@code appuser}, {@code backupuser}, {@code migrator}, {@code replicator} or {@code postgres}. */
    public String password(String role) {
        return passwords.of(role);
    }

    /** The file with that password: as Docker mounts a secret, with the newline that {@code echo} leaves. */
    public Path secretFile(String role) {
        return passwords.file(role);
    }

    /** The authority's and the clients' certificates. */
    public Certificates certificates() {
        return certificates;
    }

    /** What every node presents to new connections from now on; running sessions go on. */
    public void replaceServerCertificate(IssuedCertificate certificate) {
        serverCertificate = certificate;
        for (PostgresNode node : nodes) {
            writeCertificate(node);
            node.reloadNow();
        }
    }

    /** From now on no node admits this client certificate. */
    public void revoke(IssuedCertificate certificate) {
        certificates.authority().revoke(certificate);
        for (PostgresNode node : nodes) {
            node.data().revocations(certificates.authority().crl());
            node.reloadNow();
        }
    }

    /**
     * Waits until every running replica has replayed all that the primary has now, and streams from it; up to 15 s each.
     *
     * @throws PostgresClusterException naming the replica, how far it came and why it may not get further
     */
    public void awaitReplicas() {
        for (PostgresNode replica : replicas()) {
            if (replica.isRunning()) {
                replica.awaitReplay();
            }
        }
    }

    /**
     * Points every replica that is not cut off at the current primary, as {@link PostgresNode#promote()} does, and waits
     * until they stream from it; for 2 s at most, since one that is ahead of the new primary cannot follow.
     */
    public void followPrimary() {
        List<PostgresNode> followers =
                replicas().stream().filter(node -> !node.isCut()).toList();
        followers.forEach(node -> node.follow(primary));
        followers.stream()
                .filter(node -> node.isRunning() && !node.isSuspended())
                .forEach(node -> new ReplayWait(primary, node).untilFollowing());
    }

    /** Where its files are: {@code <node>/data}, {@code <node>/server.log}, {@code secrets}, {@code tls}. */
    public Path directory() {
        return run.root();
    }

    /** Ends the servers and proxies and deletes the files (unless they are to be kept). Safe to call again. */
    @Override
    public void close() {
        for (TcpProxy proxy = proxies.poll(); proxy != null; proxy = proxies.poll()) {
            proxy.close();
        }
        nodes.forEach(PostgresNode::discard);
        nodes.forEach(node -> node.awaitDiscarded(CLOSE_LIMIT));
        run.close(plan.keepDirectory());
        if (!Thread.currentThread().equals(shutdownHook)) {
            forgetShutdownHook();
        }
    }

    private void forgetShutdownHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException alreadyShuttingDown) {
            LOG.log(System.Logger.Level.DEBUG, "closed while the JVM ends", alreadyShuttingDown);
        }
    }

    @Override
    public String toString() {
        return "PostgresCluster " + binaries.version() + " " + nodes;
    }

    // --- for the rest of the package ---

    /** Whether it is as it was started, so that somebody else can use it: all run, nothing is cut, paused or promoted. */
    boolean isAsStarted() {
        return primary.equals(nodes.get(0))
                && nodes.stream().allMatch(node -> node.isRunning() && !node.isSuspended() && !node.isCut())
                && replicas().size() == nodes.size() - 1
                && replicas().stream()
                        .allMatch(node ->
                                node.ask("select pg_is_wal_replay_paused()").equals("f"));
    }

    ClusterPlan plan() {
        return plan;
    }

    ServerBinaries binaries() {
        return binaries;
    }

    Sessions sessions() {
        return new Sessions(passwords, certificates, plan.tls());
    }

    void promoted(PostgresNode node) {
        primary = node;
    }

    TcpProxy register(TcpProxy proxy) {
        proxies.add(proxy);
        return proxy;
    }

    /** Writes configuration, access rules and certificates into a node's data directory. */
    void furnish(PostgresNode node) {
        node.data().configure(plan.configuration(node.name(), node.port()));
        node.data().authenticate(plan.authentication());
        node.data().replicationPassword(Roles.REPLICATOR, password(Roles.REPLICATOR));
        if (plan.tls().enabled()) {
            node.data().write("root.crt", certificates.authority().certificate());
            writeCertificate(node);
        }
    }

    private void writeCertificate(PostgresNode node) {
        node.data().write("server.key", serverCertificate.key());
        node.data().write("server.crt", serverCertificate.chain());
    }
}
