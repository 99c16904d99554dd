package dev.penstock.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One server of a {@link PostgresCluster}, and everything that can happen to it.
 *
 * <p>The controls wait until what they do has happened, and throw {@link PostgresClusterException} when it does not
 * within some seconds. They are idempotent: to stop a stopped node is fine. Questions may be asked from any thread;
 * the controls of one node by one thread at a time.
 */
public final class PostgresNode {
    static final String HOST = "localhost";

    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(15);

    private final PostgresCluster cluster;
    private final String name;
    private final int port;
    private final DataDirectory data;
    private final Path log;
    private volatile @Nullable ServerProcess process;
    private volatile boolean suspended;
    private volatile boolean cut;

    PostgresNode(PostgresCluster cluster, String name, int port, Path directory) {
        this.cluster = cluster;
        this.name = name;
        this.port = port;
        this.data =
                new DataDirectory(directory.resolve("data"), cluster.binaries().user());
        this.log = directory.resolve("server.log");
    }

    /** "node-1", "node-2", …; also its {@code cluster_name} and, as a replica, its {@code application_name}. */
    public String name() {
        return name;
    }

    /** "localhost": the name in the server's certificate. */
    public String host() {
        return HOST;
    }

    /** The port, the same for the whole life of the cluster. */
    public int port() {
        return port;
    }

    /** For the application database; with TLS on it verifies certificate and name. User and password are not in it. */
    public String jdbcUrl() {
        return jdbcUrl(cluster.database());
    }

    /** For a database made with {@link PostgresCluster#createDatabase}. */
    public String jdbcUrl(String database) {
        return cluster.sessions().url(port, database);
    }

    /** A session of the superuser in the application database. */
    public Connection connect() throws SQLException {
        return cluster.sessions().superuser(port, cluster.database());
    }

    /** A session of one of the roles in the application database. */
    public Connection connect(String role) throws SQLException {
        return connect(role, cluster.database());
    }

    /** A session of one of the roles in a database made with {@link PostgresCluster#createDatabase}. */
    public Connection connect(String role, String database) throws SQLException {
        return cluster.sessions().as(role, port, database);
    }

    /**
     * Runs SQL as the superuser in the application database, as {@code psql -At -c} would: several statements at once, the
     * rows of the last one, NULL as an empty text.
     */
    public List<List<String>> execute(String sql) throws SQLException {
        try (Connection connection = connect()) {
            return Sql.run(connection, sql);
        }
    }

    /** Whether its process exists; a suspended one does. */
    public boolean isRunning() {
        ServerProcess current = process;
        return current != null && current.isRunning();
    }

    /** Whether the server itself says that it accepts writes; two nodes may. A node that does not run is none. */
    public boolean isPrimary() {
        return isRunning()
                && !suspended
                && ask("select not pg_is_in_recovery()").equals("t");
    }

    /** Starts it: as what it was, a former primary as a second primary. A replica follows the current primary. */
    public void start() {
        if (isRunning()) {
            return;
        }
        suspended = false;
        if (data.isMarkedStandby()) {
            follow(cut ? null : cluster.primary());
        }
        launch();
    }

    void launch() {
        int logLength = log().length();
        ServerProcess started = ServerProcess.launch(cluster.binaries(), data.path(), log);
        process = started;
        started.awaitReady(name, cluster.plan().startDeadline());
        // With one of the two loopback addresses the server would be content; somebody else has the other one.
        if (log().substring(logLength).contains("could not bind")) {
            kill();
            throw new PostgresClusterException(name + " does not get its port" + logTail());
        }
    }

    /** Stops it with {@link StopMode#FAST}. */
    public void stop() {
        stop(StopMode.FAST);
    }

    /** Stops it and waits for the end, up to 30 s; with {@link StopMode#SMART} that means until the last session leaves. */
    public void stop(StopMode mode) {
        beginStop(mode);
        ServerProcess current = process;
        if (current != null) {
            current.awaitEnd(STOP_LIMIT);
        }
    }

    /** Asks it to stop and does not wait. */
    public void beginStop(StopMode mode) {
        ServerProcess current = running();
        if (current == null) {
            return;
        }
        if (suspended) {
            throw new IllegalStateException(name + " is suspended and cannot stop by itself: resume or kill it");
        }
        current.signal(mode.signal());
    }

    /** {@link #stop()} and {@link #start()}. */
    public void restart() {
        stop();
        start();
    }

    /** SIGKILL to the postmaster and all its processes: a crash. The data directory stays. */
    public void kill() {
        ServerProcess current = running();
        if (current != null) {
            current.kill();
        }
        suspended = false;
    }

    /** SIGSTOP to all its processes: it still accepts TCP connections and answers nothing. */
    public void suspend() {
        ServerProcess current = running();
        if (current != null) {
            current.suspend();
            suspended = true;
        }
    }

    /** SIGCONT: what it was doing goes on. A primary that was replaced meanwhile believes that it still is one. */
    public void resume() {
        ServerProcess current = running();
        if (current != null) {
            current.resume();
        }
        suspended = false;
    }

    /** {@link #promote(Followers)} with {@link Followers#FOLLOW}. */
    public void promote() {
        promote(Followers.FOLLOW);
    }

    /**
     * Makes this replica the primary; returns when it accepts writes and those who follow stream from it.
     * {@link PostgresCluster#primary()} is this node then. The former primary is left as it is: stopping it first is the test's decision.
     */
    public void promote(Followers followers) {
        new Promotion(this).run();
        if (followers == Followers.FOLLOW) {
            cluster.followPrimary();
        }
    }

