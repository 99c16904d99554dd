package dev.penstock;

import dev.penstock.config.ReadOptions;
import dev.penstock.config.WriteOptions;
import dev.penstock.testkit.history.Promise;
import dev.penstock.testkit.history.Seen;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.Set;

/** The ways in which an application may use an {@link Access}, as recorded clients. */
public final class Clients {
    private Clients() {}

    /** Closures; those that were provably not executed run again as often as {@code retries} says. */
    public static RecordedLoad.Client closures(Access access, int retries, Duration deadline) {
        return new Closures(access, "", Set.of(Promise.READS_SUCCEED), WriteOptions.defaults().retries(retries), deadline);
    }

    /** Connections of the views, with transactions of the caller's own. Nothing runs again, so that reads may fail. */
    public static RecordedLoad.Client views(Access access, Duration deadline) {
        return new Views(access, "", Set.of(), deadline);
    }

    /** Everything on the primary, in a session's name. */
    public static RecordedLoad.Client session(Access access, Duration deadline) {
        return new OnPrimary(access, "s-1", Set.of(Promise.values()), deadline);
    }

    record OnPrimary(Access access, String session, Set<Promise> promises, Duration deadline)
            implements RecordedLoad.Client {
        @Override
        public Seen write(SqlFunction<Seen> work) throws SQLException {
            return access.writeReturning(work);
        }

        @Override
        public Seen read(SqlFunction<Seen> work) throws SQLException {
            return access.writeReturning(work);
        }
    }

    record Closures(
            Access access, String session, Set<Promise> promises, WriteOptions options, Duration deadline)
            implements RecordedLoad.Client {
        @Override
        public Seen write(SqlFunction<Seen> work) throws SQLException {
            return access.writeReturning(options, work);
        }

        @Override
        public Seen read(SqlFunction<Seen> work) throws SQLException {
            return access.read(ReadOptions.defaults(), work);
        }
    }

    record Views(Access access, String session, Set<Promise> promises, Duration deadline)
            implements RecordedLoad.Client {
        @Override
        public Seen write(SqlFunction<Seen> work) throws SQLException {
            try (Connection connection = access.writer().getConnection()) {
                connection.setAutoCommit(false);
                Seen seen = work.apply(connection);
                commit(connection);
                return seen;
            }
        }

        /** Whatever happens from here on, nobody can tell. */
        private static void commit(Connection connection) throws SQLException {
            try {
                connection.commit();
            } catch (SQLException e) {
                throw new SQLNonTransientConnectionException("while committing: " + e.getMessage(), "08007", e);
            }
        }

        @Override
        public Seen read(SqlFunction<Seen> work) throws SQLException {
            try (Connection connection = access.reader().getConnection()) {
                return work.apply(connection);
            }
        }
    }
}
