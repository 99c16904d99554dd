package dev.penstock.connect;

/**
 * Where a server's log ends, as a number that a replica will reach.
 *
 * <p>A server that has just filled a page of its log says that it will go on behind the next page's header. No replica gets there
 * before somebody writes again, which may take for ever, so the header is taken off (measured: 14 to 22 s of waiting about once in a
 * thousand commits without this).
 */
public final class WalPosition {
    /** A page's header, and that of the first page of a segment ({@code XLogPageHeaderData}, {@code XLogLongPageHeaderData}). */
    private static final int SHORT_HEADER = 24;

    private static final int LONG_HEADER = 40;

    /** What {@link #reachable} needs, of the server that is asked: inserted, flushed, its timeline, its page and segment in bytes. */
    public static final String COLUMNS = """
            pg_current_wal_insert_lsn() - '0/0'::pg_lsn, pg_current_wal_flush_lsn() - '0/0'::pg_lsn, \
            ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int, \
            current_setting('wal_block_size')::int, pg_size_bytes(current_setting('wal_segment_size'))""";

    private WalPosition() {}

    /**
     * The position itself, or the end of the page before when it is the place behind a header with nothing after it.
     *
     * @param inserted what {@code pg_current_wal_insert_lsn()} says, in bytes
     * @param page the size of a page in bytes
     * @param segment the size of a segment in bytes
     */
    public static long reachable(long inserted, int page, long segment) {
        boolean first = inserted % segment < page;
        int header = first ? LONG_HEADER : SHORT_HEADER;
        return inserted % page == header ? inserted - header : inserted;
    }
}
