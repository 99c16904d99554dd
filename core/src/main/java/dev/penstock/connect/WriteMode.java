package dev.penstock.connect;

/**
 * Whether a SQL text may make a transaction of a read-only session one that writes: {@code SET TRANSACTION READ WRITE}, {@code BEGIN
 * READ WRITE}, or the parameter of that name. Any role may do so on a primary, before the first query. What a function does inside
 * cannot do it: the server refuses a change of mode once a query has begun.
 */
final class WriteMode {
    private WriteMode() {}

    /** Pure. */
    static boolean isAskedBy(String sql) {
        SqlWords words = new SqlWords().of(sql);
        boolean afterRead = false;
        while (words.next()) {
            if (words.is("transaction_read_only") || (afterRead && words.is("write"))) {
                return true;
            }
            afterRead = words.is("read");
        }
        return false;
    }
}
