package dev.penstock.connect;

import java.sql.SQLException;

/**
 * Whether a SQL text takes an advisory lock. On a replica that succeeds and protects nothing: each server has its own locks. So
 * a session that reads refuses it on whatever node it is. What a function does inside cannot be seen from outside.
 */
final class AdvisoryLock {
    private static final String HINT = "advisory";

    private AdvisoryLock() {}

    /** Pure. */
    static boolean isTakenBy(String sql) {
        if (!mentions(sql)) {
            return false;
        }
        SqlWords words = new SqlWords().of(sql);
        while (words.next()) {
            if (words.startsWith("pg_advisory_lock")
                    || words.startsWith("pg_advisory_xact_lock")
                    || words.startsWith("pg_try_advisory_")) {
                return true;
            }
        }
        return false;
    }

    /** Most texts do not, and are not read word by word. */
    private static boolean mentions(String sql) {
        int last = sql.length() - HINT.length();
        for (int i = 0; i <= last; i++) {
            char c = sql.charAt(i);
            if ((c == 'a' || c == 'A') && sql.regionMatches(true, i, HINT, 0, HINT.length())) {
                return true;
            }
        }
        return false;
    }

    static SQLException refusal(Node node) {
        return new SQLException(
                "An advisory lock taken by a read protects nothing: it would be held on " + node
                        + " alone, and the next reader may be elsewhere. Take it in a write, or with unpooled().",
                "0A000");
    }
}
