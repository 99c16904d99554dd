package dev.penstock.topology;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.TopologyConfig;
import dev.penstock.connect.Connector;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.Role;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Puts the monitors' answers together: one view, replaced as a whole, and word of each replacement.
 *
 * <p>Concurrency: {@code lock} guards every field but the volatile ones and the map of monitors. Under it a new view is
 * computed and published; the change listener is called under it too, so that changes are heard in order. No I/O and no foreign code
 * runs under the lock: the listener closes, logs and tells elsewhere. Readers take the view from its volatile field.
 */
public final class Topology implements AutoCloseable {
    private static final long PANIC_NANOS = Duration.ofSeconds(10).toNanos();

    /** A cluster without a primary is probed fast for this long, then at the usual pace. */
    private static final long ELECTION_PATIENCE_NANOS = Duration.ofMinutes(5).toNanos();

    /** Who acts on what is believed. Called one at a time, in order, and under the lock: it must not block, and puts off what does I/O. */
    public interface Listener {
        /** The view was replaced; the new one is already published. */
        void changed(TopologyView before, TopologyView after);

        /** The node's name points to another server now: what stands to the old one belongs there no more. */
        void moved(Node node);

        /** A round of a monitor is over; called on its thread, without the lock. */
        default void probed(Node node, boolean answered, long nanos) {}

        /** Whether anybody wants to know more than the pools need. */
        default boolean isHeard() {
            return false;
        }
    }

