package dev.penstock.topology;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Connector;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.Role;
import java.net.ConnectException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Puts the monitors' answers together: one view, replaced as a whole, and word of each replacement.
 *
 * <p>Concurrency: {@code lock} guards every field but the volatile ones. Under it a new view is computed and published;
 * the change listener is called under it too, so that changes are heard in order, and must not block. No I/O happens under
 * the lock. Readers take the view from its volatile field.
 */
public final class Topology implements AutoCloseable {
    private static final int MISSES_UNTIL_DOWN = 2;
    private static final long PANIC_NANOS = Duration.ofSeconds(10).toNanos();

    /** A cluster without a primary is probed fast for this long, then at the usual pace. */
    private static final long ELECTION_PATIENCE_NANOS = Duration.ofMinutes(5).toNanos();

    private final Duration maxLag;
    private final Map<Node, NodeView> views = new LinkedHashMap<>();
    private final List<NodeMonitor> monitors = new ArrayList<>();
    private final LsnHistory history = new LsnHistory();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final BiConsumer<TopologyView, TopologyView> onChange;
    private PrimaryElection.Incumbent incumbent = PrimaryElection.Incumbent.NONE;
    private @Nullable String systemIdentifier;
    private long primaryLostAt;
    private volatile long panicUntil;
    private volatile TopologyView view;

    /** @param onChange hears each view that differs from the one before, in order; it must not block */
    public Topology(
            List<Node> nodes,
            DatabaseConfig config,
            Connector connector,
            BiConsumer<TopologyView, TopologyView> onChange) {
        this.maxLag = config.maxLag();
        this.onChange = onChange;
        nodes.forEach(node -> views.put(node, NodeView.unknown(node)));
        this.view = new TopologyView(List.copyOf(views.values()), Optional.empty(), List.of());
        long now = System.nanoTime();
        this.primaryLostAt = now;
        this.panicUntil = now + PANIC_NANOS;
        nodes.forEach(node -> monitors.add(new NodeMonitor(this, node, connector, config)));
    }

    /** Starts asking. */
    public void start() {
        monitors.forEach(NodeMonitor::start);
    }

    /** What is believed now. No I/O, no lock. */
    public TopologyView view() {
        return view;
    }

    /** Somebody met an error that may mean a node is gone: every node is asked at once, and often for a while. */
    public void suspect() {
        panicUntil = System.nanoTime() + PANIC_NANOS;
        monitors.forEach(NodeMonitor::probeNow);
    }

    boolean isInPanic() {
        return panicUntil - System.nanoTime() > 0;
    }

