package dev.penstock.cli.demo;

import dev.penstock.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that read and write through Penstock without a pause longer than a moment, and write down what they were told. */
final class Workload implements AutoCloseable {
    static final int READERS = 4;
    static final int WRITERS = 2;

    private static final long BETWEEN_CALLS_NANOS = 1_000_000;
    private static final long AFTER_FAILURE_NANOS = 20_000_000;

    private final Database database;
    private final Ledger ledger;
    private final Traffic traffic;
    private final ExecutorService threads = Executors.newFixedThreadPool(READERS + WRITERS);
    private final List<Future<?>> loops = new ArrayList<>();
    private volatile boolean running = true;

    Workload(Database database, Ledger ledger, Traffic traffic) {
        this.database = database;
        this.ledger = ledger;
        this.traffic = traffic;
    }

    void start() {
        for (int i = 0; i < READERS; i++) {
            loops.add(threads.submit(() -> repeat(this::read)));
        }
        for (int i = 0; i < WRITERS; i++) {
            loops.add(threads.submit(() -> repeat(this::write)));
        }
    }

    /** One call, which tells whether it did what was asked. */
    private interface Call {
        boolean succeeds();
    }

    private Void repeat(Call call) throws InterruptedException {
        while (running) {
            Stopwatch.pause(call.succeeds() ? BETWEEN_CALLS_NANOS : AFTER_FAILURE_NANOS);
        }
        return null;
    }

    private boolean read() {
        long askedAt = System.nanoTime();
        try {
            Answer answer = database.read(Workload::newest);
            traffic.read(answer.port, ledger.staleness(answer.newest, askedAt));
            return true;
        } catch (SQLException e) {
            traffic.readFailed(e);
            return false;
        }
    }

    private boolean write() {
        long id = ledger.newId();
        try {
            Answer answer = database.writeReturning(connection -> insert(connection, id));
            ledger.acknowledged(id);
            traffic.written(answer.port, answer.inRecovery);
            return true;
        } catch (SQLException e) {
            if ("08007".equals(e.getSQLState())) {
                ledger.unknown(id);
            } else {
                ledger.failed(id, e);
            }
            return false;
        }
    }

    /** What a server says of itself and of its newest row. */
    private record Answer(int port, boolean inRecovery, long newest) {
        static Answer first(ResultSet result) throws SQLException {
            result.next();
            return new Answer(result.getInt(1), result.getBoolean(2), result.getLong(3));
        }
    }

    private static Answer newest(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "select inet_server_port(), pg_is_in_recovery(), (select max(id) from visit)")) {
            return Answer.first(result);
        }
    }

    private static Answer insert(Connection connection, long id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into visit (id) values (?) returning inet_server_port(), pg_is_in_recovery(), id")) {
            statement.setLong(1, id);
            try (ResultSet result = statement.executeQuery()) {
                return Answer.first(result);
            }
        }
    }

    /** Lets every call in progress end. */
    void stop() throws InterruptedException {
        running = false;
        for (Future<?> loop : loops) {
            try {
                loop.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("A thread of the workload failed", e.getCause());
            }
        }
    }

    @Override
    public void close() {
        running = false;
        threads.shutdownNow();
    }
}
