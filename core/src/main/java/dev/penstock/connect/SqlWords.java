package dev.penstock.connect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The words of a SQL text, one after another: keywords, names and quoted names, and {@code ;} between statements.
 * String literals, dollar-quoted bodies, numbers and comments are passed over. It reads what PostgreSQL's lexer would
 * read, and never fails: an unfinished literal or comment ends the text. Reads one text after another; not thread-safe; allocates nothing.
 */
final class SqlWords {
    private String sql = "";
    private int start;
    private int end;
    private int depth;

    /** What stood last before this word, blanks and comments apart; 0 where another word did. */
    private char before;

    /** Begins with {@code text}, whatever was read before. */
    SqlWords of(String text) {
        sql = text;
        start = 0;
        end = 0;
        depth = 0;
        before = 0;
        return this;
    }

    /** Moves to the next word, or to the {@code ;} that ends a statement; false at the end of the text. */
    boolean next() {
        start = end;
        before = 0;
        while (start < sql.length()) {
            char c = sql.charAt(start);
            if (isNameStart(c)) {
                end = afterName(start + 1);
                if (!isPrefixOfLiteral()) {
                    return true;
                }
                before = '\'';
                start = end;
            } else if (c == '"') {
                end = after('"', start + 1, false);
                return true;
            } else if (c == ';') {
                end = start + 1;
                return true;
            } else {
                before = isBlank(c) ? before : c;
                start = afterOther(c);
            }
        }
        end = start;
        return false;
    }

    /** Whether the last word was read. */
    boolean isAtEnd() {
        return start == sql.length();
    }

    /** Whether {@code word}, and nothing else, stands between the last comma and the closing parenthesis; in quotes it would be a name. */
    boolean isLastArgument(String word) {
        return before == ',' && sql.charAt(start) != '"' && is(word) && after() == ')';
    }

    /** What stands after this word, blanks and comments apart; 0 at the end. */
    private char after() {
        int word = start;
        start = end;
        while (start < sql.length() && isBlank(sql.charAt(start))) {
            start = afterOther(sql.charAt(start));
        }
        char found = start < sql.length() ? sql.charAt(start) : 0;
        start = word;
        return found;
    }

    /** Whether it is a blank, or begins a comment, at the place that was come to. */
    private boolean isBlank(char c) {
        return Character.isWhitespace(c) || sql.startsWith("--", start) || sql.startsWith("/*", start);
    }

    /** How many parentheses are open before this word. */
    int depth() {
        return depth;
    }

    boolean isEndOfStatement() {
        return sql.charAt(start) == ';';
    }

    /** Without regard to case; a quoted name is compared by what stands between the quotes. */
    boolean is(String word) {
        int quote = sql.charAt(start) == '"' ? 1 : 0;
        int length = end - start - 2 * quote;
        return length == word.length() && sql.regionMatches(true, start + quote, word, 0, length);
    }

    /** Without regard to case, as {@link #is}. */
    boolean startsWith(String prefix) {
        int quote = sql.charAt(start) == '"' ? 1 : 0;
        return end - start - 2 * quote >= prefix.length()
                && sql.regionMatches(true, start + quote, prefix, 0, prefix.length());
    }

    boolean isOneOf(List<String> words) {
        boolean found = false;
        for (int i = 0; !found && i < words.size(); i++) {
            found = is(words.get(i));
        }
        return found;
    }

    private static boolean isNameStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    private static boolean isNamePart(char c) {
        return isNameStart(c) || (c >= '0' && c <= '9') || c == '$';
    }

    private int afterName(int from) {
        int i = from;
        while (i < sql.length() && isNamePart(sql.charAt(i))) {
            i++;
        }
        return i;
    }

    /** {@code E'…'}, {@code B'…'}, {@code N'…'} and the like are literals; only the first has backslash escapes. */
    private boolean isPrefixOfLiteral() {
        if (end - start != 1 || end >= sql.length() || sql.charAt(end) != '\'') {
            return false;
        }
        char prefix = Character.toLowerCase(sql.charAt(start));
        end = after('\'', end + 1, prefix == 'e');
        return true;
    }

    /** What is no word: the place after it. */
    private int afterOther(char c) {
        char next = start + 1 < sql.length() ? sql.charAt(start + 1) : 0;
        if (c == '\'') {
            return after('\'', start + 1, false);
        }
        if (c == '-' && next == '-') {
            int newline = sql.indexOf('\n', start);
            return newline < 0 ? sql.length() : newline + 1;
        }
        if (c == '/' && next == '*') {
            return afterComment();
        }
        if (c == '$') {
            return afterDollar();
        }
        if (c >= '0' && c <= '9') {
            return afterName(start + 1);
        }
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        return start + 1;
    }

    /** A doubled quote is read as the end and a new beginning, which comes to the same. */
    private int after(char quote, int from, boolean backslashes) {
        for (int i = from; i < sql.length(); i++) {
            char c = sql.charAt(i);
            if (c == '\\' && backslashes) {
                i++;
            } else if (c == quote) {
                boolean doubled = backslashes && i + 1 < sql.length() && sql.charAt(i + 1) == quote;
                if (!doubled) {
                    return i + 1;
                }
                i++;
            }
        }
        return sql.length();
    }

    /** Comments nest in PostgreSQL. */
    private int afterComment() {
        int open = 1;
        int i = start + 2;
        while (i < sql.length() && open > 0) {
            boolean opens = sql.startsWith("/*", i);
            boolean closes = sql.startsWith("*/", i);
            open += opens ? 1 : closes ? -1 : 0;
            i += opens || closes ? 2 : 1;
        }
        return Math.min(i, sql.length());
    }

    /** {@code $tag$ … $tag$}, or a parameter such as {@code $1}. */
    private int afterDollar() {
        String tag = dollarTag();
        if (tag == null) {
            return afterName(start + 1);
        }
        int close = sql.indexOf(tag, start + tag.length());
        return close < 0 ? sql.length() : close + tag.length();
    }

    private @Nullable String dollarTag() {
        int i = start + 1;
        if (i < sql.length() && isNameStart(sql.charAt(i))) {
            while (i < sql.length() && isNamePart(sql.charAt(i)) && sql.charAt(i) != '$') {
                i++;
            }
        }
        return i < sql.length() && sql.charAt(i) == '$' ? sql.substring(start, i + 1) : null;
    }
}
