package dev.penstock.topology;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Connector;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Asks one node, over a connection of its own that no pool can exhaust, and tells the topology what it heard. One thread;
 * nothing that happens in a round ends it before {@link #close()}.
 *
 * <p>Concurrency: {@code paceLock} guards {@code wanted} and its condition; the connection is opened and used by the
 * thread alone; {@code stop} may break it.
 */
final class NodeMonitor implements AutoCloseable {
    static final Duration INTERVAL = Duration.ofSeconds(1);
    static final Duration PANIC_INTERVAL = Duration.ofMillis(100);
    static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

    private final Topology topology;
    private final Node node;
    private final Connector connector;
    private final Thread thread;
    private final ReentrantLock paceLock = new ReentrantLock();
    private final Condition pace = paceLock.newCondition();
    private final Duration firstConnect;
    private final String applicationName;
    private boolean limitsAsked;
    private boolean wanted;
    private boolean answered;
    private volatile boolean closed;
    private volatile @Nullable NodeConnection connection;
    private @Nullable PreparedStatement probe;

    /** The node's first answer may take longer than later ones: a busy machine is not a lost one. */
    NodeMonitor(Topology topology, Node node, Connector connector, DatabaseConfig config) {
        // A little less than what opening waits for, so that the reason is known when it gives up.
        this.firstConnect = config.timeouts().connect().multipliedBy(4).dividedBy(5);
        this.applicationName = config.applicationName();
        this.topology = topology;
        this.node = node;
        this.connector = connector;
        this.thread = new Thread(this::run, "penstock-monitor-" + node.name());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Asks for a round now instead of at the end of the pause. */
    void probeNow() {
        paceLock.lock();
        try {
            wanted = true;
            pace.signal();
        } finally {
            paceLock.unlock();
        }
    }

    private void run() {
        while (!closed) {
            try {
                probeOnce();
                pause();
            } catch (InterruptedException e) {
                // Only close() interrupts; the loop's condition sees why.
                TopologyLog.LOG.trace("Monitor of {} was woken", node, e);
            } catch (RuntimeException e) {
                TopologyLog.LOG.warn("A round of the monitor of {} failed; it goes on", node, e);
                dropConnection();
            }
        }
        dropConnection();
    }

    private void probeOnce() throws InterruptedException {
        long asked = System.nanoTime();
        try {
            topology.answered(node, asked, ProbeAnswer.ask(probe()));
            answered = true;
        } catch (SQLException e) {
            dropConnection();
            if (!closed) {
                topology.missed(node, System.nanoTime(), e);
            }
        }
    }

    private PreparedStatement probe() throws SQLException {
        NodeConnection standing = connection;
        if (standing != null && standing.isRetired()) {
            dropConnection();
        }
        PreparedStatement open = probe;
        return open == null ? connect() : open;
    }

    private PreparedStatement connect() throws SQLException {
        Duration limit = answered ? PROBE_TIMEOUT : firstConnect;
        NodeConnection opened = connector.open(node, Purpose.MONITOR, limit, ended -> {});
        connection = opened;
        opened.setNetworkTimeout(Runnable::run, (int) PROBE_TIMEOUT.toMillis());
        askForLimits(opened);
        PreparedStatement prepared = opened.prepareStatement(ProbeAnswer.SQL);
        probe = prepared;
        return prepared;
    }

    /**
     * Once, and before the first probe: whoever waits for the node's answer then knows its limits as well. Should the
     * question be what breaks the connection, the next one is opened without it.
     */
    private void askForLimits(NodeConnection opened) {
        if (!limitsAsked) {
            limitsAsked = true;
            node.learnLimits(LimitsQuestion.ask(opened, applicationName));
        }
    }

    private void dropConnection() {
        NodeConnection open = connection;
        connection = null;
        probe = null;
        if (open != null) {
            abort(open);
        }
    }

    private void abort(NodeConnection open) {
        try {
            open.abort(Runnable::run);
        } catch (SQLException e) {
            TopologyLog.LOG.debug("Dropping the monitor connection of {} failed", node, e);
        }
    }

    private void pause() throws InterruptedException {
        Duration interval = topology.isInPanic() ? PANIC_INTERVAL : INTERVAL;
        // Ten percent either way, so that many instances do not probe in step.
        long nanos = (long) (interval.toNanos() * ThreadLocalRandom.current().nextDouble(0.9, 1.1));
        paceLock.lock();
        try {
            while (!wanted && !closed && nanos > 0) {
                nanos = pace.awaitNanos(nanos);
            }
            wanted = false;
        } finally {
            paceLock.unlock();
        }
    }

    /** Tells the thread to end, and ends what it may be waiting for. */
    void stop() {
        closed = true;
        thread.interrupt();
        NodeConnection open = connection;
        if (open != null) {
            abort(open);
        }
    }

    /** Waits for the thread to end, at most as long as one probe may take. */
    @Override
    public void close() {
        stop();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
