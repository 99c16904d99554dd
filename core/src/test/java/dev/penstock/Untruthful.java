package dev.penstock;

import dev.penstock.testkit.history.Promise;
import dev.penstock.testkit.history.Seen;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;

/** Clients that break a promise every tenth time, to see that somebody notices. */
public final class Untruthful {
    private static final int EVERY = 10;

    private Untruthful() {}

    /** Reads from {@code replica}, whatever it has replayed. Closes nothing. */
    public static RecordedLoad.Client reader(RecordedLoad.Client honest, Connection replica) {
        return new StaleReads(honest, replica);
    }

    /** Rolls back, and says that it was committed. */
    public static RecordedLoad.Client writer(RecordedLoad.Client honest, Access access) {
        return new LostCommits(honest, access);
    }

    private abstract static class Sometimes implements RecordedLoad.Client {
        private final RecordedLoad.Client honest;
        private int calls;

        Sometimes(RecordedLoad.Client honest) {
            this.honest = honest;
        }

        boolean nowAndThen() {
            return ++calls % EVERY == 0;
        }

        @Override
        public String sessionName() {
            return honest.sessionName();
        }

        @Override
        public Set<Promise> promises() {
            return honest.promises();
        }

        @Override
        public Duration deadline() {
            return honest.deadline();
        }

        @Override
        public Seen write(SqlFunction<Seen> work) throws SQLException {
            return honest.write(work);
        }

        @Override
        public Seen read(SqlFunction<Seen> work) throws SQLException {
            return honest.read(work);
        }
    }

    private static final class StaleReads extends Sometimes {
        private final Connection replica;

        StaleReads(RecordedLoad.Client honest, Connection replica) {
            super(honest);
            this.replica = replica;
        }

        @Override
        public Seen read(SqlFunction<Seen> work) throws SQLException {
            return nowAndThen() ? work.apply(replica) : super.read(work);
        }
    }

    private static final class LostCommits extends Sometimes {
        private final Access access;

        LostCommits(RecordedLoad.Client honest, Access access) {
            super(honest);
            this.access = access;
        }

        @Override
        public Seen write(SqlFunction<Seen> work) throws SQLException {
            if (!nowAndThen()) {
                return super.write(work);
            }
            try (Connection connection = access.writer().getConnection()) {
                connection.setAutoCommit(false);
                Seen seen = work.apply(connection);
                connection.rollback();
                return seen;
            }
        }
    }
}
