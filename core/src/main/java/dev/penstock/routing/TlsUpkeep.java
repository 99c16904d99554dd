package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Connector;
import dev.penstock.observe.TlsStatus;
import dev.penstock.pool.NodePools;
import dev.penstock.tls.CertificateReport;
import dev.penstock.tls.ServerText;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsListener;
import dev.penstock.tls.TlsMaterial;
import dev.penstock.tls.TlsMaterialException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What TLS needs while a database is open: changed material reaches every connection, and what ends soon is told. Thread-safe.
 * Its threads, at most one for each node and only while there is work, are the only ones that replace connections.
 */
final class TlsUpkeep implements TlsListener, AutoCloseable {
    private static final Duration LOOK_AGAIN = Duration.ofHours(1);
    private static final Duration THREADS_STAY = Duration.ofSeconds(10);

    private final DatabaseConfig config;
    private final TlsContext tls;
    private final Connector connector;
    private final Collection<NodePools> pools;
    private final Events events;
    private final ExpiryWatch expiry = new ExpiryWatch();
    private final ScheduledThreadPoolExecutor threads;
    private volatile Runnable onLook = () -> {};

    TlsUpkeep(DatabaseConfig config, TlsContext tls, Connector connector, Collection<NodePools> pools, Events events) {
        this.config = config;
        this.tls = tls;
        this.connector = connector;
        this.pools = pools;
        this.events = events;
        // What comes in after the end of the database is of no use to anyone.
        this.threads = new ScheduledThreadPoolExecutor(
                config.endpoints().size(), TlsUpkeep::daemon, new ThreadPoolExecutor.DiscardPolicy());
        threads.setKeepAliveTime(THREADS_STAY.toSeconds(), TimeUnit.SECONDS);
        threads.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "penstock-tls");
        thread.setDaemon(true);
        return thread;
    }

    /** Runs something at each look at the ends of certificates; set once, before {@link #start}. */
    void onLook(Runnable listener) {
        onLook = listener;
    }

    void start() {
        if (config.tls().mode() != SslMode.DISABLE) {
            tls.addListener(this);
        }
    }

    /**
     * Begins to look at when certificates end, every hour. Called when a server has answered: what servers show matters most.
     *
     * @param firstPause from now until the first look
     */
    void watchExpiry(Duration firstPause) {
        if (config.tls().mode() != SslMode.DISABLE) {
            threads.scheduleWithFixedDelay(
                    this::lookForExpiry, firstPause.toMillis(), LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    TlsStatus status() {
        return new TlsStatus(
                tls.generation(),
                tls.material().certificates(),
                tls.reloadFailure().map(failure -> ServerText.of(failure)));
    }

    @Override
    public void reloaded(TlsMaterial material, long generation) {
        RoutingLog.LOG.info("The TLS files changed; new connections use them (generation {})", generation);
        material.remarks().forEach(remark -> RoutingLog.LOG.info("{}", remark));
        events.tell("tlsReloaded", listener -> listener.tlsReloaded(generation));
        pools.forEach(ofNode ->
                replace(new TlsRollout(ofNode, connector, tls, config.timeouts().connect(), events)));
        threads.execute(this::lookForExpiry);
    }

    @Override
    public void reloadFailed(TlsMaterialException failure) {
        RoutingLog.LOG.warn(
                "The TLS files changed and cannot be used; the last good ones stay: {}", ServerText.of(failure));
        events.tell(
                "tlsReloadRefused",
                listener -> listener.tlsReloadRefused(failure.reason().name(), ServerText.of(failure)));
    }

    private void replace(TlsRollout rollout) {
        threads.execute(() -> step(rollout));
    }

    private void step(TlsRollout rollout) {
        Duration pause = roundOf(rollout);
        if (!pause.isZero()) {
            threads.schedule(() -> step(rollout), pause.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** What one round fails over must not end the rollout in silence. */
    private static Duration roundOf(TlsRollout rollout) {
        try {
            return rollout.round();
        } catch (RuntimeException | Error e) {
            RoutingLog.LOG.warn("Connections with older TLS material could not be replaced; trying again", e);
            return TlsRollout.TRY_AGAIN;
        }
    }

    private void lookForExpiry() {
        for (CertificateReport ending : untold(seenNow())) {
            RoutingLog.LOG.warn(
                    "The {} certificate '{}' ends at {} (SHA-256 {})",
                    ending.role(),
                    ending.subject(),
                    ending.notAfter(),
                    ending.fingerprint());
            events.tell("certificateExpiring", listener -> listener.certificateExpiring(ending));
        }
        onLook.run();
    }

    private synchronized List<CertificateReport> untold(List<CertificateReport> seen) {
        return expiry.toTell(seen, Instant.now());
    }

    /** Ours, and those that servers showed on the connections that stand. */
    private List<CertificateReport> seenNow() {
        List<CertificateReport> seen = new ArrayList<>(tls.material().certificates());
        for (NodePools ofNode : pools) {
            ofNode.node()
                    .liveConnections()
                    .forEach(connection -> connection.handshake().facts().ifPresent(facts -> seen.add(facts.peer())));
        }
        return seen;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