    /**
     * Waits until the view satisfies {@code wanted}.
     *
     * @return the view that does, or the last one when {@code nanos} are over
     */
    public TopologyView await(Predicate<TopologyView> wanted, long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            while (!wanted.test(view) && left > 0) {
                left = changed.awaitNanos(left);
            }
            return view;
        } finally {
            lock.unlock();
        }
    }

    void answered(Node node, long nanos, ProbeAnswer answer) {
        lock.lock();
        try {
            views.computeIfPresent(node, (n, before) -> before.answered(answer, nanos));
            publish(nanos);
        } finally {
            lock.unlock();
        }
    }

    void missed(Node node, long nanos, SQLException error) {
        lock.lock();
        try {
            views.computeIfPresent(node, (n, before) -> afterMiss(before, nanos, error));
            publish(nanos);
        } finally {
            lock.unlock();
        }
        if (ErrorClass.of(error).isNodeSignal()) {
            suspectFirst(node);
        }
    }

    /** A failed probe alarms everybody once, not again at each further miss of a node known to be down. */
    private void suspectFirst(Node node) {
        if (view.of(node).misses() <= MISSES_UNTIL_DOWN) {
            suspect();
        }
    }

    private static NodeView afterMiss(NodeView before, long nanos, SQLException error) {
        ErrorClass kind = ErrorClass.of(error);
        if (!kind.isNodeSignal()) {
            // The trust, the password or the number of slots is wrong: the node itself may serve well.
            return before.withFailure(error);
        }
        int misses = before.misses() + 1;
        boolean hard = kind == ErrorClass.NOT_NOW || isRefused(error);
        NodeState next = hard || misses >= MISSES_UNTIL_DOWN ? NodeState.DOWN : NodeState.SUSPECT;
        return before.missed(next, misses, nanos, error);
    }

    private static boolean isRefused(SQLException error) {
        for (Throwable t = error; t != null; t = t.getCause()) {
            if (t instanceof ConnectException) {
                return true;
            }
        }
        return false;
    }

    /** Computes and publishes the next view. Called under the lock. */
    private void publish(long nanos) {
        rejectStrangers();
        PrimaryElection.Result election = PrimaryElection.elect(List.copyOf(views.values()), incumbent, nanos);
        election.fenced().forEach((node, why) -> views.computeIfPresent(node, (n, v) -> v.fenced(why)));
        Optional<NodeView> primary = election.primary();
        primary.ifPresent(elected -> adopt(elected, election.historyLost(), nanos));
        measureLag(primary.isPresent());
        TopologyView before = view;
        TopologyView after =
                new TopologyView(List.copyOf(views.values()), primary.map(p -> views.get(p.node())), readers());
        keepPanicWithoutPrimary(before, after, nanos);
        views.values().forEach(v -> v.node().changeState(v.state()));
        view = after;
        if (!before.equals(after)) {
            onChange.accept(before, after);
            changed.signalAll();
        }
    }

    /** The first node that answers names the cluster; the first in configuration order when several do. */
    private void rejectStrangers() {
        for (NodeView candidate : views.values()) {
            ProbeAnswer answer = candidate.answer();
            if (systemIdentifier == null && answer != null) {
                systemIdentifier = answer.systemIdentifier();
            }
        }
        String expected = systemIdentifier;
        views.replaceAll((node, v) -> v.answer() != null
                        && !v.answer().systemIdentifier().equals(expected)
                        && v.state().serves()
                ? v.fenced("it belongs to another cluster (system identifier "
                        + v.answer().systemIdentifier() + ", expected " + expected + ")")
                : v);
    }

    private void adopt(NodeView elected, boolean historyLost, long nanos) {
        ProbeAnswer answer = elected.answer();
        if (answer == null) {
            return;
        }
        if (historyLost) {
            TopologyLog.LOG.warn(
                    "{} writes timeline {} after timeline {} was written elsewhere: what was written there is lost",
                    elected.node(),
                    elected.timeline(),
                    incumbent.timeline());
        }
        incumbent = new PrimaryElection.Incumbent(elected.timeline(), elected.node());
        history.add(elected.timeline(), nanos, answer.lsn());
    }

    /** Measured at the time of each node's own answer: a position that the primary reached later is no lag. */
    private void measureLag(boolean primaryKnown) {
        if (!primaryKnown) {
            views.replaceAll((node, v) -> v.withLag(Optional.empty(), Optional.empty()));
            return;
        }
        views.replaceAll((node, v) -> {
            ProbeAnswer answer = v.answer();
            if (answer == null || !v.state().serves()) {
                return v.withLag(Optional.empty(), Optional.empty());
            }
            long position = answer.inRecovery() ? answer.lsn() : Long.MAX_VALUE;
            return v.withLag(
                    Optional.of(Duration.ofNanos(history.lagNanos(position, v.answeredNanos()))),
                    Optional.of(history.lagBytes(position)));
        });
    }

    /** Too far behind is barred; when that bars every replica although none can write, the bars are ignored. */
    private List<Node> readers() {
        List<NodeView> replicas =
                views.values().stream().filter(v -> v.role() == Role.REPLICA).toList();
        return replicas.stream()
                .filter(v -> v.lag().isEmpty() || v.lag().get().compareTo(maxLag) <= 0)
                .map(NodeView::node)
                .toList();
    }

    private void keepPanicWithoutPrimary(TopologyView before, TopologyView after, long nanos) {
        if (after.primary().isPresent()) {
            primaryLostAt = 0;
        } else {
            if (before.primary().isPresent()) {
                primaryLostAt = nanos;
            }
            if (nanos - primaryLostAt < ELECTION_PATIENCE_NANOS) {
                panicUntil = nanos + PANIC_NANOS;
            }
        }
    }

    /** Ends every monitor, side by side, and wakes everybody who waits for another view. */
    @Override
    public void close() {
        monitors.forEach(NodeMonitor::stop);
        monitors.forEach(NodeMonitor::close);
        lock.lock();
        try {
            // No view will come any more: whoever waits for one looks around and finds the database closed.
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
