package dev.penstock.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Waits until a replica shows all that its primary has now. */
record ReplayWait(PostgresNode primary, PostgresNode replica) {
    /**
     * An empty message, committed, so that all before it is flushed and sent: on an idle primary the last record may wait in
     * memory for many seconds. Then the end of what is flushed. Not the insert position: that one can lie behind the header
     * of a page which no replica reaches before somebody writes again.
     */
    private static final Duration FOLLOW_LIMIT = Duration.ofSeconds(2);

    private static final String FLUSH = "select pg_logical_emit_message(true, 'penstock-testkit', '')";

    private static final String POSITION = """
        select lsn || ' ' || ('x' || substr(pg_walfile_name(lsn), 1, 8))::bit(32)::int
          from pg_current_wal_flush_lsn() as lsn
        """;

    private static final String STATE = """
        select 'replayed ' || coalesce(pg_last_wal_replay_lsn()::text, 'nothing')
               || ', received ' || coalesce(pg_last_wal_receive_lsn()::text, 'nothing')
               || ', replay is ' || pg_get_wal_replay_pause_state()
               || ', ' || coalesce((select status || ' on timeline ' || received_tli from pg_stat_wal_receiver),
                                   'no stream from a primary')
        """;

    void run(Duration limit) {
        Target target = target();
        try (Connection connection = replica.session();
                Statement statement = connection.createStatement()) {
            Deadline.in(limit).require(() -> isReached(statement, target), () -> report(target));
        } catch (SQLException e) {
            throw new PostgresClusterException(replica.name() + " cannot be asked how far it is", e);
        }
    }

    /** Waits until the replica streams the primary's timeline; not for long, since one that has gone ahead never will. */
    void untilFollowing() {
        String timeline = target().timeline;
        String following = "select exists (select 1 from pg_stat_wal_receiver where received_tli = " + timeline + ")"
                + " and pg_last_wal_receive_lsn() >= pg_last_wal_replay_lsn()";
        try (Connection connection = replica.session();
                Statement statement = connection.createStatement()) {
            Deadline.in(FOLLOW_LIMIT).waitFor(() -> Sql.isTrue(statement, following));
        } catch (SQLException e) {
            throw new PostgresClusterException(replica.name() + " cannot be asked whom it follows", e);
        }
    }

    /** Where the primary is now. */
    Target target() {
        primary.ask(FLUSH); // a transaction of its own: the position is asked after its commit
        String[] position = primary.ask(POSITION).split(" ");
        return new Target(position[0], position[1]);
    }

    static boolean isReached(Statement onReplica, Target target) {
        return Sql.isTrue(
                onReplica,
                "select pg_last_wal_replay_lsn() >= '" + target.lsn + "'"
                        + " and exists (select 1 from pg_stat_wal_receiver where received_tli = " + target.timeline
                        + ")");
    }

    private String report(Target target) {
        return replica.name() + " has not replayed " + target.lsn + " on timeline " + target.timeline + " of "
                + primary.name() + ": " + (replica.isCut() ? "its replication is cut; " : "") + replica.ask(STATE)
                + replica.logTail();
    }

    /** A position in the WAL and the timeline it belongs to. */
    record Target(String lsn, String timeline) {}
}