    private final LagLimit lagLimit;
    private final Prober prober;
    private final NodeMonitor.Limits limits;
    private final Listener listener;
    private final Map<Node, NodeView> views = new LinkedHashMap<>();
    private final Map<Node, NodeMonitor> monitors = new ConcurrentHashMap<>();
    private final LsnHistory history = new LsnHistory();
    private final ClusterIdentity identity;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), Topology::daemon, new DiscardPolicy());
    private final ScheduledThreadPoolExecutor clock =
            new ScheduledThreadPoolExecutor(1, Topology::daemon, new DiscardPolicy());
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private PrimaryElection.Incumbent incumbent = PrimaryElection.Incumbent.NONE;
    private long startedAt;
    private long primaryLostAt;
    private TopologyView.Loss lost = TopologyView.Loss.NONE;

    /** The newest timeline whose number was used twice, so that no replica proves by it which one it follows; 0 for none. */
    private int ambiguous;

    private boolean running;
    private volatile long panicUntil;
    private volatile TopologyView view;

    public Topology(DatabaseConfig config, Connector connector, Listener listener) {
        this(new SqlProber(connector, config), config.timeouts().connect(), config.topology(), listener);
    }

    /** @param connect how long one attempt to open a session may take */
    Topology(Prober prober, Duration connect, TopologyConfig config, Listener listener) {
        this.prober = prober;
        this.limits = NodeMonitor.Limits.of(connect, connect);
        this.lagLimit = LagLimit.of(config);
        this.identity = new ClusterIdentity(config.systemIdentifier());
        this.listener = listener;
        long now = System.nanoTime();
        this.view = TopologyView.of(List.of(), Optional.empty(), lost, Optional.empty());
        this.primaryLostAt = now;
        this.startedAt = now;
        this.panicUntil = now + PANIC_NANOS;
    }

    /** Starts asking. */
    void start() {
        start(limits.connect());
    }

    /** @param opening how long somebody waits for the first answers: shortly before that is over, each node says why it has none */
    public void start(Duration opening) {
        lock.lock();
        try {
            running = true;
            startedAt = System.nanoTime();
            views.keySet().forEach(node -> monitor(node, NodeMonitor.Limits.of(limits.connect(), opening)));
        } finally {
            lock.unlock();
        }
    }

    private void monitor(Node node, NodeMonitor.Limits limits) {
        NodeMonitor monitor = new NodeMonitor(this, node, prober, limits);
        monitors.put(node, monitor);
        monitor.start();
    }

    /** One more node to ask; it takes part as soon as it answers. */
    public void add(Node node) {
        lock.lock();
        try {
            views.put(node, NodeView.unknown(node, System.nanoTime()));
            if (running) {
                monitor(node, limits);
            }
            publish(System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Forgets a node, unless it is the one that is written to: its own word counts for more than anybody else's.
     *
     * @return whether it is forgotten
     */
    public boolean remove(Node node) {
        NodeMonitor monitor;
        lock.lock();
        try {
            if (view.isPrimary(node) || views.remove(node) == null) {
                return false;
            }
            monitor = monitors.remove(node);
            publish(System.nanoTime());
        } finally {
            lock.unlock();
        }
        if (monitor != null) {
            monitor.close();
        }
        return true;
    }

    /**
     * From now on the cluster {@code systemIdentifier} is ours, whatever was before: every node is asked anew, no connection of before is lent
     * again, and the timeline, the log and the positions of the former cluster count no more.
     */
    public void adopt(String systemIdentifier) {
        lock.lock();
        try {
            if (identity.is(systemIdentifier)) {
                return;
            }
            identity.settle(systemIdentifier);
            incumbent = PrimaryElection.Incumbent.NONE;
            ambiguous = 0;
            history.clear();
            long now = System.nanoTime();
            primaryLostAt = now;
            views.replaceAll((node, view) -> NodeView.unknown(node, now));
            views.keySet().forEach(listener::moved);
            publish(now);
        } finally {
            lock.unlock();
        }
        TopologyLog.LOG.info("The cluster {} is ours from now on; every connection is replaced", systemIdentifier);
        prober.forget();
        monitors.values().forEach(NodeMonitor::probeAfresh);
        alarm();
    }

    /** Whether the cluster {@code systemIdentifier} is ours. */
    public boolean follows(String systemIdentifier) {
        lock.lock();
        try {
            return identity.is(systemIdentifier);
        } finally {
            lock.unlock();
        }
    }

    /** What is believed now. No I/O, no lock. */
    public TopologyView view() {
        return view;
    }

    /** A pool met an error that may mean {@code node} is gone: every node is asked at once, and often for a while. */
    public void suspect(Node node, SQLException error) {
        NodeMonitor monitor = monitors.get(node);
        if (monitor != null && ErrorClass.of(error) == ErrorClass.NOT_NOW) {
            monitor.probeAfresh();
        }
        alarm();
    }

    private void alarm() {
        panicUntil = System.nanoTime() + PANIC_NANOS;
        monitors.values().forEach(NodeMonitor::probeNow);
    }

    /**
     * Asks every node at once, and waits until the view satisfies {@code wanted}, or each node has answered or is given up.
     *
     * @return the view then, or the last one when {@code nanos} are over
     */
    public TopologyView lookAnew(Predicate<TopologyView> wanted, long nanos) throws InterruptedException {
        long begun = System.nanoTime();
        alarm();
        return await(
                next -> wanted.test(next) || next.nodes().stream().allMatch(node -> node.isSeenSince(begun)), nanos);
    }

    private boolean isInPanic() {
        return panicUntil - System.nanoTime() > 0;
    }

    /** Whether {@code node} may become the primary that is missing, so that it is worth waiting for. */
    boolean awaitsPromotionOf(Node node) {
        TopologyView now = view;
        return now.primary().isEmpty()
                && isInPanic()
                && now.find(node).filter(one -> one.role() == Role.REPLICA).isPresent();
    }

    /** @param random from 0 to 1 */
    Duration pauseFor(Node node, double random) {
        if (awaitsPromotionOf(node)) {
            return Duration.ZERO;
        }
        Optional<NodeView> now = view.find(node);
        NodeState state = now.map(NodeView::state).orElse(NodeState.UNKNOWN);
        long since = now.map(NodeView::downSinceNanos).orElse(0L);
        Duration downFor =
                state == NodeState.DOWN ? Duration.ofNanos(Math.max(0, System.nanoTime() - since)) : Duration.ZERO;
        return ProbePace.pause(state, downFor, isInPanic(), random);
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

    void answered(Node node, long asked, ProbeAnswer answer) {
        look(node, asked, before -> before.answered(answer, asked));
    }

    /** A round is over, with an answer or without. */
    void probed(Node node, boolean answered, long nanos) {
        listener.probed(node, answered, nanos);
    }

    /** Whether it is worth a question about a server's sessions: nothing delays the search for a primary. */
    boolean wantsSessions() {
        return listener.isHeard() && hasPrimary();
    }

    boolean hasPrimary() {
        return view.primary().isPresent();
    }

    /** The standing session has not answered yet. */
    void slow(Node node, long asked) {
        missed(node, asked, Observation.SLOW, new SQLException("It has not answered for a while", "08006"));
    }

    void missed(Node node, long asked, Observation seen, SQLException error) {
        if (seen == Observation.SILENT || Observation.isRefusal(error)) {
            node.wasFoundGone(asked);
        }
        look(node, asked, before -> before.missed(seen, asked, error));
    }

    void moved(Node node) {
        TopologyLog.LOG.warn("The name of {} points to another server now; its connections are replaced", node);
        lock.lock();
        try {
            listener.moved(node);
        } finally {
            lock.unlock();
        }
    }

    /** An older look never replaces a newer one. A node that falls from serving alarms everybody. */
    private void look(Node node, long asked, UnaryOperator<NodeView> seen) {
        boolean alarming;
        lock.lock();
        try {
            NodeView before = views.get(node);
            if (before == null || asked - before.seenNanos() < 0) {
                return;
            }
            NodeView after = seen.apply(before);
            views.put(node, after);
            alarming = before.state() != after.state() && after.state() != NodeState.UP;
            publish(asked);
        } finally {
            lock.unlock();
        }
        if (alarming) {
            alarm();
        }
    }

    /** Computes and publishes the next view. Called under the lock. */
    private void publish(long nanos) {
        Optional<String> ours = identity.among(views.values(), Duration.ofNanos(System.nanoTime() - startedAt));
        ours.ifPresent(this::rejectStrangers);
        Optional<NodeView> primary = ours.flatMap(known -> elect(known, nanos));
        if (ambiguous != 0) {
            views.replaceAll((node, v) -> v.unprovenOn(ambiguous));
        }
        measureLag(primary.isPresent());
        TopologyView before = view;
        TopologyView after = TopologyView.of(
                List.copyOf(views.values()),
                primary.map(p -> views.get(p.node())),
                lost,
                primary.isPresent()
                        ? Optional.empty()
                        : ours.flatMap(known -> identity.replacement(views.values(), known)));
        keepPanicWithoutPrimary(before, after, nanos);
        views.values().forEach(v -> v.node().changeState(v.state()));
        view = after;
        if (!before.equals(after)) {
            listener.changed(before, after);
            changed.signalAll();
        }
    }

    private void rejectStrangers(String ours) {
        views.replaceAll((node, v) ->
                v.state().serves() ? identity.stranger(v, ours).map(v::fenced).orElse(v) : v);
    }

    private Optional<NodeView> elect(String ours, long nanos) {
        List<NodeView> candidates = views.values().stream()
                .filter(v -> identity.stranger(v, ours).isEmpty())
                .toList();
        PrimaryElection.Result election = PrimaryElection.elect(candidates, incumbent, nanos);
        election.fenced().forEach((node, why) -> views.computeIfPresent(node, (n, v) -> v.fenced(why)));
        election.primary().ifPresent(elected -> adopt(elected, election.historyLost()));
        return election.primary();
    }

    private void adopt(NodeView elected, boolean historyLost) {
        ProbeAnswer answer = elected.answer();
        if (answer == null) {
            return;
        }
        if (historyLost) {
            lost = lost.and(incumbent.timeline());
        }
        if (incumbent.isAnotherThan(elected)) {
            ambiguous = elected.timeline();
            history.clear();
        }
        identity.settle(answer.systemIdentifier());
        incumbent = incumbent.succeededBy(elected);
        if (answer.hasComparablePositions()) {
            history.add(elected.timeline(), elected.answeredNanos(), answer.lsn());
        }
    }

    /** Measured at the time of each node's own answer: a position that the primary reached later is no lag. */
    private void measureLag(boolean primaryKnown) {
        views.replaceAll((node, v) -> {
            Optional<Lag> lag = primaryKnown ? lag(v) : Optional.empty();
            return v.withLag(lag, lag.isPresent() && lagLimit.isTooFar(lag.get(), v.barred()));
        });
    }

    private Optional<Lag> lag(NodeView v) {
        ProbeAnswer answer = v.answer();
        if (answer == null || !v.state().serves() || !answer.hasComparablePositions()) {
            return Optional.empty();
        }
        return Optional.of(answer.inRecovery() ? history.lag(answer.lsn(), v.answeredNanos()) : Lag.NONE);
    }

    private void keepPanicWithoutPrimary(TopologyView before, TopologyView after, long nanos) {
        if (after.primary().isEmpty()) {
            if (before.primary().isPresent()) {
                primaryLostAt = nanos;
            }
            if (nanos - primaryLostAt < ELECTION_PATIENCE_NANOS) {
                panicUntil = nanos + PANIC_NANOS;
            }
        }
    }

    /**
     * Runs {@code work} in a while, on the thread of the clock: it must not block. The delay is kept by this topology's own clock: the one that
     * the JVM shares never ends, and would keep for ever the class loader of the application in which it was started.
     */
    void after(Duration delay, Runnable work) {
        clock.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs {@code work} on a thread of its own, such as the opening of a fresh session: one for each node that needs one, and none in calm. */
    Future<?> begin(Runnable work) {
        return threads.submit(work);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "penstock-fresh-session");
        thread.setDaemon(true);
        return thread;
    }

    /** They end with their sockets. */
    private void awaitThreads() {
        try {
            if (!threads.awaitTermination(1, TimeUnit.SECONDS)) {
                TopologyLog.LOG.debug("A session is still being opened");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends every monitor, side by side, and wakes everybody who waits for another view. */
    @Override
    public void close() {
        lock.lock();
        try {
            running = false;
        } finally {
            lock.unlock();
        }
        monitors.values().forEach(NodeMonitor::stop);
        monitors.values().forEach(NodeMonitor::close);
        clock.shutdownNow();
        threads.shutdownNow();
        awaitThreads();
        lock.lock();
        try {
            // No view will come any more: whoever waits for one looks around and finds the database closed.
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
