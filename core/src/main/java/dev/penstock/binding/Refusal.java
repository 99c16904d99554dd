package dev.penstock.binding;

import java.sql.SQLException;

/** What a connection says to what cannot be. Each changes nothing. */
final class Refusal {
    static final String INVALID_PARAMETER = "22023";

    private static final String ACTIVE_TRANSACTION = "25001";

    private Refusal() {}

    static SQLException closed() {
        return new SQLException("This connection is closed", "08003");
    }

    /** @param what the verb, as in "Cannot commit" */
    static SQLException inAutoCommit(String what) {
        return new SQLException("Cannot " + what + " while autocommit is on", "25P01");
    }

    static SQLException openTransaction(String change) {
        return new SQLException(
                change + " in an open transaction: commit or roll back before it. Nothing was changed.",
                ACTIVE_TRANSACTION);
    }

    /** The session that is bound does not suit the change, and may not be given back. */
    static SQLException stays(String change, boolean pinned) {
        String why = pinned
                ? "a savepoint, a large object, a cursor over commit or the driver's own connection was taken from it"
                : "something was left in it (a setting, a temporary table, LISTEN, an advisory lock or the like)";
        return new SQLException(
                change + ": this session cannot do that, and cannot be left because " + why
                        + ". Close the connection and take another. Nothing was changed.",
                ACTIVE_TRANSACTION);
    }
}
