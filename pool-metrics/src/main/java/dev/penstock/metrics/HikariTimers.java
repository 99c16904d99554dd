package dev.penstock.metrics;

import dev.penstock.observe.CloseReason;
import dev.penstock.observe.ConnectFailure;
import dev.penstock.observe.PoolListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/**
 * The timers and the counter that HikariCP's own binder would publish, from what Penstock measures and not from a tracker in Hikari: they
 * outlive a pool, leave timeouts out of the acquire times, and know more than whole milliseconds of a usage. Passes everything on. Thread-safe.
 */
final class HikariTimers implements PoolListener {
    private final PoolListener next;
    private final Timer acquire;
    private final Timer usage;
    private final Timer creation;
    private final Counter timeout;

    HikariTimers(Meters meters, String pool, PoolListener next) {
        this.next = next;
        Tags own = Tags.of("pool", pool);
        this.acquire = meters.timer("hikaricp.connections.acquire", "Connection acquire time", own);
        this.usage = meters.timer("hikaricp.connections.usage", "Connection usage time", own);
        this.creation = meters.timer("hikaricp.connections.creation", "Connection creation time", own);
        this.timeout = meters.counter(
                new Meters.Spec("hikaricp.connections.timeout", "", "Connection timeout total count"), own);
    }

    @Override
    public void acquired(long nanos) {
        acquire.record(nanos, TimeUnit.NANOSECONDS);
        next.acquired(nanos);
    }

    @Override
    public void queued() {
        next.queued();
    }

    @Override
    public void timedOut() {
        timeout.increment();
        next.timedOut();
    }

    @Override
    public void returned(long nanos) {
        usage.record(nanos, TimeUnit.NANOSECONDS);
        next.returned(nanos);
    }

    @Override
    public void opened(long nanos) {
        creation.record(nanos, TimeUnit.NANOSECONDS);
        next.opened(nanos);
    }

    @Override
    public void openFailed(ConnectFailure why) {
        next.openFailed(why);
    }

    @Override
    public void closed(CloseReason reason) {
        next.closed(reason);
    }

    @Override
    public void refusedAsReadOnly() {
        next.refusedAsReadOnly();
    }
}
