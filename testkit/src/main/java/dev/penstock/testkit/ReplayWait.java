package dev.penstock.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Waits until a replica shows all that its primary has now. */
record ReplayWait(PostgresNode primary, PostgresNode replica) {
    /**
     * The end of the last record and the timeline. When that record ends exactly on a WAL page the server names the
     * position behind the next page's header (24 bytes, 40 in a segment's first page), which no replica reaches before
     * somebody writes again: the header is taken off.
     */
    private static final String POSITION = """
        select (lsn - case when (lsn - '0/0') %% segment = 40 then 40 when (lsn - '0/0') %% 8192 = 24 then 24 else 0 end)::text
               || ' ' || ('x' || substr(pg_walfile_name(lsn), 1, 8))::bit(32)::int
          from (select pg_current_wal_insert_lsn() as lsn,
                       pg_size_bytes(current_setting('wal_segment_size')) as segment) as now
        """.replace("%%", "%");

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

    /** Where the primary is now. */
    Target target() {
        String[] position = primary.ask(POSITION).strip().split(" ");
        return new Target(position[0], position[1]);
    }

    static boolean isReached(Statement onReplica, Target target) {
        return PostgresNode.isTrue(
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
