package dev.penstock.connect;

import java.util.List;

/**
 * Whether a SQL text may leave something behind in its session that the next borrower would find: a setting, a role, a
 * temporary table, LISTEN, a cursor, a prepared statement, an advisory lock.
 *
 * <p>Told from the text alone, so that a session in which none of this was done pays nothing. What ends with its
 * transaction does not count ({@code SET LOCAL}, {@code set_config(…, true)}, {@code pg_advisory_xact_lock}). An UPDATE of
 * {@code pg_settings} is a SET. When in doubt the answer is yes: it costs one round trip. A commit by text counts too, because a write must know that nobody but itself
 * has committed before it may run again. What a function does inside cannot be seen from outside, nor what is named by
 * {@code U&"…"}; {@code hygiene: always} is for that.
 */
final class SessionEffect {
    /** A SET that ends with its transaction. */
    private static final List<String> OF_TRANSACTION = List.of("local", "transaction", "constraints");

    /** DO may do anything; a procedure is a function in this respect. Whoever commits by text leaves what nobody watches. */
    private static final List<String> OPENING = List.of("listen", "declare", "prepare", "do", "commit", "end");

    private static final List<String> TEMPORARY = List.of("temp", "temporary");

    private SessionEffect() {}

    /** @param words of the text, none of which was read yet */
    static boolean of(SqlWords words) {
        boolean more = words.next();
        boolean first = true;
        boolean updates = false;
        boolean settings = false;
        while (more) {
            if (words.isEndOfStatement()) {
                first = true;
                updates = false;
                settings = false;
                more = words.next();
                continue;
            }
            updates |= words.is("update");
            settings |= words.is("pg_settings");
            if (updates && settings) {
                return true;
            } else if (first && words.is("set")) {
                if (!words.next() || !words.isOneOf(OF_TRANSACTION)) {
                    return true;
                }
            } else if (words.is("set_config")) {
                if (!isOfTransaction(words)) {
                    return true;
                }
                more = !words.isAtEnd();
            } else if (first ? begins(words) : contains(words)) {
                return true;
            } else {
                more = words.next();
            }
            first = false;
        }
        return false;
    }

    /**
     * Reads the arguments of {@code set_config}, up to the word after them. It ends with its transaction when the last one is the word
     * {@code true}, and nothing but that. Among its arguments nothing may have an effect of its own, another {@code set_config}
     * included.
     */
    private static boolean isOfTransaction(SqlWords words) {
        int outside = words.depth();
        boolean local = false;
        while (words.next() && words.depth() > outside) {
            if (words.is("set_config") || contains(words)) {
                return false;
            }
            local = words.depth() == outside + 1 && words.isLastArgument("true");
        }
        return local;
    }

    private static boolean begins(SqlWords words) {
        return words.isOneOf(OPENING);
    }

    private static boolean contains(SqlWords words) {
        return words.isOneOf(TEMPORARY)
                || words.startsWith("pg_temp")
                || words.startsWith("pg_advisory_lock")
                || words.startsWith("pg_try_advisory_lock");
    }
}
