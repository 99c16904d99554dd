package dev.penstock.benchmarks.scenario;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A thread that writes one row after the other through a client, and what it was told of each. */
final class Writer implements AutoCloseable {
    /** Between two writes: leaves the processors to those who are measured. */
    private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

    /** An acknowledged write: when, and by the server on which port. */
    record Acknowledged(long id, long nanos, int port) {}

    private final Client client;
    private final AtomicLong ids;
    private final Thread thread;
    private final Queue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
    private final Map<Long, String> failed = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    private Writer(Client client, AtomicLong ids) {
        this.client = client;
        this.ids = ids;
        this.thread = new Thread(this::run, "writer of " + client.name());
        thread.setDaemon(true);
    }

    /** @param ids where it takes its numbers from; each is used for one attempt */
    static Writer start(Client client, AtomicLong ids) {
        Writer writer = new Writer(client, ids);
        writer.thread.start();
        return writer;
    }

    Client client() {
        return client;
    }

    private void run() {
        while (!stopped) {
            long id = ids.incrementAndGet();
            try {
                int port = client.write(id);
                acknowledged.add(new Acknowledged(id, System.nanoTime(), port));
            } catch (SQLException e) {
                failed.put(id, String.valueOf(e.getSQLState()));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    Queue<Acknowledged> acknowledged() {
        return acknowledged;
    }

    /** The SQLSTATE of each write that failed. */
    Map<Long, String> failed() {
        return failed;
    }

    /** When the first write was acknowledged by the server on {@code port} after {@code since}. */
    OptionalLong firstAt(int port, long since) {
        return acknowledged.stream()
                .filter(write -> write.port() == port && write.nanos() - since > 0)
                .mapToLong(Acknowledged::nanos)
                .findFirst();
    }

    /** The same, waited for; empty when {@code limit} is over. */
    OptionalLong awaitFirstAt(int port, long since, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        OptionalLong first = firstAt(port, since);
        while (first.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
            first = firstAt(port, since);
        }
        return first;
    }

    /** Ends the thread; a call in progress is waited for, 40 s at most. */
    @Override
    public void close() throws SQLException, InterruptedException {
        stopped = true;
        thread.join(Duration.ofSeconds(40).toMillis());
    }
}
