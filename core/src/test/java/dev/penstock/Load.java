package dev.penstock;

import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that make one call again and again until closed. Thread-safe. */
public final class Load implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Timed.Call call;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong slowestNanos = new AtomicLong();
    private volatile boolean stopped;

    private Load(Timed.Call call) {
        this.call = call;
    }

    /** Returns when the threads have made some calls. */
    public static Load of(int threads, Timed.Call call) {
        Load load = new Load(call);
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(load::run, "load-" + i);
            thread.setDaemon(true);
            load.threads.add(thread);
            thread.start();
        }
        load.awaitMore(20);
        return load;
    }

    private void run() {
        while (!stopped) {
            long begun = System.nanoTime();
            try {
                call.run();
                done.incrementAndGet();
            } catch (SQLException | RuntimeException e) {
                failures.add(e);
            }
            slowestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
        }
    }

    /** Waits until so many more calls have succeeded. */
    public void awaitMore(int calls) {
        long goal = done.get() + calls;
        await().atMost(LIMIT).until(() -> done.get() >= goal);
    }

    /** How many calls have succeeded so far. */
    public long done() {
        return done.get();
    }

    /** What failed so far. */
    public List<Exception> failures() {
        return List.copyOf(failures);
    }

    /** The longest call that has ended so far, failed ones too. */
    public Duration slowest() {
        return Duration.ofNanos(slowestNanos.get());
    }

    @Override
    public void close() {
        stopped = true;
        await().atMost(LIMIT).until(() -> threads.stream().noneMatch(Thread::isAlive));
    }
}
