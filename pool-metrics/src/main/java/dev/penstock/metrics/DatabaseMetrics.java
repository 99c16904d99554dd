package dev.penstock.metrics;

import dev.penstock.Database;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.PoolSnapshot;
import dev.penstock.observe.Role;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;

/**
 * Meters of one database: {@code new DatabaseMetrics(db).bindTo(registry)}. Every meter exists from the moment it is
 * bound, with a value of zero where there is nothing to count yet. Thread-safe.
 *
 * <p>Gauges read {@link Database#status()} when they are scraped, which does no I/O. Members are tagged by their logical
 * names; hosts and URLs never become tags. Close it before the database to remove the meters.
 */
public final class DatabaseMetrics implements MeterBinder, AutoCloseable {
    private static final List<String> PURPOSES = List.of("read", "write");

    private final Database database;
    private final Tags tags;
    private final List<Registered> meters = new CopyOnWriteArrayList<>();

    private record Registered(MeterRegistry registry, Meter meter) {}

    /** Without further tags: right for an application with one database. */
    public DatabaseMetrics(Database database) {
        this(database, Tags.empty());
    }

    /** With {@code tags} on every meter, such as {@code Tags.of("database", "orders")}. */
    public DatabaseMetrics(Database database, Tags tags) {
        this.database = database;
        this.tags = tags;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (NodeStatus node : database.status().nodes()) {
            bindMember(registry, node.name());
            PURPOSES.forEach(purpose -> bindPool(registry, node.name(), purpose));
        }
        Counter elections = count(registry, "penstock.primary.elections", "Times that a node became the primary");
        Counter losses = count(registry, "penstock.primary.losses", "Times that there was no primary any more");
        Counter retries = count(registry, "penstock.reads.retried", "Reads that ran again on another node");
        Counter refusals =
                count(registry, "penstock.logins.refused", "Logins that a server refused for their password");
        Counter rotations = count(registry, "penstock.passwords.rotated", "Passwords that changed while in use");
        database.addListener(new Counting(elections, losses, retries, refusals, rotations));
    }

    private void bindMember(MeterRegistry registry, String member) {
        Tags own = tags.and("member", member);
        gauge(
                registry,
                new Spec("penstock.member.up", "1 while the member serves", "members"),
                own,
                node -> node.state().serves() ? 1 : 0);
        Spec plays = new Spec("penstock.member.role", "1 for the role that the member plays", "members");
        for (Role role : Role.values()) {
            Tags ofRole = own.and("role", role.name().toLowerCase(Locale.ROOT));
            gauge(registry, plays, ofRole, node -> node.role() == role ? 1 : 0);
        }
        gauge(
                registry,
                new Spec("penstock.replica.lag", "Time behind the primary; NaN while unknown", "seconds"),
                own,
                node -> node.lag().map(DatabaseMetrics::seconds).orElse(Double.NaN));
        gauge(
                registry,
                new Spec("penstock.replica.lag.bytes", "WAL behind the primary; NaN while unknown", "bytes"),
                own,
                node -> node.lagBytes().map(Long::doubleValue).orElse(Double.NaN));
    }

    private void bindPool(MeterRegistry registry, String member, String purpose) {
        Tags own = tags.and("member", member, "purpose", purpose);
        Spec held = new Spec("penstock.connections", "Connections, by whether a caller holds them", "connections");
        Spec pending = new Spec("penstock.connections.pending", "Callers that wait for a connection", "callers");
        gauge(registry, held, own.and("state", "active"), sum(purpose, PoolSnapshot::checkedOut));
        gauge(registry, held, own.and("state", "idle"), sum(purpose, PoolSnapshot::checkedIn));
        gauge(registry, pending, own, sum(purpose, PoolSnapshot::waiting));
    }

    private static ToDoubleFunction<NodeStatus> sum(String purpose, ToDoubleFunction<PoolSnapshot> value) {
        return node -> node.pools().stream()
                .filter(pool -> pool.purpose().equals(purpose))
                .mapToDouble(value)
                .sum();
    }

    /** What every meter says of itself. */
    private record Spec(String name, String description, String unit) {}

    private void gauge(MeterRegistry registry, Spec spec, Tags own, ToDoubleFunction<NodeStatus> value) {
        String member = own.stream()
                .filter(tag -> tag.getKey().equals("member"))
                .findFirst()
                .orElseThrow()
                .getValue();
        // Held by a strong reference: a gauge whose source was collected reads NaN for ever.
        keep(
                registry,
                Gauge.builder(
                                spec.name(),
                                database,
                                db -> db.status().node(member).stream()
                                        .mapToDouble(value)
                                        .sum())
                        .description(spec.description())
                        .baseUnit(spec.unit())
                        .tags(own)
                        .strongReference(true)
                        .register(registry));
    }

    private Counter count(MeterRegistry registry, String name, String description) {
        Counter counter = Counter.builder(name)
                .description(description)
                .baseUnit("events")
                .tags(tags)
                .register(registry);
        keep(registry, counter);
        return counter;
    }

    private void keep(MeterRegistry registry, Meter meter) {
        meters.add(new Registered(registry, meter));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /** Removes every meter from its registry. */
    @Override
    public void close() {
        meters.forEach(registered -> registered.registry().remove(registered.meter()));
        meters.clear();
    }

    private record Counting(Counter elections, Counter losses, Counter retries, Counter refusals, Counter rotations)
            implements DatabaseListener {
        @Override
        public void primaryElected(String node, int timeline) {
            elections.increment();
        }

        @Override
        public void primaryLost(String node) {
            losses.increment();
        }

        @Override
        public void loginRefused(String node, String role) {
            refusals.increment();
        }

        @Override
        public void passwordRotated(String role) {
            rotations.increment();
        }

        @Override
        public void readRetried(String node, String sqlState) {
            retries.increment();
        }
    }
}
