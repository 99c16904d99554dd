package dev.penstock.topology;

import dev.penstock.config.SessionToken;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Asks the server behind one connection how far it has replayed, with the proof of its timeline, whatever is known of the node that the
 * connection is of. One round trip, which any role may make. Used by one thread.
 */
public final class ReplayQuestion implements AutoCloseable {
    /**
     * What a replica has replayed on a timeline shows in its control file with some delay; what it receives, at once, to roles that
     * may see it. A replica that left the primary's history before a promotion receives nothing of the new timeline.
     */
    static final String FOLLOWED = """
            greatest((select timeline_id from pg_control_checkpoint()),
                     (select min_recovery_end_timeline from pg_control_recovery()),
                     (select received_tli from pg_stat_wal_receiver))""";

    private static final String TEXT = """
            select (select system_identifier from pg_control_system())::text, %s,
                   coalesce(pg_last_wal_replay_lsn(), '0/0'::pg_lsn) - '0/0'::pg_lsn,
                   coalesce(pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn(), true),
                   extract(epoch from pg_postmaster_start_time())::text
            where pg_is_in_recovery()""".formatted(FOLLOWED);

    private final PreparedStatement question;

    public ReplayQuestion(Connection connection) throws SQLException {
        this.question = connection.prepareStatement(TEXT);
    }

    /**
     * How far a replica is.
     *
     * @param position what it has replayed
     * @param hasMore whether it has received more than that
     */
    public record Answer(Position position, boolean hasMore) {
        /**
         * Behind everything that a read can have seen there before the question. A commit is visible an instant before the server counts it
         * as replayed, so when there is more, the record that follows belongs to it: whoever is a byte further has all of that.
         */
        public SessionToken shown() {
            SessionToken there = position.token();
            return hasMore ? new SessionToken(there.systemIdentifier(), there.timeline(), there.position() + 1) : there;
        }
    }

    /** Empty when the server is no replica. */
    public Optional<Answer> ask() throws SQLException {
        long asked = System.nanoTime();
        try (ResultSet row = question.executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            SessionToken there = new SessionToken(row.getString(1), row.getInt(2), row.getLong(3));
            return Optional.of(new Answer(new Position(there, row.getString(5), asked), row.getBoolean(4)));
        }
    }

    @Override
    public void close() throws SQLException {
        question.close();
    }
}
