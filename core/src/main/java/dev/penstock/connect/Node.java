package dev.penstock.connect;

import dev.penstock.config.Endpoint;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.ServerLimits;
import dev.penstock.observe.ServerSessions;
import java.net.InetAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One server, as pools and topology both see it. The topology writes its state; pools read it, and report the errors
 * they meet.
 *
 * <p>Concurrency: {@code state} is volatile and written by the topology alone. {@code epoch} and {@code doubt} only
 * grow; connections compare against them without I/O. {@code stateLock} guards nothing but the condition on which
 * connects park while the node is down; no I/O happens under it.
 */
public final class Node {
    /** More connects at once only slow a server that is starting (MongoDB's CMAP came to the same number). */
    private static final int MAX_CONNECTS_IN_FLIGHT = 2;

    /** A session on which nothing runs says so at once; a busy machine takes one for busy and sends a request that is ignored. */
    private static final long IDLE_MILLIS = 50;

    private final String name;
    private final Endpoint endpoint;
    private final Optional<InetAddress> address;
    private final Set<NodeConnection> live = ConcurrentHashMap.newKeySet();
    private final Set<ConnectAttempt> attempts = ConcurrentHashMap.newKeySet();
    private final Semaphore connects = new Semaphore(MAX_CONNECTS_IN_FLIGHT, true);
    private final Semaphore connectThreads = ThreadShare.whole();
    private final LoginTimes logins = new LoginTimes();
    private final AtomicInteger epoch = new AtomicInteger();
    private final AtomicInteger doubt = new AtomicInteger();
    private final AtomicLong monitorFailures = new AtomicLong();
    private final SeenErrors seenErrors = new SeenErrors();
    private final ReentrantLock stateLock = new ReentrantLock();
    private final Condition stateChanged = stateLock.newCondition();
    private volatile boolean servesReads = true;
    private volatile NodeState state = NodeState.UNKNOWN;
    private volatile BiConsumer<Node, SQLException> errorListener = (node, error) -> {};
    private volatile Optional<ServerLimits> limits = Optional.empty();
    private volatile ServerSessions sessions = ServerSessions.UNSEEN;
    private volatile Runnable limitsListener = () -> {};
    private volatile @Nullable String databaseName;
    private volatile StartMode startMode = StartMode.PLAIN;
    private volatile Optional<ServerFacts> facts = Optional.empty();
    private volatile List<UnusableSchema> unusableSchemas = List.of();

    /** When the last look began that found nobody there; null when none has. */
    private volatile @Nullable Long foundGone;

    /** A node that is found wherever its name points to. */
    public Node(String name, Endpoint endpoint) {
        this(name, endpoint, Optional.empty());
    }

    /** @param address where the node was found, when its name alone would not lead there */
    public Node(String name, Endpoint endpoint, Optional<InetAddress> address) {
        this.name = name;
        this.endpoint = endpoint;
        this.address = address;
    }

