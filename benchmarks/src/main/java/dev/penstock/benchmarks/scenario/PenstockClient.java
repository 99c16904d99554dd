package dev.penstock.benchmarks.scenario;

import dev.penstock.Database;
import dev.penstock.config.WriteOptions;
import java.sql.SQLException;

/** {@code Database.write}, which may run a closure again that was provably not executed. */
record PenstockClient(Database database) implements Client {
    private static final WriteOptions RETRYING = WriteOptions.defaults().retries(3);

    @Override
    public String name() {
        return "Penstock";
    }

    @Override
    public int write(long id) throws SQLException {
        return database.writeReturning(RETRYING, connection -> Client.insert(connection, name(), id));
    }

    /** The database is the scenario's. */
    @Override
    public void close() {}
}
