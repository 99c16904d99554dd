package dev.penstock.connect;

import java.util.List;

/**
 * Whether a SQL text has a statement that ends its transaction: COMMIT, END, ROLLBACK, ABORT, PREPARE TRANSACTION. Going back to a savepoint does
 * not. Told from the text alone: whether it did is seen in what the server says afterwards, because the body of a function may have such words
 * as well ({@code BEGIN ATOMIC … END}).
 */
final class TransactionEnd {
    private static final List<String> ENDS = List.of("commit", "end", "abort");

    private TransactionEnd() {}

    /** @param words of the text, none of which was read yet */
    static boolean isIn(SqlWords words) {
        boolean first = true;
        boolean rollback = false;
        boolean prepare = false;
        while (words.next()) {
            if (words.isEndOfStatement()) {
                if (rollback) {
                    return true;
                }
                first = true;
            } else if (first) {
                if (words.isOneOf(ENDS)) {
                    return true;
                }
                rollback = words.is("rollback");
                prepare = words.is("prepare");
                first = false;
            } else if (prepare && words.is("transaction")) {
                return true;
            } else {
                prepare = false;
                rollback = rollback && !words.is("to");
            }
        }
        return rollback;
    }
}
