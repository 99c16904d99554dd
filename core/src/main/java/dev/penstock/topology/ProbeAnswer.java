package dev.penstock.topology;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What a server says of itself.
 *
 * @param inRecovery true on a replica
 * @param timeline the timeline it writes; 0 on a replica, whose own record of it is stale for seconds after a promotion
 * @param lsn the position written (primary) or replayed (replica), in bytes
 * @param systemIdentifier the cluster it belongs to; the same on a primary and all its replicas
 * @param readOnlyByDefault whether an operator has closed it for writing ({@code default_transaction_read_only})
 * @param postmaster identifies the running server process, so that two names of one server are recognised
 */
record ProbeAnswer(
        boolean inRecovery,
        int timeline,
        long lsn,
        String systemIdentifier,
        boolean readOnlyByDefault,
        String postmaster) {
    /**
     * Any role may run it. The timeline is the first eight hexadecimal digits of the current WAL file's name; the control
     * file's would lag behind a promotion.
     */
    static final String SQL = """
            select r.recovering,
                   case when r.recovering then 0
                        else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int end,
                   case when r.recovering then coalesce(pg_last_wal_replay_lsn(), '0/0'::pg_lsn)
                        else pg_current_wal_lsn() end - '0/0'::pg_lsn,
                   (select system_identifier from pg_control_system()),
                   current_setting('default_transaction_read_only')::boolean,
                   extract(epoch from pg_postmaster_start_time())
            from (select pg_is_in_recovery() as recovering) r
            """;

    static ProbeAnswer ask(PreparedStatement probe) throws SQLException {
        try (ResultSet row = probe.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("The probe returned no row", "XX000");
            }
            return new ProbeAnswer(
                    row.getBoolean(1),
                    row.getInt(2),
                    row.getBigDecimal(3).longValueExact(),
                    row.getString(4),
                    row.getBoolean(5),
                    row.getString(6));
        }
    }
}
