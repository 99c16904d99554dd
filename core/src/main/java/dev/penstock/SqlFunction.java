package dev.penstock;

import java.sql.Connection;
import java.sql.SQLException;

/** Work that gives a value. The connection is valid until {@code apply} returns; do not keep it. */
@FunctionalInterface
public interface SqlFunction<T> {
    T apply(Connection connection) throws SQLException;
}
