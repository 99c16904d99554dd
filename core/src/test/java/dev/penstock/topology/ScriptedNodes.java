package dev.penstock.topology;

import dev.penstock.connect.Node;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Nodes that answer as a test says. Thread-safe. */
final class ScriptedNodes implements Prober {
    /** What a node does when it is asked. */
    @FunctionalInterface
    interface Script {
        ProbeAnswer answer() throws SQLException;
    }

    private final Map<String, Script> standing = new ConcurrentHashMap<>();
    private final Map<String, Script> fresh = new ConcurrentHashMap<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger waits = new AtomicInteger();
    private volatile Set<InetAddress> addresses = Set.of();

    static ProbeAnswer primary(int timeline, long lsn) {
        return primary(timeline, lsn, 0);
    }

    static ProbeAnswer primary(int timeline, long lsn, long origin) {
        return new ProbeAnswer(false, timeline, lsn, lsn, 0, origin, "7", false, "t" + timeline, Disclosure.FULL);
    }

    static ProbeAnswer replica(long lsn) {
        return replica(lsn, 1);
    }

    static ProbeAnswer replica(long lsn, int followed) {
        return new ProbeAnswer(true, 0, lsn, 0, followed, 0, "7", false, "r", Disclosure.FULL);
    }

    static ProbeAnswer ofCluster(String systemIdentifier) {
        return new ProbeAnswer(false, 1, 0, 0, 0, 0, systemIdentifier, false, systemIdentifier, Disclosure.FULL);
    }

    static SQLException refused() {
        return new SQLException("Connection refused", "08001", new java.net.ConnectException("Connection refused"));
    }

    static SQLException silent() {
        return new SQLException("Read timed out", "08006", new SocketTimeoutException("Read timed out"));
    }

    /** From now on, on standing sessions and on fresh ones. */
    void says(Node node, Script script) {
        fresh.put(node.name(), script);
        standing.put(node.name(), script);
    }

    /** On sessions that stand by now; a fresh one goes on as before. */
    void saysOnStanding(Node node, Script script) {
        standing.put(node.name(), script);
    }

    /** On sessions that are opened from now on, and on their first question. */
    void saysAfresh(Node node, Script script) {
        fresh.put(node.name(), script);
    }

    void pointTo(Set<InetAddress> now) {
        addresses = now;
    }

    int opened() {
        return opened.get();
    }

    int stillOpen() {
        return opened.get() - closed.get();
    }

    /** Questions that were to be answered once the node is promoted. */
    int waits() {
        return waits.get();
    }

    @Override
    public Session open(Node node, Duration limit) throws SQLException {
        // A fresh session that is refused never stands.
        Script script = fresh.get(node.name());
        if (script == null) {
            throw refused();
        }
        script.answer();
        opened.incrementAndGet();
        return new Scripted(node);
    }

    @Override
    public Set<InetAddress> addresses(Node node, Duration limit) {
        return addresses;
    }

    private final class Scripted implements Session {
        private final Node node;
        private boolean asked;
        private boolean ended;

        Scripted(Node node) {
            this.node = node;
        }

        @Override
        public ProbeAnswer ask(Duration limit) throws SQLException {
            Map<String, Script> scripts = asked ? standing : fresh;
            asked = true;
            Script script = scripts.get(node.name());
            if (script == null) {
                throw refused();
            }
            return script.answer();
        }

        @Override
        public ProbeAnswer askOncePromoted(Duration wait, Duration limit) throws SQLException {
            waits.incrementAndGet();
            return ask(limit);
        }

        @Override
        public boolean isRetired() {
            return false;
        }

        @Override
        public @Nullable InetAddress address() {
            return InetAddress.getLoopbackAddress();
        }

        @Override
        public synchronized void close() {
            if (!ended) {
                ended = true;
                closed.incrementAndGet();
            }
        }
    }
}
