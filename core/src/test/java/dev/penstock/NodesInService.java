package dev.penstock;

import static org.awaitility.Awaitility.await;

import dev.penstock.observe.DatabaseStatus;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.Role;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.TcpProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a {@link Database}'s status against what its servers say themselves: since when each one answers in the part that it has in the
 * cluster, and how long after that it was back in service. The servers are asked past Penstock: over a session of the application's role that
 * nothing delays, and through the proxy for whatever its first byte is. Thread-safe.
 */
public final class NodesInService implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    /** Who takes longer has not answered meanwhile; a round trip takes 200 ms, and a busy machine some more. */
    private static final long ANSWER_NANOS = Duration.ofMillis(1500).toNanos();

    /** A request for GSSAPI encryption, which every server answers with one byte, and none logs. */
    private static final byte[] FIRST_REQUEST = {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x30};

    private static final String QUESTION = "select pg_is_in_recovery(), exists (select from pg_stat_wal_receiver)";

    private final Database db;
    private final PostgresCluster cluster;
    private final StallMeter stalls;
    private final Duration limit;
    private final List<Watch> watches = new ArrayList<>();
    private final Queue<Return> returns = new ConcurrentLinkedQueue<>();
    private final Queue<String> late = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    private record Return(String node, Duration after) {}

    private NodesInService(Database db, PostgresCluster cluster, StallMeter stalls, Duration limit) {
        this.db = db;
        this.cluster = cluster;
        this.stalls = stalls;
        this.limit = limit;
    }

    /** @param limit within which a node that answers is to be in service again, but for stalls of this machine */
    public static NodesInService watch(
            Database db, PostgresCluster cluster, List<TcpProxy> proxies, StallMeter stalls, Duration limit) {
        NodesInService all = new NodesInService(db, cluster, stalls, limit);
        for (int i = 0; i < proxies.size(); i++) {
            Watch watch = all.new Watch(cluster.node(i), proxies.get(i));
            all.watches.add(watch);
        }
        all.watches.forEach(watch -> watch.thread.start());
        return all;
    }

    /** Which nodes were not back in time, and what their status said then. */
    public List<String> late() {
        return List.copyOf(late);
    }

    /** Waits until every node serves in its part, or is late. */
    public void awaitAll() {
        await().atMost(limit.plus(SOON)).until(() -> watches.stream().allMatch(watch -> watch.settled));
    }

    /** How often a node came back, and how long the slowest one took. */
    public String summary() {
        Return slowest = new Return("none", Duration.ZERO);
        for (Return one : returns) {
            slowest = one.after.compareTo(slowest.after) > 0 ? one : slowest;
        }
        return String.format(
                Locale.ROOT,
                "back in service %d times, the slowest %s after %d ms",
                returns.size(),
                slowest.node,
                slowest.after.toMillis());
    }

    private final class Watch {
        private final PostgresNode node;
        private final TcpProxy proxy;
        private final Thread thread;
        private Optional<Connection> session = Optional.empty();

        /** {@link System#nanoTime()}; empty while it does not answer. */
        private OptionalLong answersSince = OptionalLong.empty();

        /** {@link System#nanoTime()}; empty while it is in service. */
        private OptionalLong outSince = OptionalLong.empty();

        private boolean isLate;

        /** Answers and is in service, or is late. */
        private volatile boolean settled;

        Watch(PostgresNode node, TcpProxy proxy) {
            this.node = node;
            this.proxy = proxy;
            this.thread = new Thread(this::run, "penstock-testkit in service " + node.name());
            thread.setDaemon(true);
        }

        private void run() {
            while (!closed) {
                long asked = System.nanoTime();
                boolean answers = answers();
                judge(asked, System.nanoTime(), answers);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            forgetSession();
        }

        private boolean answers() {
            try {
                return isInItsPart() && passesThroughTheProxy();
            } catch (SQLException | IOException itDoesNot) {
                forgetSession();
                return false;
            }
        }

        private boolean isInItsPart() throws SQLException {
            if (session.isEmpty()) {
                session = Optional.of(node.connect("appuser"));
            }
            try (Statement statement = session.get().createStatement();
                    ResultSet row = statement.executeQuery(QUESTION)) {
                row.next();
                boolean replica = row.getBoolean(1) && row.getBoolean(2);
                return isPrimary() ? !row.getBoolean(1) : replica;
            }
        }

        private boolean isPrimary() {
            return cluster.primary().equals(node);
        }

        private boolean passesThroughTheProxy() throws IOException {
            try (Socket socket = new Socket()) {
                int most = (int) limit.toMillis();
                socket.connect(new InetSocketAddress(proxy.host(), proxy.port()), most);
                socket.setSoTimeout(most);
                socket.getOutputStream().write(FIRST_REQUEST);
                return socket.getInputStream().read() >= 0;
            }
        }

        private void judge(long asked, long now, boolean answers) {
            if (!answers) {
                answersSince = OptionalLong.empty();
            } else if (answersSince.isEmpty() || now - asked > ANSWER_NANOS) {
                answersSince = OptionalLong.of(now);
            }
            DatabaseStatus status = db.status();
            if (serves(status)) {
                back(now);
            } else {
                outSince = OptionalLong.of(outSince.orElse(now));
                answersSince.ifPresent(since -> waits(Math.max(since, outSince.getAsLong()), asked, status));
            }
            settled = answers && (outSince.isEmpty() || isLate);
        }

        private boolean serves(DatabaseStatus status) {
            Optional<NodeStatus> seen = status.node(node.name());
            Role part = isPrimary() ? Role.PRIMARY : Role.REPLICA;
            return seen.filter(one -> one.state().serves() && one.role() == part)
                    .isPresent();
        }

        private void back(long now) {
            if (outSince.isPresent() && answersSince.isPresent()) {
                long since = Math.max(answersSince.getAsLong(), outSince.getAsLong());
                returns.add(new Return(node.name(), Duration.ofNanos(now - since)));
            }
            outSince = OptionalLong.empty();
            isLate = false;
        }

        /** @param asked when the last question was asked that it has answered */
        private void waits(long since, long asked, DatabaseStatus status) {
            Duration allowed = limit.plus(stalls.longest(since, asked));
            if (!isLate && asked - since > allowed.toNanos()) {
                isLate = true;
                late.add(String.format(
                        Locale.ROOT,
                        "%s has answered for %d ms, and is %s",
                        node.name(),
                        Duration.ofNanos(asked - since).toMillis(),
                        status.node(node.name())
                                .map(one -> one.state() + " " + one.role() + " "
                                        + one.monitor().lastFailure())));
            }
        }

        private void forgetSession() {
            session.ifPresent(one -> {
                try {
                    one.close();
                } catch (SQLException e) {
                    // It was lost, and that is why.
                }
            });
            session = Optional.empty();
        }
    }

    @Override
    public void close() {
        closed = true;
        await().atMost(SOON).until(() -> watches.stream().noneMatch(watch -> watch.thread.isAlive()));
    }
}
