package dev.penstock.metrics;

import dev.penstock.Database;
import dev.penstock.observe.BorrowFailure;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.DatabaseStatus;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.PoolListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The meters of one database in one registry. Thread-safe.
 *
 * <p>The database holds this object as its listener, and so everything that gauges read, whether or not anybody keeps the
 * {@link DatabaseMetrics}.
 *
 * <p>Concurrency: {@code this} guards {@code nodes}; meters are registered under it, which does no I/O.
 */
final class Binding implements DatabaseListener {
    private final Database database;
    private final MetricsOptions options;
    private final Meters meters;
    private final Meters stock;
    private final Scrape scrape;
    private final EventMeters events;
    private final FailoverMeters failovers;
    private final BorrowFailureMeters failures;
    private final String name;
    private final Map<String, NodeMeters> nodes = new HashMap<>();
    private boolean closed;

    Binding(Database database, MetricsOptions options, MeterRegistry registry) {
        this.database = database;
        this.options = options;
        DatabaseStatus status = database.status();
        this.name = options.name().isEmpty() ? status.info().name() : options.name();
        refuseMixture(registry, options, name);
        this.scrape = new Scrape(database);
        this.meters = new Meters(registry, options.tags().and("database", name));
        this.stock = new Meters(registry, Tags.empty());
        this.failures = new BorrowFailureMeters(meters, options.acquireBuckets());
        this.events = new EventMeters(meters);
        this.failovers = new FailoverMeters(meters);
        RoutingMeters.register(meters, scrape);
        IdentityMeters.register(meters, scrape);
        DatabaseMeters.register(meters, scrape, database);
    }

    /** Prometheus has one kind for each name: a registry whose timers of one name are of two kinds fails at its next scrape. */
    private static void refuseMixture(MeterRegistry registry, MetricsOptions options, String name) {
        if (registry.find("penstock.info").tag("database", name).meter() != null) {
            throw new IllegalStateException(
                    "The registry has meters of a database named '" + name + "' already; give this one another name:"
                            + " new DatabaseMetrics(db, MetricsOptions.defaults().withName(…))");
        }
        boolean others = registry.find("penstock.acquire").meter() != null;
        boolean bucketed = registry.find("penstock.acquire").timer() != null;
        if (others && bucketed != options.acquireBuckets()) {
            throw new IllegalStateException("The registry has meters of a database "
                    + (bucketed ? "with" : "without") + " buckets for penstock.acquire; bind '" + name
                    + "' in the same way, or to another registry");
        }
    }

    /** Listens first and looks second, so that nothing happens in between unseen. */
    void begin() {
        database.addListener(this);
        DatabaseStatus status = database.status();
        status.nodes().forEach(one -> node(one.name()));
        failovers.begin(status.primary().map(NodeStatus::name).orElse(""));
    }

    private synchronized NodeMeters node(String node) {
        return nodes.computeIfAbsent(
                node, one -> new NodeMeters(one, new NodeMeters.Place(meters, stock, scrape, name), options));
    }

    private synchronized void ifPresent(String node, Consumer<NodeMeters> event) {
        NodeMeters known = nodes.get(node);
        if (known != null) {
            event.accept(known);
        }
    }

    @Override
    public synchronized PoolListener poolListener(String node, String purpose) {
        return closed ? PoolListener.NONE : node(node).listener(purpose);
    }

    @Override
    public void borrowFailed(String purpose, BorrowFailure why, long nanos) {
        failures.record(purpose, why, nanos);
    }

    @Override
    public synchronized void nodeJoined(String node) {
        if (!closed) {
            node(node);
        }
    }

    @Override
    public synchronized void nodeLeft(String node) {
        NodeMeters left = nodes.remove(node);
        if (left != null) {
            left.remove();
        }
    }

    @Override
    public void probed(String node, boolean answered, long nanos) {
        ifPresent(node, one -> one.probed(answered, nanos));
    }

    @Override
    public void primaryElected(String node, int timeline) {
        failovers.elected(node);
    }

    @Override
    public void primaryLost(String node) {
        failovers.lost();
    }

    @Override
    public void nodeFenced(String node, String reason) {
        ifPresent(node, NodeMeters::fenced);
    }

    @Override
    public void historyLost(String node, int timeline, int lostTimeline) {
        failovers.historyLost();
    }

    @Override
    public void tokenUnproven(String token) {
        events.tokenUnproven();
    }

    @Override
    public void loginRefused(String node, String role) {
        ifPresent(node, NodeMeters::loginRefused);
    }

    @Override
    public void passwordRotated(String role) {
        events.passwordRotated();
    }

    @Override
    public void tlsReloaded(long generation) {
        events.tlsReloaded(true);
    }

    @Override
    public void tlsReloadRefused(String code, String reason) {
        events.tlsReloaded(false);
    }

    @Override
    public void writeRetried(String node, String sqlState) {
        events.retried("write", sqlState);
    }

    @Override
    public void readRetried(String node, String sqlState) {
        events.retried("read", sqlState);
    }

    /**
     * Nothing is left, neither in the registry nor at the database, which is told without the lock: it may be asking for a pool's listener
     * in this moment.
     */
    void close() {
        synchronized (this) {
            closed = true;
        }
        database.removeListener(this);
        synchronized (this) {
            nodes.values().forEach(NodeMeters::remove);
            nodes.clear();
        }
        meters.remove();
        stock.remove();
    }
}