    /** The logical name, stable over role changes: {@code node-1}. */
    public String name() {
        return name;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** The one address to connect to; empty when the name says it. */
    public Optional<InetAddress> address() {
        return address;
    }

    /** Whether reads may go to it while it is a replica; yes unless an operator said otherwise where it was found. */
    public boolean servesReads() {
        return servesReads;
    }

    /** Called by the topology alone; counts from the next view on. */
    public void serveReads(boolean allowed) {
        servesReads = allowed;
    }

    public NodeState state() {
        return state;
    }

    /** Called by the topology alone. */
    public void changeState(NodeState next) {
        stateLock.lock();
        try {
            if (state != next) {
                state = next;
                stateChanged.signalAll();
            }
        } finally {
            stateLock.unlock();
        }
    }

    /** Where the topology hears of connection-class errors that pools meet. */
    public void onConnectionError(BiConsumer<Node, SQLException> listener) {
        errorListener = listener;
    }

    /**
     * A pool met an error that may mean the node is gone: every connection not checked since is pinged before it is
     * handed out again, and the topology probes at once.
     */
    public void reportError(SQLException error) {
        doubt.incrementAndGet();
        errorListener.accept(this, error);
    }

    /** An error came through a pooled connection of this node, and work that met it may be done again. */
    public void sawError(SQLException error) {
        seenErrors.add(error);
    }

    /** Called by the topology alone: a look that began at {@code nanos} was refused, or had no answer in time. */
    public void wasFoundGone(long nanos) {
        foundGone = nanos;
    }

    /** Whether a look that began after {@code nanos} ({@link System#nanoTime()}) was refused, or had no answer in time. */
    public boolean wasFoundGoneSince(long nanos) {
        Long last = foundGone;
        return last != null && last - nanos > 0;
    }

    /** How often a round of the node's monitor failed for a reason of our own. */
    public long monitorFailures() {
        return monitorFailures.get();
    }

    /** Called by the topology alone. */
    public void monitorFailed() {
        monitorFailures.incrementAndGet();
    }

    /** What the server said it admits; empty until it was asked. */
    public Optional<ServerLimits> limits() {
        return limits;
    }

    /** Called by the topology alone, once. */
    public void learnLimits(ServerLimits said) {
        limits = Optional.of(said);
        sessions = ServerSessions.of(said);
        limitsListener.run();
    }

    /**
     * The database's name as the server says it, with which the driver compares catalogs; a pooler may be asked for it by another
     * one. Null until the server was asked.
     */
    public @Nullable String databaseName() {
        return databaseName;
    }

    /** Called by the topology alone. */
    public void learnDatabaseName(String said) {
        databaseName = said;
    }

    /** What sessions on it begin with, as the monitor's last session showed it. */
    public StartMode startMode() {
        return startMode;
    }

    /** Called by the topology alone; counts from the next view on. */
    public void learnStartMode(StartMode seen) {
        boolean other = !seen.equals(startMode);
        startMode = seen;
        if (other) {
            limitsListener.run();
        }
    }

    /** What it said of the roles that log in and of itself; empty until it was asked, and when it does not tell. */
    public Optional<ServerFacts> facts() {
        return facts;
    }

    /** Called by the topology alone. */
    public void learnFacts(ServerFacts said) {
        boolean others = facts.filter(said::equals).isEmpty();
        facts = Optional.of(said);
        if (others) {
            limitsListener.run();
        }
    }

    /** The configured schemas that the server passes over, when it was last asked. */
    public List<UnusableSchema> unusableSchemas() {
        return unusableSchemas;
    }

    /** Called by the topology alone. */
    public void learnUnusableSchemas(List<UnusableSchema> seen) {
        boolean others = !seen.equals(unusableSchemas);
        unusableSchemas = List.copyOf(seen);
        if (others) {
            limitsListener.run();
        }
    }

    /** Everybody's sessions on the server when it was last asked. */
    public ServerSessions sessions() {
        return sessions;
    }

    /** Called by the topology alone. */
    public void learnSessions(ServerSessions seen) {
        sessions = seen;
    }

    /** Who hears, on a thread of the monitor's, that the server said what it admits, or how sessions begin there. */
    public void onLimits(Runnable listener) {
        limitsListener = listener;
    }

    /**
     * Connections opened before this call are not handed out again: the node lost its role.
     *
     * @return the epoch that begins
     */
    public int retireConnections() {
        return epoch.incrementAndGet();
    }

    /** A login has taken that long, from the first packet to the session. */
    public void learnLogin(long nanos) {
        logins.add(nanos);
    }

    /** How long a login takes here: the shortest of the last four; zero before the first. */
    public Duration loginTime() {
        return logins.shortest();
    }

    /**
     * Breaks every connection of an epoch before {@code current}, so that callers blocked on a server that went silent return, and every
     * connect begun in one, so that none of them stands in the way when the server is back. What was begun since is left alone: the server
     * may have answered again by the time this runs. The monitor looks after its own: its session may be the one that tells that the server
     * is back.
     */
    public void abortConnectionsBefore(int current) {
        live.stream()
                .filter(connection -> connection.purpose() != Purpose.MONITOR)
                .filter(connection -> connection.isOlderThan(current))
                .forEach(NodeConnection::abortNow);
        attempts.stream().filter(attempt -> attempt.epoch() - current < 0).forEach(ConnectAttempt::abandon);
    }

    /** Ends every connect in progress: the pools close, and nobody waits for it any more. */
    public void abandonConnects() {
        attempts.forEach(ConnectAttempt::abandon);
    }

    /**
     * Asks the server to end what borrowers still run: a broken connection alone goes unnoticed there until the statement is done. Requests
     * for all statements go out side by side, each over a connection of its own, and none for a session on which nothing runs. Returns when
     * the server has answered all of them, and after {@code atMost} at the latest; requests that are under way then still go out. Sessions of
     * a caller's own are left alone.
     */
    public void cancelLentStatements(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        List<NodeConnection> lent = live.stream().filter(NodeConnection::isLent).toList();
        ExecutorService threads = Executors.newCachedThreadPool(Node::cancelThread);
        try {
            List<Callable<Object>> idle = lent.stream()
                    .map(one -> Executors.callable(one::awaitStatementEnd))
                    .toList();
            List<Future<Object>> ended = threads.invokeAll(idle, IDLE_MILLIS, TimeUnit.MILLISECONDS);
            List<Callable<Object>> cancels = IntStream.range(0, lent.size())
                    .filter(i -> ended.get(i).isCancelled())
                    .mapToObj(i -> Executors.callable(lent.get(i)::cancelNow))
                    .toList();
            threads.invokeAll(cancels, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } finally {
            threads.shutdown();
        }
    }

    private static Thread cancelThread(Runnable work) {
        Thread thread = new Thread(work, "penstock-cancel");
        thread.setDaemon(true);
        return thread;
    }

    public int epoch() {
        return epoch.get();
    }

    /** Every physical connection that stands now, whatever for. */
    public List<NodeConnection> liveConnections() {
        return List.copyOf(live);
    }

    int doubt() {
        return doubt.get();
    }

    SeenErrors seenErrors() {
        return seenErrors;
    }

    /** An attempt is known here before it is begun, so that giving the node up ends it. */
    void began(ConnectAttempt attempt) {
        attempts.add(attempt);
        if (attempt.epoch() != epoch()) {
            attempt.abandon();
        }
    }

    void ended(ConnectAttempt attempt) {
        attempts.remove(attempt);
    }

    void opened(NodeConnection connection) {
        live.add(connection);
    }

    void closed(NodeConnection connection) {
        live.remove(connection);
    }

    /** Waits until the node's state is no longer {@code seen}, somebody calls {@link #wakeParked}, or the time is over. */
    public void awaitChange(NodeState seen, Duration atMost) throws InterruptedException {
        stateLock.lock();
        try {
            // Waking too early is welcome: the caller looks again anyway.
            if (state == seen && !stateChanged.await(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                ConnectLog.LOG.trace("{} was still {} after {}", this, seen, atMost);
            }
        } finally {
            stateLock.unlock();
        }
    }

    /** Lets everybody who is parked look around: a pool is closing. */
    public void wakeParked() {
        stateLock.lock();
        try {
            stateChanged.signalAll();
        } finally {
            stateLock.unlock();
        }
    }

    boolean enterConnect(Duration atMost) throws InterruptedException {
        return connects.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    boolean tryEnterConnect() {
        return connects.tryAcquire();
    }

    /** What is left of this node's share of the connect threads. */
    Semaphore connectThreads() {
        return connectThreads;
    }

    void leaveConnect() {
        connects.release();
    }

    /** Where it is, for people: {@code db-1:5432}, with the address for one of several behind a name. */
    public String place() {
        return endpoint + address.map(found -> " at " + found.getHostAddress()).orElse("");
    }

    /** The name of the node that is the {@code number}th to be known, from 1. Names are compared, and never taken apart. */
    public static String nameOf(int number) {
        return "node-" + number;
    }

    @Override
    public String toString() {
        return name + " (" + place() + ")";
    }
}
