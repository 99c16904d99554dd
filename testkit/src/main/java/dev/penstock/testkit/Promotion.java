package dev.penstock.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Makes a replica accept writes. */
record Promotion(PostgresNode node) {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(15);

    /**
     * Not so in the moments after a replica has begun to stream a new timeline: it gets the current segment again from its
     * beginning. A server that is promoted then ends with "PANIC: invalid magic number 0000 in WAL segment" (seen with
     * 18.6), and so it would if its upstream died then.
     */
    private static final String HAS_WHAT_IT_REPLAYED = """
        select not exists (select 1 from pg_stat_wal_receiver)
               or coalesce(pg_last_wal_receive_lsn() >= pg_last_wal_replay_lsn(), true)
        """;

    void run() {
        try (Connection session = node.session();
                Statement statement = session.createStatement()) {
            Deadline.in(SETTLE_LIMIT)
                    .require(
                            () -> Sql.isTrue(statement, HAS_WHAT_IT_REPLAYED),
                            () -> node.name()
                                    + " cannot be promoted yet: of its new timeline it has received less than it"
                                    + " has replayed" + node.logTail());
            node.promoteNow();
            // Asked of the server as often as it answers: pg_promote's own wait polls every 100 ms.
            Deadline.in(LIMIT)
                    .require(
                            () -> Sql.isTrue(statement, "select not pg_is_in_recovery()"),
                            () -> node.name() + " was not promoted" + node.logTail());
        } catch (SQLException e) {
            throw new PostgresClusterException(node.name() + " could not be promoted" + node.logTail(), e);
        }
    }
}
