package dev.penstock;

import static org.awaitility.Awaitility.await;

import dev.penstock.testkit.history.History;
import dev.penstock.testkit.history.HistoryTable;
import dev.penstock.testkit.history.Kind;
import dev.penstock.testkit.history.Promise;
import dev.penstock.testkit.history.Seen;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/** Threads, one for each client, that write and read keys at random until closed, and record every call. Thread-safe. */
public final class RecordedLoad implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Leaves the processors to the servers. */
    private static final long PAUSE_NANOS = Duration.ofMillis(4).toNanos();

    private final History history;
    private final HistoryTable table;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<RuntimeException> surprises = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    /** One way to reach the database. Used by one thread. */
    public interface Client {
        /** Of whom; empty for no session. */
        String sessionName();

        Set<Promise> promises();

        /** How long a call may take. */
        Duration deadline();

        /** Runs it on the primary and commits. */
        Seen write(SqlFunction<Seen> work) throws SQLException;

        Seen read(SqlFunction<Seen> work) throws SQLException;

        /** Between two calls. */
        default void between() {}
    }

    private RecordedLoad(History history, HistoryTable table) {
        this.history = history;
        this.table = table;
    }

    /** @param seed of the keys and of the order of reads and writes */
    public static RecordedLoad of(History history, HistoryTable table, List<Client> clients, long seed) {
        RecordedLoad load = new RecordedLoad(history, table);
        for (int i = 0; i < clients.size(); i++) {
            Client client = clients.get(i);
            Random random = new Random(seed + i);
            Thread thread = new Thread(() -> load.run(client, random), "client-" + i);
            thread.setDaemon(true);
            load.threads.add(thread);
        }
        load.threads.forEach(Thread::start);
        return load;
    }

    private void run(Client client, Random random) {
        while (!stopped) {
            String key = table.keys().get(random.nextInt(table.keys().size()));
            if (random.nextBoolean()) {
                write(client, key);
            }
            read(client, key);
            client.between();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void write(Client client, String key) {
        History.Call call = history.begin(client.sessionName(), client.promises(), Kind.WRITE, key, client.deadline());
        try {
            call.acknowledged(client.write(connection -> table.write(connection, key, call.id())));
        } catch (SQLException e) {
            if ("08007".equals(e.getSQLState())) {
                call.unknown(text(e));
            } else {
                call.failed(text(e));
            }
        } catch (RuntimeException e) {
            surprises.add(e);
            call.unknown(e.toString());
        }
    }

    private void read(Client client, String key) {
        History.Call call = history.begin(client.sessionName(), client.promises(), Kind.READ, key, client.deadline());
        try {
            call.acknowledged(client.read(connection -> table.read(connection, key)));
        } catch (SQLException e) {
            call.failed(text(e));
        } catch (RuntimeException e) {
            surprises.add(e);
            call.failed(e.toString());
        }
    }

    private static String text(SQLException error) {
        return error.getSQLState() + " " + error.getMessage();
    }

    /** What no caller should ever see: exceptions that are not of {@code java.sql}. */
    public List<RuntimeException> surprises() {
        return List.copyOf(surprises);
    }

    /** Ends the threads when their calls have ended. */
    @Override
    public void close() {
        stopped = true;
        await().atMost(LIMIT).until(() -> threads.stream().noneMatch(Thread::isAlive));
    }
}