    /**
     * Only gives the signal, for those who measure: neither waits for the promotion nor asks the server anything, and the
     * other replicas stay where they are until {@link PostgresCluster#followPrimary()}.
     */
    public void promoteNow() {
        if (!data.isMarkedStandby()) {
            throw new IllegalStateException(name + " is not a replica");
        }
        data.requestPromotion();
        requireRunning().signal("USR1");
        cluster.promoted(this);
    }

    /** From now on it receives what the primary writes and does not show it: a lag of any length, as long as needed. */
    public void pauseReplay() {
        ask("select pg_wal_replay_pause()");
        settle("select pg_get_wal_replay_pause_state() = 'paused'", "did not pause replay");
    }

    /** Ends {@link #pauseReplay()}. */
    public void resumeReplay() {
        ask("select pg_wal_replay_resume()");
    }

    /** The replica loses its stream and does not get it back, also not by a restart; it goes on answering. */
    public void cutReplication() {
        cut = true;
        follow(null);
        settle("select count(*) = 0 from pg_stat_wal_receiver", "still streams");
    }

    /** Ends {@link #cutReplication()}: the replica follows the current primary. */
    public void restoreReplication() {
        cut = false;
        follow(cluster.primary());
    }

    /**
     * Waits until this replica streams from the current primary and has replayed all that is there now; up to 15 s.
     *
     * @throws PostgresClusterException with how far it came and why it may not get further
     */
    public void awaitReplay() {
        new ReplayWait(cluster.primary(), this).run(SETTLE_LIMIT);
    }

    /**
     * Makes it a replica of the current primary. Its own data is used when it can follow from there; when its history went
     * another way (or it cannot start) it gets a fresh copy of the primary. A running former primary is stopped first.
     */
    public void rejoin() {
        new Rejoin(cluster.primary(), this).run();
    }

    /** Opens a proxy on a free port in front of this node; closed with the cluster at the latest. */
    public TcpProxy proxy() {
        return cluster.register(TcpProxy.open(HOST, port));
    }

    /** All that the server has logged since the start of the cluster. */
    public String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new PostgresClusterException("cannot read " + log, e);
        }
    }

    @Override
    public String toString() {
        return name + " (" + HOST + ":" + port + (isRunning() ? "" : ", not running") + ")";
    }

    // --- for the rest of the package ---

    PostgresCluster cluster() {
        return cluster;
    }

    DataDirectory data() {
        return data;
    }

    boolean isReplica() {
        return data.isMarkedStandby();
    }

    boolean isSuspended() {
        return suspended;
    }

    boolean isCut() {
        return cut;
    }

    void clearCut() {
        cut = false;
    }

    /** Streams from that node from now on (or the next start), or from none. */
    void follow(@Nullable PostgresNode upstream) {
        data.follow(upstream == null ? "" : cluster.plan().upstream(upstream.port, name, data.passwordFile()));
        reload();
    }

    void reload() {
        ServerProcess current = running();
        if (current != null) {
            current.signal("HUP");
        }
    }

    /** {@link #reload()}, done: a new session comes from a postmaster that has read its files again, keys included. */
    void reloadNow() {
        if (!isRunning() || suspended) {
            reload();
            return;
        }
        String before = ask("select pg_conf_load_time()");
        reload();
        Deadline.in(SETTLE_LIMIT)
                .require(
                        () -> !ask("select pg_conf_load_time()").equals(before),
                        () -> name + " did not reload" + logTail());
    }

    void discard() {
        ServerProcess current = running();
        if (current != null && !suspended) {
            current.signal(StopMode.IMMEDIATE.signal());
        } else if (current != null) {
            current.kill();
        }
    }

    void awaitDiscarded(Duration limit) {
        ServerProcess current = running();
        if (current != null && !current.endsWithin(limit)) {
            current.kill();
        }
    }

    /** Of the superuser, with time limits, in the maintenance database. */
    Connection session() throws SQLException {
        return session("postgres");
    }

    Connection session(String database) throws SQLException {
        return cluster.sessions().own(port, database);
    }

    /** SQL of the superuser in the maintenance database; the first value of the result, if it has one. */
    String ask(String sql) {
        try (Connection connection = session()) {
            List<List<String>> rows = Sql.run(connection, sql);
            return rows.isEmpty() ? "" : rows.get(0).get(0);
        } catch (SQLException e) {
            throw failed("cannot run \"" + sql + "\"", e);
        }
    }

    private void settle(String question, String failure) {
        if (!isRunning() || suspended) {
            return;
        }
        try (Connection connection = session();
                Statement statement = connection.createStatement()) {
            Deadline.in(SETTLE_LIMIT)
                    .require(() -> Sql.isTrue(statement, question), () -> name + " " + failure + logTail());
        } catch (SQLException e) {
            throw failed(failure, e);
        }
    }

    private @Nullable ServerProcess running() {
        ServerProcess current = process;
        return current != null && current.isRunning() ? current : null;
    }

    private ServerProcess requireRunning() {
        ServerProcess current = running();
        if (current == null) {
            throw new IllegalStateException(name + " does not run");
        }
        return current;
    }

    private PostgresClusterException failed(String what, SQLException cause) {
        return new PostgresClusterException(name + " " + what + ": " + cause.getMessage() + logTail(), cause);
    }

    String logTail() {
        return "; the end of its log:\n" + Command.tail(log, 15);
    }
}
