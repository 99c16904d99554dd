package dev.penstock.benchmarks.scenario;

import dev.penstock.Database;
import java.sql.SQLException;

/** {@code Database.write}. */
record PenstockClient(Database database) implements Client {
    @Override
    public String name() {
        return "Penstock";
    }

    @Override
    public int write(long id) throws SQLException {
        return database.writeReturning(connection -> Client.insert(connection, name(), id));
    }

    /** The database is the scenario's. */
    @Override
    public void close() {}
}
