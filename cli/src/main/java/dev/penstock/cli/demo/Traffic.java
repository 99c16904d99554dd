package dev.penstock.cli.demo;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Which server answered how often, as the servers themselves said. Thread-safe. */
final class Traffic {
    private static final long NEVER = Long.MIN_VALUE;

    private final Map<Integer, OfServer> servers = new ConcurrentHashMap<>();
    private final LongAdder failedReads = new LongAdder();
    private final AtomicReference<@Nullable SQLException> firstFailedRead = new AtomicReference<>();
    private final LongAdder staleReads = new LongAdder();
    private final AtomicLong oldestReadNanos = new AtomicLong();
    private final LongAdder readsRunAgain = new LongAdder();
    private final LongAdder writesOnReplicas = new LongAdder();

    private static final class OfServer {
        private final LongAdder reads = new LongAdder();
        private final LongAdder writes = new LongAdder();
        private final AtomicLong firstWrite = new AtomicLong(NEVER);
    }

    private OfServer server(int port) {
        return servers.computeIfAbsent(port, p -> new OfServer());
    }

    void read(int port, Duration staleness) {
        server(port).reads.increment();
        oldestReadNanos.accumulateAndGet(staleness.toNanos(), Math::max);
        if (staleness.compareTo(DemoPlan.STALENESS_LIMIT) > 0) {
            staleReads.increment();
        }
    }

    void readFailed(SQLException error) {
        failedReads.increment();
        firstFailedRead.compareAndSet(null, error);
    }

    void readRunAgain() {
        readsRunAgain.increment();
    }

    void written(int port, boolean inRecovery) {
        OfServer server = server(port);
        server.writes.increment();
        server.firstWrite.compareAndSet(NEVER, System.nanoTime());
        if (inRecovery) {
            writesOnReplicas.increment();
        }
    }

    long reads(int port) {
        return server(port).reads.sum();
    }

    long reads() {
        return servers.values().stream().mapToLong(server -> server.reads.sum()).sum();
    }

    long writes(int port) {
        return server(port).writes.sum();
    }

    /** When ({@link System#nanoTime}) the first write on that server was acknowledged. */
    OptionalLong firstWrite(int port) {
        long nanos = server(port).firstWrite.get();
        return nanos == NEVER ? OptionalLong.empty() : OptionalLong.of(nanos);
    }

    long failedReads() {
        return failedReads.sum();
    }

    @Nullable
    SQLException firstFailedRead() {
        return firstFailedRead.get();
    }

    /** Reads that missed a write acknowledged longer ago than {@link DemoPlan#STALENESS_LIMIT}. */
    long staleReads() {
        return staleReads.sum();
    }

    Duration oldestRead() {
        return Duration.ofNanos(oldestReadNanos.get());
    }

    long readsRunAgain() {
        return readsRunAgain.sum();
    }

    /** Writes that a server in recovery claims to have taken; there cannot be any. */
    long writesOnReplicas() {
        return writesOnReplicas.sum();
    }
}
