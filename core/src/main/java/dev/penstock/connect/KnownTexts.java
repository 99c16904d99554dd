package dev.penstock.connect;

import org.jspecify.annotations.Nullable;

/**
 * SQL texts that were looked through before and leave nothing behind: an application runs the same few again and again, and to read one
 * takes as long as to borrow a connection. A text replaces another of the same place. Used by one borrower at a time, as its session is.
 */
final class KnownTexts {
    private static final int PLACES = 64;

    /** Longer ones are made for one use, and would be kept for a connection's life. */
    private static final int LONGEST = 8192;

    private final @Nullable String[] texts = new String[PLACES];

    boolean contains(String sql) {
        return sql.equals(texts[place(sql)]);
    }

    void add(String sql) {
        if (sql.length() <= LONGEST) {
            texts[place(sql)] = sql;
        }
    }

    private static int place(String sql) {
        int hash = sql.hashCode();
        return (hash ^ hash >>> 16) & PLACES - 1;
    }
}
