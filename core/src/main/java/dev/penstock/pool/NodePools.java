package dev.penstock.pool;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Connector;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.CloseReason;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.PoolListener;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.sizing.PoolSplit;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Every pooled connection of one node: a pool for writing and one for reading, started when first needed, behind one gate
 * and under one ceiling. Thread-safe.
 */
public final class NodePools implements AutoCloseable {
    /** How long a caller waits inside Hikari before the node's state is looked at again. */
    private static final long SLICE_MILLIS = 50;

    /** A quarter of a second. */
    private static final int SLICES_UNTIL_SLOW = 5;

    /** At most, and never beyond the borrower's deadline. */
    private static final Duration PING = Duration.ofSeconds(1);

    /** What came of one connection for one borrower. */
    private enum Offer {
        LENT,
        /** It is retired, or of a role that its node has no more: another one may be right there. */
        UNSUITABLE,
        /** It has to be asked whether it is alive, and this caller counts no time: it stays in the pool for whoever does. */
        UNPROVEN,
        /** There was none, or it did not answer: that took time. */
        LOST
    }

    /** How long closing goes on asking the server to end what still runs. */
    private static final Duration CANCEL = Duration.ofSeconds(1);

    private static final String FULL =
            "Raise pool.size or pool.maxOverflow if the server has room, or hold connections shorter.";

    private static final String FULL_OF_READS = "Raise primary_read_share, or hold connections shorter.";

    private static final String QUEUE_FULL = "Send fewer at once, hold connections shorter, or raise max_waiting.";

    private final Node node;
    private final Shared shared;
    private final Gate gate;
    private final LoadMeter meter;
    private final Ticks ticks;
    private final Returns ofReads;
    private final Returns ofWrites;
    private final PurposePool writes;
    private final PurposePool reads;
    /** Guards that ceiling and share of reads are set together. */
    private final ReentrantLock sizeLock = new ReentrantLock();

    private double readShare = 1;
    private volatile boolean closed;

    /** @param ticks what borrows are measured with while somebody listens */
    public NodePools(DatabaseConfig config, Node node, Connector connector, Ticks ticks) {
        this(config, node, connector, ticks, Shared.Times.of(config.pool()));
    }

    NodePools(DatabaseConfig config, Node node, Connector connector, Ticks ticks, Shared.Times times) {
        this.node = node;
        this.ticks = ticks;
        this.shared = new Shared(times);
        this.gate = new Gate(0, 0, config.pool().maxWaiting());
        this.meter = new LoadMeter(gate);
        this.ofReads = new Returns(gate.leave(true), ticks);
        this.ofWrites = new Returns(gate.leave(false), ticks);
        this.writes = new PurposePool(config, node, Purpose.WRITE, connector, shared);
        this.reads = new PurposePool(config, node, Purpose.READ, connector, shared);
        writes.besides(reads);
        reads.besides(writes);
        config.pool().split().ifPresent(this::size);
    }

    /** Makes the size known, once: nobody is let in before. */
    public void size(PoolSplit found) {
        sizeLock.lock();
        try {
            if (!shared.isSized()) {
                shared.size(found);
                gate.limitReads(reads(readShare));
                gate.limit(found.ceiling());
            }
        } finally {
            sizeLock.unlock();
        }
    }

    /** A share that is not zero admits at least one. */
    private int reads(double share) {
        return (int) Math.ceil(share * shared.ceiling() - 1e-9);
    }

    public Node node() {
        return node;
    }

    /** The meter of what goes through here. */
    public LoadMeter meter() {
        return meter;
    }

    /** Tells that listener what it wants to hear of these pools from now on. */
    public void addListener(DatabaseListener listener) {
        writes.hearing().add(listener);
        reads.hearing().add(listener);
    }

    public void removeListener(DatabaseListener listener) {
        writes.hearing().remove(listener);
        reads.hearing().remove(listener);
    }

    /** Who hears of the connections for {@code purpose}. */
    public PoolListener listener(Purpose purpose) {
        return pool(purpose).hearing().now();
    }

    /** The part of the ceiling that reads may take: all of it on a replica, a share on the primary. */
    public void limitReads(double share) {
        sizeLock.lock();
        try {
            readShare = share;
            gate.limitReads(reads(share));
        } finally {
            sizeLock.unlock();
        }
    }

    /** How many reads may be inside at once. */
    public int readLimit() {
        return gate.readLimit();
    }

    /** Those who wait here are sent on their way at once; they will be told where to go instead. */
    public void sendWaitersAway(boolean alsoReads) {
        gate.sendWaitersAway(alsoReads);
    }

    /** Idle connections that no longer suit are closed now, busy ones when they come back. */
    public void evictRetired() {
        writes.evictAll();
        reads.evictAll();
    }

