package dev.penstock;

import java.sql.Connection;
import java.sql.SQLException;

/** Work that gives no value. The connection is valid until {@code run} returns; do not keep it. */
@FunctionalInterface
public interface SqlAction {
    void run(Connection connection) throws SQLException;
}
