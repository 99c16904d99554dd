package dev.penstock.binding;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.postgresql.PGConnection;

/** What a framework may do with a connection, one word each. */
final class Steps {
    @FunctionalInterface
    private interface Step {
        void on(Connection connection) throws SQLException;
    }

    private static final int HOLD = ResultSet.HOLD_CURSORS_OVER_COMMIT;

    private static final Map<String, Step> OF_A_CONNECTION = Map.ofEntries(
            Map.entry("ro", c -> c.setReadOnly(true)),
            Map.entry("rw", c -> c.setReadOnly(false)),
            Map.entry("tx", c -> c.setAutoCommit(false)),
            Map.entry("auto", c -> c.setAutoCommit(true)),
            Map.entry("rc", c -> c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED)),
            Map.entry("rr", c -> c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ)),
            Map.entry("ser", c -> c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE)),
            Map.entry("none", c -> c.setTransactionIsolation(Connection.TRANSACTION_NONE)),
            Map.entry("schema", c -> c.setSchema("other")),
            Map.entry("info", c -> c.setClientInfo("ApplicationName", "report")),
            Map.entry("timeout", c -> c.setNetworkTimeout(Runnable::run, 1000)),
            Map.entry("catalog", c -> c.setCatalog("other")),
            Map.entry("warnings", Connection::clearWarnings),
            Map.entry("getschema", Connection::getSchema),
            Map.entry("run", c -> c.createStatement().execute("select 1")),
            Map.entry("statement", Connection::createStatement),
            Map.entry("meta", Connection::getMetaData),
            Map.entry("array", c -> c.createArrayOf("int", new Object[0])),
            Map.entry("native", c -> c.nativeSQL("select 1")),
            Map.entry("commit", Connection::commit),
            Map.entry("rollback", Connection::rollback),
            Map.entry("savepoint", Connection::setSavepoint),
            Map.entry("release", c -> c.releaseSavepoint(null)),
            Map.entry("blob", Connection::createBlob),
            Map.entry("clob", Connection::createClob),
            Map.entry("nclob", Connection::createNClob),
            Map.entry("hold", c -> c.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, HOLD)),
            Map.entry("holding", c -> c.setHoldability(HOLD)),
            Map.entry("unwrap", c -> c.unwrap(PGConnection.class)),
            Map.entry("close", Connection::close),
            Map.entry("abort", c -> c.abort(Runnable::run)));

    private Steps() {}

    static void take(String step, RecordingBinder binder, Connection connection) throws SQLException {
        switch (step) {
            // As SET, LISTEN or a temporary table would.
            case "mark" -> binder.last().marked = true;
            case "blind" -> binder.blind = true;
            case "prepare" -> binder.prepared.add(connection.prepareStatement("select 1"));
            case "call" -> binder.prepared.add(connection.prepareCall("{call f()}"));
            case "unprepare" -> binder.prepared.get(binder.prepared.size() - 1).close();
            default -> OF_A_CONNECTION.get(step).on(connection);
        }
    }
}