    /**
     * One of the node's pooled connections is not to be lent again: it is closed now when it is idle, else when it comes back.
     * To be asked again as long as {@link NodeConnection#isRetired()} is false: its first borrower may have it.
     */
    public void retire(NodeConnection connection) throws SQLException {
        pool(connection.purpose()).retire(connection);
    }

    /**
     * Closes the idle connections that are not kept. To be called once a second, by one thread; no I/O.
     *
     * @param now {@link System#nanoTime()}
     */
    public void closeIdle(long now) {
        if (closed || !shared.isSized()) {
            return;
        }
        KeepRule.Surplus surplus = shared.keep().look(now, gate.takePeak(), writes.seen(), reads.seen());
        writes.closeIdle(surplus.writes());
        reads.closeIdle(surplus.reads());
    }

    /** A connection that is there for the taking, or opened within one slice; null otherwise. Reads no clock unless somebody listens. */
    public @Nullable Connection borrowNow(Purpose purpose) throws SQLException {
        return !closed && gate.tryEnter(purpose == Purpose.READ) ? admitted(purpose, 0, 1, Gate.STAYS) : null;
    }

    /**
     * A connection for {@code purpose}, proven to suit it, waiting for its turn and for the server until {@code deadline}
     * ({@link System#nanoTime()}).
     *
     * @param stays whether this is still the node to wait for; asked once at a full gate, and about twenty times a second while the server opens
     *     no connection
     * @return null when the node stopped serving meanwhile, or {@code stays} says so: ask elsewhere
     * @throws SQLException when the time is over, with the last real failure as its cause
     */
    public @Nullable Connection borrow(Purpose purpose, long deadline, BooleanSupplier stays) throws SQLException {
        return borrow(purpose, deadline, Integer.MAX_VALUE, stays);
    }

    /**
     * The same, for a caller who may have somewhere else to go: also null when there is room, and yet no connection for a quarter
     * of a second, because the server is slow to open one.
     *
     * @param stays asked about ten times a second at a full gate, too
     */
    public @Nullable Connection borrowUnlessSlow(Purpose purpose, long deadline, BooleanSupplier stays)
            throws SQLException {
        return borrow(purpose, deadline, SLICES_UNTIL_SLOW, stays);
    }

