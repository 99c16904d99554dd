package dev.penstock.benchmarks.peers;

import java.util.Locale;

/** What the stub server answers to a statement, told from its text. */
enum StubAnswer {
    /** {@code select 1}, for callers. */
    ONE("SELECT 1", true),
    /** What Penstock's monitor asks: a primary on timeline 1, or its replica, far apart by nothing. */
    PROBE("SELECT 1", false),
    /** Whether it is Aurora, and the database's name. */
    NO("SELECT 1", false),
    /** Which isolation level pools find at the start. */
    ISOLATION("SHOW", false),
    BEGIN("BEGIN", false),
    COMMIT("COMMIT", false),
    ROLLBACK("ROLLBACK", false),
    /** Settings, and everything else that returns no row. */
    DONE("SET", false),
    /** The empty query with which a driver looks whether a session lives. */
    NOTHING("", false);

    private final String tag;
    private final boolean number;

    StubAnswer(String tag, boolean number) {
        this.tag = tag;
        this.number = number;
    }

    static StubAnswer to(String sql) {
        String text = sql.strip().toLowerCase(Locale.ROOT);
        if (text.isEmpty()) {
            return NOTHING;
        } else if (text.equals("select 1")) {
            return ONE;
        } else if (text.contains("recovering")) {
            return PROBE;
        } else if (text.contains("aurora")) {
            return NO;
        } else if (text.startsWith("show transaction isolation")) {
            return ISOLATION;
        }
        return transaction(text);
    }

    private static StubAnswer transaction(String text) {
        if (text.startsWith("begin")) {
            return BEGIN;
        } else if (text.startsWith("commit")) {
            return COMMIT;
        }
        return text.startsWith("rollback") ? ROLLBACK : DONE;
    }

    /** The command's completion tag. */
    String tag() {
        return tag;
    }

    /** Whether its one column is an int4; all other columns are texts. */
    boolean isNumber() {
        return number;
    }

    /** The one row; empty when it returns none. */
    String[] row(boolean replica) {
        return switch (this) {
            case ONE -> new String[] {"1"};
            case PROBE -> probe(replica);
            case NO -> new String[] {"f", "appdb"};
            case ISOLATION -> new String[] {"read committed"};
            default -> new String[0];
        };
    }

    /** Role, timeline, position, cluster, read-only, start of the server; end of the log, page, segment, timeline replayed, its origin. */
    private static String[] probe(boolean replica) {
        String role = replica ? "t" : "f";
        return new String[] {
            role, replica ? "0" : "1", "100000000", "7", "f", "1", "100000000", "8192", "16777216", "1", "0"
        };
    }
}
