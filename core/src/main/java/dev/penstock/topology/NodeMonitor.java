package dev.penstock.topology;

import dev.penstock.connect.Node;
import dev.penstock.tls.ServerText;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Asks one node, over a session of its own that no pool can exhaust, and tells the topology what it heard. One thread;
 * nothing that happens in a round ends it before {@link #close()}: what a round throws is counted, and the next one begins
 * with a fresh session.
 *
 * <p>A node is never given up for one session that does not answer: a fresh one is opened beside it, and whichever answers first
 * speaks for the node. The verdict is a matter of the round; the attempt to open a fresh session may outlast it, and its late success
 * speaks for the node in the round that takes it.
 *
 * <p>Concurrency: {@code paceLock} guards {@code wanted} and {@code freshWanted} and their condition; the session is opened
 * and asked by the thread alone; {@code stop} may end it.
 */
final class NodeMonitor implements AutoCloseable {
    /**
     * After that a silent node is given up, unless its logins take longer than a third of it. A session may take a third of the verdict to
     * answer before a fresh one is tried beside it, and that one has the other two thirds.
     */
    static final Duration SHORTEST_VERDICT = Duration.ofMillis(1500);

    private static final int LOGINS_PER_VERDICT = 3;

    /** How long a replica is to wait for its promotion before it answers, while there is no primary. */
    private static final Duration PROMOTION_WAIT = Duration.ofMillis(250);

    /** Everybody's sessions change slowly, and counting them costs the server something. */
    static final Duration SESSIONS_EVERY = Duration.ofSeconds(15);

    /** A schema that was missing is created by migrations, most often soon after the start. */
    static final Duration SCHEMAS_EVERY = Duration.ofSeconds(5);

    /** Not even a storm of alarms makes rounds follow each other faster. */
    private static final Duration SPACING = Duration.ofMillis(5);

    private final Topology topology;
    private final Node node;
    private final AddressWatch addresses;
    private final Thread thread;
    private final ReentrantLock paceLock = new ReentrantLock();
    private final Condition pace = paceLock.newCondition();
    private final FreshSession fresh;
    private final Limits limits;
    private boolean wanted;
    private boolean freshWanted;
    private boolean answered;
    private long roundBegan;
    private long sessionsSeen = System.nanoTime() - SESSIONS_EVERY.toNanos();
    private long schemasSeen = System.nanoTime();
    private volatile boolean closed;
    private volatile Prober.@Nullable Session session;

    /**
     * How long things may take.
     *
     * @param connect one attempt to open a session, and the longest verdict
     * @param firstAnswer the verdict on a node that has never answered: a busy machine is not a lost one
     */
    record Limits(Duration connect, Duration firstAnswer) {
        /** A little less than what somebody waits for the first answer, so that the reason is known when they give up. */
        static Limits of(Duration connect, Duration opening) {
            return new Limits(connect, opening.multipliedBy(4).dividedBy(5));
        }
    }

    NodeMonitor(Topology topology, Node node, Prober prober, Limits limits) {
        this.topology = topology;
        this.node = node;
        this.addresses = new AddressWatch(node, prober);
        this.fresh = new FreshSession(prober, node, limits.connect(), topology, this::probeNow);
        this.limits = limits;
        this.thread = new Thread(this::run, "penstock-monitor-" + node.name());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Asks for a round now instead of at the end of the pause. */
    void probeNow() {
        wake(false);
    }

    /** The same, over a fresh session: a server that is stopping answers on the standing one until the end. */
    void probeAfresh() {
        wake(true);
    }

    private void wake(boolean afresh) {
        paceLock.lock();
        try {
            wanted = true;
            freshWanted |= afresh;
            pace.signal();
        } finally {
            paceLock.unlock();
        }
    }

    private void run() {
        while (!closed) {
            try {
                round();
                pause();
            } catch (InterruptedException e) {
                // Only close() interrupts; the loop's condition sees why.
                TopologyLog.LOG.trace("Monitor of {} was woken", node, e);
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        }
        drop();
    }

    /** Whatever it was, a node that nobody asks would be worse. */
    private void failed(Throwable why) {
        node.monitorFailed();
        TopologyLog.LOG.warn("A round of the monitor of {} failed; it goes on", node, why);
        drop();
        try {
            pause();
        } catch (InterruptedException e) {
            TopologyLog.LOG.trace("Monitor of {} was woken", node, e);
        }
    }

    private void round() {
        roundBegan = System.nanoTime();
        try {
            ProbeAnswer answer = ask();
            topology.answered(node, roundBegan, answer);
            answered = true;
            topology.probed(node, true, System.nanoTime() - roundBegan);
            lookAtFacts();
            lookAtSchemas();
            lookAtSessions();
        } catch (SQLException e) {
            drop();
            if (!closed && !wasStopped()) {
                topology.missed(node, roundBegan, Observation.of(e), e);
                topology.probed(node, false, System.nanoTime() - roundBegan);
            }
        }
    }

    /**
     * After the answer, which nothing may delay. Now and then, and only for somebody who listens. A busy server gets the time that it has for a
     * probe, since the session is lost with this question.
     */
    private void lookAtSessions() {
        Prober.Session standing = session;
        boolean due = System.nanoTime() - sessionsSeen >= SESSIONS_EVERY.toNanos();
        if (standing != null && due && topology.wantsSessions()) {
            node.learnSessions(standing.sessions(verdict()));
            sessionsSeen = System.nanoTime();
        }
    }

    /** After the answer as well, and never while a primary is looked for. */
    private void lookAtFacts() {
        Prober.Session standing = session;
        if (standing != null && topology.hasPrimary()) {
            standing.lookAtFacts(verdict());
        }
    }

    /** A new session asks by itself; after that only while one is missing. */
    private void lookAtSchemas() {
        Prober.Session standing = session;
        boolean due = System.nanoTime() - schemasSeen >= SCHEMAS_EVERY.toNanos();
        if (standing != null && due && !node.unusableSchemas().isEmpty()) {
            standing.lookAtSchemas(verdict());
            schemasSeen = System.nanoTime();
        }
    }

    /** This process did not run, for a suspended machine or a long collection: that says nothing about the node. */
    private boolean wasStopped() {
        Duration limit = (answered ? verdict() : limits.firstAnswer()).plus(askLimit());
        boolean stopped = System.nanoTime() - roundBegan > limit.multipliedBy(2).toNanos();
        if (stopped) {
            TopologyLog.LOG.info("This process stood still while {} was asked; it is asked again", node);
            probeNow();
        }
        return stopped;
    }

    /** A server that is far away, or slow to let us in, is not silent. */
    private Duration verdict() {
        Duration far = node.loginTime().multipliedBy(LOGINS_PER_VERDICT);
        Duration longest = far.compareTo(limits.connect()) > 0 ? limits.connect() : far;
        return longest.compareTo(SHORTEST_VERDICT) > 0 ? longest : SHORTEST_VERDICT;
    }

    private Duration askLimit() {
        return verdict().dividedBy(3);
    }

    private Duration openLimit() {
        return answered ? verdict().minus(askLimit()) : limits.firstAnswer();
    }

    private ProbeAnswer ask() throws SQLException {
        Prober.Session standing = usable();
        return standing == null ? askAfresh() : ask(standing);
    }

    private ProbeAnswer ask(Prober.Session standing) throws SQLException {
        long asked = roundBegan;
        Duration alone = askLimit();
        boolean waits = topology.awaitsPromotionOf(node);
        fresh.beginAfter(waits ? PROMOTION_WAIT.plus(alone) : alone, () -> topology.slow(node, asked));
        boolean silent = false;
        try {
            return question(standing, verdict());
        } catch (SQLException e) {
            drop();
            if (closed) {
                throw e;
            }
            silent = Observation.of(e) == Observation.SILENT;
            TopologyLog.LOG.debug("The session that asks {} is lost; a fresh one decides: {}", node, ServerText.of(e));
        } finally {
            if (!silent) {
                fresh.discard();
            }
        }
        if (silent) {
            topology.slow(node, asked);
        }
        return askAfresh();
    }

    private ProbeAnswer askAfresh() throws SQLException {
        Prober.Session opened = fresh.take(openLimit());
        session = opened;
        if (closed) {
            // Whoever stopped it may not have seen this one.
            opened.close();
        }
        return question(opened, askLimit());
    }

    private Prober.@Nullable Session usable() {
        Prober.Session standing = session;
        boolean moved = standing != null && addresses.hasMoved(standing.address());
        if (moved) {
            topology.moved(node);
        }
        if (standing != null && (moved || standing.isRetired() || takeFreshWanted())) {
            drop();
            return null;
        }
        return standing;
    }

    private boolean takeFreshWanted() {
        paceLock.lock();
        try {
            boolean taken = freshWanted;
            freshWanted = false;
            return taken;
        } finally {
            paceLock.unlock();
        }
    }

    private ProbeAnswer question(Prober.Session asked, Duration limit) throws SQLException {
        return topology.awaitsPromotionOf(node) ? asked.askOncePromoted(PROMOTION_WAIT, limit) : asked.ask(limit);
    }

    private void drop() {
        Prober.Session open = session;
        session = null;
        if (open != null) {
            open.close();
        }
    }

    private void pause() throws InterruptedException {
        Duration longest = topology.pauseFor(node, ThreadLocalRandom.current().nextDouble());
        paceLock.lock();
        try {
            long nanos = longest.toNanos();
            while (!wanted && !closed && nanos > 0) {
                nanos = pace.awaitNanos(nanos);
            }
            wanted = false;
        } finally {
            paceLock.unlock();
        }
        keepSpacing();
    }

    private void keepSpacing() throws InterruptedException {
        long early = SPACING.toNanos() - (System.nanoTime() - roundBegan);
        if (early > 0 && !closed) {
            TimeUnit.NANOSECONDS.sleep(early);
        }
    }

    /** Tells the thread to end, and ends what it may be waiting for. */
    void stop() {
        closed = true;
        thread.interrupt();
        Prober.Session open = session;
        if (open != null) {
            open.close();
        }
        fresh.close();
    }

    /** Waits for the thread to end, at most as long as one round may take. */
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
