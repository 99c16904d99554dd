package dev.penstock.metrics;

import dev.penstock.observe.CloseReason;
import dev.penstock.observe.ConnectFailure;
import dev.penstock.observe.PoolListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What is done with the connections of one node for one purpose. Thread-safe; every meter it needs while borrowing is a field. */
final class PoolMeters implements PoolListener {
    private final Durations acquire;
    private final SummedDurations usage;
    private final Timer create;
    private final Counter queued;
    private final Counter readOnly;
    private final ConnectionMeters connections;

    /**
     * @param meters of the node
     * @param borrows what the pool counts by itself
     */
    PoolMeters(Meters meters, Borrows borrows, ConnectionMeters connections, boolean bucketed) {
        Tags own = Tags.of("purpose", borrows.purpose());
        this.acquire = AcquireMeter.ofBorrows(meters, own.and("outcome", "success"), bucketed, borrows::begun);
        this.usage = new SummedDurations(meters.clock(), borrows::over);
        this.connections = connections;
        meters.timer("penstock.pool.usage", "How long callers held a connection", own, usage);
        meters.timeGauge(
                "penstock.pool.usage.max",
                "The longest of penstock.pool.usage in the last two minutes",
                own,
                usage::maxNanos);
        this.create = meters.timer("penstock.pool.create", "Opening one connection: name, TCP, TLS and login", own);
        this.queued = meters.counter(
                new Meters.Spec(
                        "penstock.pool.queued", "borrows", "Borrows that had to queue: all connections were in use"),
                own);
        this.readOnly = meters.counter(
                new Meters.Spec(
                        "penstock.readonly.rejections",
                        "rejections",
                        "Statements that a server refused as read-only (25006)"),
                own);
    }

    @Override
    public void acquired(long nanos) {
        acquire.record(nanos);
    }

    @Override
    public void queued() {
        queued.increment();
    }

    @Override
    public void returned(long nanos) {
        usage.record(nanos);
    }

    @Override
    public void opened(long nanos) {
        create.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void openFailed(ConnectFailure why) {
        connections.openFailed(why);
    }

    @Override
    public void closed(CloseReason reason) {
        connections.closed(reason);
    }

    @Override
    public void refusedAsReadOnly() {
        readOnly.increment();
    }
}
