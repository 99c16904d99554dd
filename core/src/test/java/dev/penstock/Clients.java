package dev.penstock;

import dev.penstock.config.ReadOptions;
import dev.penstock.config.SessionToken;
import dev.penstock.config.WriteOptions;
import dev.penstock.testkit.history.Promise;
import dev.penstock.testkit.history.Seen;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The ways in which an application may use a {@link Database}, as recorded clients. */
public final class Clients {
    private static final Set<Promise> OF_CLOSURES = Set.of(Promise.READS_SUCCEED);
    private static final Set<Promise> OF_SESSIONS = Set.of(Promise.READS_SUCCEED, Promise.READ_YOUR_WRITES);
    private static final Set<Promise> ALL = Set.of(Promise.values());

    private Clients() {}

    /** Closures, in no session. */
    public static RecordedLoad.Client closures(Database db, WriteOptions options, Duration deadline) {
        return new Closures(db, "", OF_CLOSURES, ReadOptions.defaults(), options, deadline);
    }

    /** Connections, in no session. Nothing runs again, so that reads may fail. */
    public static RecordedLoad.Client views(Database db, Duration deadline) {
        return new Views(db, "", Set.of(), deadline);
    }

    /** Closures of a session. */
    public static RecordedLoad.Client session(Database db, String name, WriteOptions options, Duration deadline) {
        return new Closures(db.session(), name, OF_SESSIONS, ReadOptions.defaults(), options, deadline);
    }

    /** Closures of a session with monotonic reads. */
    public static RecordedLoad.Client monotonic(Database db, String name, WriteOptions options, Duration deadline) {
        return new Closures(db.session().monotonicReads(), name, ALL, ReadOptions.defaults(), options, deadline);
    }

    /** Closures of a session, each with a deadline of its own. A read may need longer than that to find another node. */
    public static RecordedLoad.Client hurried(Database db, String name, Duration deadline) {
        return new Closures(
                db.session(),
                name,
                Set.of(Promise.READ_YOUR_WRITES),
                ReadOptions.defaults().deadline(deadline),
                WriteOptions.defaults().deadline(deadline).retries(3),
                deadline);
    }

    /** Connections of a session with monotonic reads. */
    public static RecordedLoad.Client sessionViews(Database db, String name, Duration deadline) {
        return new Views(
                db.session().monotonicReads(),
                name,
                Set.of(Promise.READ_YOUR_WRITES, Promise.MONOTONIC_READS),
                deadline);
    }

    /** Connections of a session's one data source, which learns at the first statement where they belong. */
    public static RecordedLoad.Client lazy(Database db, String name, Duration deadline) {
        return new Lazy(
                db.session().monotonicReads(),
                name,
                Set.of(Promise.READ_YOUR_WRITES, Promise.MONOTONIC_READS),
                deadline);
    }

    /** Connections of the one data source in no session, whose writes are statements in autocommit. */
    public static RecordedLoad.Client autocommit(Database db, Duration deadline) {
        return new Autocommit(db, "", Set.of(), deadline);
    }

    /** Through the database itself, with a session bound to the thread. */
    public static RecordedLoad.Client bound(Database db, String name, Duration deadline) {
        return new Bound(db.session(), new Closures(db, name, OF_SESSIONS, deadline));
    }

    /** A new session for each few calls, which gets the token of the one before as a text, as requests of a user do. */
    public static RecordedLoad.Client handedOver(Database db, String name, Duration deadline) {
        return new HandedOver(db, name, deadline);
    }

    private record Closures(
            Access access,
            String sessionName,
            Set<Promise> promises,
            ReadOptions reading,
            WriteOptions writing,
            Duration deadline)
            implements RecordedLoad.Client {
        Closures(Access access, String sessionName, Set<Promise> promises, Duration deadline) {
            this(access, sessionName, promises, ReadOptions.defaults(), WriteOptions.defaults(), deadline);
        }

        @Override
        public Seen write(SqlFunction<Seen> work) throws SQLException {
            return access.writeReturning(writing, work);
        }

        @Override
        public Seen read(SqlFunction<Seen> work) throws SQLException {
            return access.read(reading, work);
        }
    }

    private record Views(Access access, String sessionName, Set<Promise> promises, Duration deadline)
            implements RecordedLoad.Client {
        @Override
        public Seen write(SqlFunction<Seen> work) throws SQLException {
            try (Connection connection = access.writer().getConnection()) {
                connection.setAutoCommit(false);
                Seen seen = work.apply(connection);
                connection.commit();
                return seen;
            }
        }

        @Override
        public Seen read(SqlFunction<Seen> work) throws SQLException {
            try (Connection connection = access.reader().getConnection()) {
                return work.apply(connection);
            }
        }
    }

    private record Lazy(Session access, String sessionName, Set<Promise> promises, Duration deadline)
            implements RecordedLoad.Client {
        @Override
        public Seen write(SqlFunction<Seen> work) throws SQLException {
            try (Connection connection = access.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                Seen seen = work.apply(connection);
                connection.commit();
                return seen;
            }
        }

        @Override
        public Seen read(SqlFunction<Seen> work) throws SQLException {
            try (Connection connection = access.dataSource().getConnection()) {
                connection.setReadOnly(true);
                return work.apply(connection);
            }
        }
    }

    private record Autocommit(Database access, String sessionName, Set<Promise> promises, Duration deadline)
            implements RecordedLoad.Client {
        @Override
        public Seen write(SqlFunction<Seen> work) throws SQLException {
            try (Connection connection = access.dataSource().getConnection()) {
                return work.apply(connection);
            }
        }

        @Override
        public Seen read(SqlFunction<Seen> work) throws SQLException {
            try (Connection connection = access.dataSource().getConnection()) {
                connection.setReadOnly(true);
                return work.apply(connection);
            }
        }
    }

    private record Bound(Session session, Closures client) implements RecordedLoad.Client {
        @Override
        public String sessionName() {
            return client.sessionName();
        }

        @Override
        public Set<Promise> promises() {
            return client.promises();
        }

        @Override
        public Duration deadline() {
            return client.deadline();
        }

        @Override
        public Seen write(SqlFunction<Seen> work) throws SQLException {
            return session.call(() -> client.write(work));
        }

        @Override
        public Seen read(SqlFunction<Seen> work) throws SQLException {
            return session.call(() -> client.read(work));
        }
    }

    private static final class HandedOver implements RecordedLoad.Client {
        private static final int CALLS = 5;

        private final Database db;
        private final String name;
        private final Duration deadline;
        private Session session;
        private int calls;

        HandedOver(Database db, String name, Duration deadline) {
            this.db = db;
            this.name = name;
            this.deadline = deadline;
            this.session = db.session();
        }

        @Override
        public String sessionName() {
            return name;
        }

        @Override
        public Set<Promise> promises() {
            return OF_SESSIONS;
        }

        @Override
        public Duration deadline() {
            return deadline;
        }

        @Override
        public Seen write(SqlFunction<Seen> work) throws SQLException {
            return session.writeReturning(work);
        }

        @Override
        public Seen read(SqlFunction<Seen> work) throws SQLException {
            return session.read(work);
        }

        /** A token that cannot be had now is asked for next time. */
        @Override
        public void between() {
            if (++calls % CALLS != 0) {
                return;
            }
            try {
                Optional<String> text = session.token().map(SessionToken::encode);
                session = text.isEmpty() ? db.session() : db.session(SessionToken.parse(text.get()));
            } catch (SQLException noPrimary) {
                calls--;
            }
        }
    }
}