    private @Nullable Connection borrow(Purpose purpose, long deadline, int slices, BooleanSupplier stays)
            throws SQLException {
        if (closed) {
            return null;
        }
        long left = Math.max(0, deadline - System.nanoTime());
        try {
            return switch (enter(purpose, left, stays)) {
                case ADMITTED -> admitted(purpose, deadline, slices, stays);
                case SENT_AWAY -> null;
                case TIMED_OUT -> throw timedOut(purpose);
                case QUEUE_FULL -> throw queueFull(purpose);
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while waiting for a connection to " + node, "08001", e);
        }
    }

    private Gate.Answer enter(Purpose purpose, long nanos, BooleanSupplier stays) throws InterruptedException {
        boolean read = purpose == Purpose.READ;
        if (gate.tryEnter(read)) {
            return Gate.Answer.ADMITTED;
        }
        listener(purpose).queued();
        return gate.enter(read, nanos, stays);
    }

    /** Inside the gate: leaves it again unless a connection is handed out. */
    private @Nullable Connection admitted(Purpose purpose, long deadline, int slices, BooleanSupplier stays)
            throws SQLException {
        boolean lent = false;
        try {
            Connection connection = fromPool(purpose, deadline, slices, stays);
            lent = connection != null;
            return connection;
        } finally {
            if (!lent) {
                gate.leave(purpose == Purpose.READ).run();
            }
        }
    }

    /**
     * At most so many slices, and none after {@code deadline}, as long as the node serves and the caller stays. Without a deadline (0) the caller
     * has waited for nothing else, so the listener hears of it here. No clock is read for nobody.
     */
    private @Nullable Connection fromPool(Purpose purpose, long deadline, int slices, BooleanSupplier stays)
            throws SQLException {
        PurposePool pool = pool(purpose);
        PoolListener listener = pool.hearing().now();
        long begun = listener == PoolListener.NONE ? 0 : ticks.now();
        for (int empty = 0; ; ) {
            Connection connection = pool.tryBorrow(SLICE_MILLIS);
            Offer offer = Offer.LOST;
            if (connection != null) {
                long now = begun == 0 ? 0 : ticks.now();
                offer = lend(connection, purpose, deadline, now, listener);
                if (offer == Offer.LENT) {
                    if (begun != 0 && deadline == 0) {
                        listener.acquired(now - begun);
                    }
                    return connection;
                }
            }
            empty += offer == Offer.LOST ? 1 : 0;
            if (offer == Offer.UNPROVEN
                    || closed
                    || !node.state().serves()
                    || empty >= slices
                    || !stays.getAsBoolean()) {
                return null;
            }
            if (deadline != 0 && System.nanoTime() - deadline >= 0) {
                listener.timedOut();
                throw pool.notOpened(gate.waiting(purpose == Purpose.READ));
            }
        }
    }

    /**
     * Makes it the caller's if it suits. One that does not, or fails meanwhile, goes back and is closed; one that is to be asked first goes back. Beginning the loan comes last: whatever
     * fails before that leaves the place in the gate to {@link #admitted}, and nothing fails after it.
     */
    private Offer lend(Connection connection, Purpose purpose, long deadline, long now, PoolListener listener)
            throws SQLException {
        Offer offer = Offer.LOST;
        try {
            NodeConnection physical = connection.unwrap(NodeConnection.class);
            offer = suits(physical, purpose, deadline);
            if (offer == Offer.LENT) {
                offer = Offer.LOST;
                connection.setCatalog(physical.getCatalog());
                physical.lend(connection, now, returns(purpose).to(listener));
                offer = Offer.LENT;
            }
            return offer;
        } finally {
            if (offer == Offer.UNPROVEN) {
                connection.close();
            } else if (offer != Offer.LENT) {
                pool(purpose).evict(connection);
            }
        }
    }

    private SQLException timedOut(Purpose purpose) {
        listener(purpose).timedOut();
        Holders all = holders();
        int ceiling = shared.ceiling();
        int share = gate.readLimit();
        boolean read = purpose == Purpose.READ;
        String told = read && share < ceiling && all.count() < ceiling
                ? all.ofReads().told(share + " for reads", FULL_OF_READS)
                : all.told(String.valueOf(ceiling), FULL);
        return pool(purpose).timedOut(gate.waiting(read), told);
    }

    private SQLException queueFull(Purpose purpose) {
        String told = holders().told(String.valueOf(shared.ceiling()), QUEUE_FULL);
        return pool(purpose).queueFull(gate.waiting(purpose == Purpose.READ), told);
    }

    /** Who has connections of these pools now; no I/O. */
    public Holders holders() {
        return Holders.of(node);
    }

    /** Two comparisons without I/O; a ping only when something is in doubt, within the caller's deadline. */
    private static Offer suits(NodeConnection physical, Purpose purpose, long deadline) throws SQLException {
        if (!physical.isCurrent()) {
            return Offer.UNSUITABLE;
        }
        boolean contradicts = purpose == Purpose.WRITE && physical.isReportedInHotStandby();
        if (!contradicts && !physical.isDoubtful()) {
            return Offer.LENT;
        }
        if (deadline == 0) {
            return Offer.UNPROVEN;
        }
        if (!physical.ping(atMost(PING, deadline))) {
            return Offer.LOST;
        }
        // After a promotion the server's report is stale until it answers something: ask before judging.
        if (purpose == Purpose.WRITE && physical.isReportedInHotStandby()) {
            physical.endsFor(CloseReason.ROLE_CHANGE);
            return Offer.UNSUITABLE;
        }
        return Offer.LENT;
    }

    private static Duration atMost(Duration longest, long deadline) {
        long left = deadline - System.nanoTime();
        return left < longest.toNanos() ? Duration.ofNanos(Math.max(0, left)) : longest;
    }

    private Returns returns(Purpose purpose) {
        return purpose == Purpose.READ ? ofReads : ofWrites;
    }

    private PurposePool pool(Purpose purpose) {
        return purpose == Purpose.READ ? reads : writes;
    }

    /** Connections in use on this node, for choosing the less busy one. */
    public int inUse() {
        return gate.inside();
    }

    /** What exists of the two pools now. */
    public List<PoolSnapshot> snapshots() {
        List<PoolSnapshot> snapshots = new ArrayList<>();
        writes.snapshot(gate.waiting(false)).ifPresent(snapshots::add);
        reads.snapshot(gate.waiting(true)).ifPresent(snapshots::add);
        return snapshots;
    }

    /** Lets nobody in any more; those inside stay. */
    public void stopLending() {
        closed = true;
        gate.sendWaitersAway(true);
    }

    /** Waits for those inside, at most until {@code deadline}. */
    public void awaitReturns(long deadline) throws InterruptedException {
        gate.awaitEmpty(deadline);
    }

    private void cancelStatements() {
        try {
            node.cancelLentStatements(CANCEL);
        } catch (InterruptedException e) {
            // Whoever closes is in a hurry: the connections are broken without it.
            Thread.currentThread().interrupt();
        }
    }

    /** Sends waiters away, breaks what is in use, and ends the pools' threads. */
    @Override
    public void close() {
        stopLending();
        writes.stopOpening();
        reads.stopOpening();
        node.abandonConnects();
        if (gate.inside() > 0 && node.state().serves()) {
            cancelStatements();
        }
        node.liveConnections().forEach(NodeConnection::takeBack);
        writes.close();
        reads.close();
    }
}
