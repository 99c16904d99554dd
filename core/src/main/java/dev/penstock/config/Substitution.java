package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The Compose subset of shell substitution, on one scalar: {@code $VAR}, {@code ${VAR}}, {@code ${VAR:-default}},
 * {@code ${VAR-default}}, {@code ${VAR:?message}}, {@code ${VAR?message}}, {@code ${VAR:+alternative}},
 * {@code ${VAR+alternative}} and {@code $$} for a dollar sign. The values of variables are never expanded again; a
 * word behind an operator may hold expressions itself. Stricter than Compose in one point: a variable with neither
 * value nor default is an error, not an empty text. Messages name variables, never values; where a secret may be read as an expression because
 * it has a {@code $} in it, they name only variables that are set.
 */
final class Substitution {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_LENGTH = 64 * 1024;

    /** Which expressions a text may hold. */
    enum Syntax {
        /** All of them: the text stands in a configuration file. */
        COMPOSE,
        /** All of them, and a {@code $} that begins none is itself: the text stands in a {@code .env} file. */
        ENV_FILE,
        /** Only <code>${…}</code>: the text is a connection string from a variable, where a bare {@code $} is literal. */
        BRACES
    }

    /** A piece of a scalar: plain text, or an expression over {@code variable} from {@code start} to {@code end}. */
    private record Piece(String text, @Nullable String variable, boolean braced, String operator, int start, int end) {}

    /** Which variables that are not set a message may name. */
    enum Naming {
        ALL,
        /** Those of a <code>${X}</code>: what follows a bare {@code $} may be the rest of a password. */
        BRACED,
        /** None of them. */
        NONE
    }

    private final Map<String, String> environment;
    private final Naming naming;

    Substitution(Map<String, String> environment) {
        this(environment, Naming.ALL);
    }

    private Substitution(Map<String, String> environment, Naming naming) {
        this.environment = environment;
        this.naming = naming;
    }

    /** Returns one whose messages name fewer variables. */
    Substitution naming(Naming named) {
        return named == naming ? this : new Substitution(environment, named);
    }

    /** @throws InvalidConfigException when the text is malformed or names a variable without value and default */
    String expand(String text, Syntax syntax) {
        return expand(text, syntax, UnaryOperator.identity());
    }

    /** As {@link #expand(String, Syntax)}; the plain pieces go through {@code literal}, values are taken as they are. */
    String expand(String text, Syntax syntax, UnaryOperator<String> literal) {
        StringBuilder result = new StringBuilder();
        for (Piece piece : pieces(text, syntax)) {
            result.append(piece.variable == null ? literal.apply(piece.text) : value(piece, piece.variable, 1));
        }
        if (result.length() > MAX_LENGTH) {
            throw malformed("is longer than 64 KiB once expanded", "Shorten it.");
        }
        return result.toString();
    }

    /** The variable when the text is one plain <code>$X</code> or <code>${X}</code> and nothing else, or null. */
    static @Nullable String soleVariable(String text, Syntax syntax) {
        List<Piece> pieces = pieces(text, syntax);
        return pieces.size() == 1 && pieces.get(0).operator.isEmpty() ? pieces.get(0).variable : null;
    }

    /** The first variable of a text that is a variable, or that holds any <code>${…}</code>; else null. */
    static @Nullable String anyVariable(String text) {
        List<Piece> pieces = pieces(text, Syntax.BRACES);
        String braced = pieces.stream()
                .map(Piece::variable)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        boolean bare = text.matches("\\$[A-Za-z_][A-Za-z0-9_]*");
        return braced == null && bare ? text.substring(1) : braced;
    }

    /** A text that is still to be read as a connection string: the expressions in it are not expanded yet. */
    record Chosen(String text, Syntax syntax, @Nullable String variable) {}

    /**
     * What a scalar that is one expression stands for: the variable's value, or the word of the operator as it was
     * written. Any other text stands for itself.
     */
    Chosen choose(String text) {
        return choose(text, 1);
    }

    private Chosen choose(String text, int depth) {
        requireShallow(depth);
        List<Piece> pieces = pieces(text, Syntax.COMPOSE);
        String variable = pieces.size() == 1 ? pieces.get(0).variable : null;
        if (variable == null) {
            return new Chosen(text, Syntax.COMPOSE, null);
        }
        Piece piece = pieces.get(0);
        String value = environment.get(variable);
        boolean present = value != null && !(piece.operator.startsWith(":") && value.isEmpty());
        boolean alternative = piece.operator.endsWith("+");
        if (present != alternative && value != null && present) {
            return new Chosen(value, Syntax.BRACES, variable);
        }
        if (present || piece.operator.endsWith("-")) {
            return choose(piece.text, depth + 1);
        }
        return new Chosen(value(piece, variable, 1), Syntax.BRACES, variable);
    }

    /** The text with every character of every <code>${…}</code> replaced by {@code x}: safe to split, same length. */
    static String mask(String text, Syntax syntax) {
        StringBuilder masked = new StringBuilder(text);
        for (Piece piece : pieces(text, syntax)) {
            for (int i = piece.start; piece.variable != null && i < piece.end; i++) {
                masked.setCharAt(i, 'x');
            }
        }
        return masked.toString();
    }

    private String value(Piece piece, String variable, int depth) {
        String value = environment.get(variable);
        boolean present = value != null && !(piece.operator.startsWith(":") && value.isEmpty());
        return switch (piece.operator.replace(":", "")) {
            case "+" -> present ? word(piece.text, depth) : "";
            case "-" -> present && value != null ? value : word(piece.text, depth);
            case "?" -> {
                if (present && value != null) {
                    yield value;
                }
                throw unset(piece, variable, piece.text);
            }
            default -> {
                if (value != null) {
                    yield value;
                }
                throw unset(piece, variable, "");
            }
        };
    }

    private String word(String text, int depth) {
        requireShallow(depth);
        StringBuilder result = new StringBuilder();
        for (Piece piece : pieces(text, Syntax.COMPOSE)) {
            result.append(piece.variable == null ? piece.text : value(piece, piece.variable, depth + 1));
        }
        return result.toString();
    }

    private static void requireShallow(int depth) {
        if (depth > MAX_DEPTH) {
            throw malformed("nests defaults more than " + MAX_DEPTH + " deep", "Use one default.");
        }
    }

    private static List<Piece> pieces(String text, Syntax syntax) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        int dollar = text.indexOf('$');
        while (dollar >= 0) {
            Piece piece = pieceAt(text, dollar, syntax);
            if (piece != null) {
                addText(pieces, text, from, dollar);
                pieces.add(piece);
                from = piece.end;
            }
            dollar = text.indexOf('$', piece == null ? dollar + 1 : piece.end);
        }
        addText(pieces, text, from, text.length());
        return pieces;
    }

    private static void addText(List<Piece> pieces, String text, int from, int to) {
        if (from < to) {
            pieces.add(new Piece(text.substring(from, to), null, false, "", from, to));
        }
    }

    /** Returns the piece that begins at the dollar sign; null when it is a literal dollar sign. */
    private static @Nullable Piece pieceAt(String text, int dollar, Syntax syntax) {
        char next = dollar + 1 < text.length() ? text.charAt(dollar + 1) : ' ';
        if (next == '{') {
            return braced(text, dollar);
        }
        if (syntax == Syntax.BRACES) {
            return null;
        }
        if (next == '$') {
            return new Piece("$", null, false, "", dollar, dollar + 2);
        }
        int end = nameEnd(text, dollar + 1);
        if (end == dollar + 1 && syntax == Syntax.ENV_FILE) {
            return null;
        }
        if (end == dollar + 1) {
            throw malformed("has a '$' that begins no expression", "Write $$ for a dollar sign.");
        }
        return new Piece("", text.substring(dollar + 1, end), false, "", dollar, end);
    }

    private static Piece braced(String text, int dollar) {
        int close = closingBrace(text, dollar + 2);
        int nameEnd = nameEnd(text, dollar + 2);
        if (close < 0 || nameEnd == dollar + 2) {
            throw malformed("has a '${' without a name or a closing '}'", "Write ${NAME}, or $$ for a dollar sign.");
        }
        String name = text.substring(dollar + 2, nameEnd);
        String rest = text.substring(nameEnd, close);
        String operator = operator(rest);
        if (operator.isEmpty() && !rest.isEmpty()) {
            throw malformed(
                    "uses an operator on a variable that Compose does not have",
                    "Use one of :- - :? ? :+ + behind the name.");
        }
        return new Piece(rest.substring(operator.length()), name, true, operator, dollar, close + 1);
    }

    private static String operator(String rest) {
        for (String operator : List.of(":-", ":?", ":+", "-", "?", "+")) {
            if (rest.startsWith(operator)) {
                return operator;
            }
        }
        return "";
    }

    /**
     * Braces of a word are counted, as Compose does, so that <code>${X:-{"a":1}}</code> ends at its last one; those that do not fit together are not.
     */
    private static int closingBrace(String text, int from) {
        int balanced = closingBrace(text, from, "{");
        return balanced < 0 ? closingBrace(text, from, "${") : balanced;
    }

    private static int closingBrace(String text, int from, String opening) {
        int open = 1;
        for (int i = from; i < text.length(); i++) {
            if (text.startsWith(opening, i)) {
                open++;
            } else if (text.charAt(i) == '}' && --open == 0) {
                return i;
            }
        }
        return -1;
    }

    private static int nameEnd(String text, int from) {
        int i = from;
        while (i < text.length() && isNameCharacter(text.charAt(i), i > from)) {
            i++;
        }
        return i;
    }

    private static boolean isNameCharacter(char c, boolean digitAllowed) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (digitAllowed && c >= '0' && c <= '9');
    }

    private InvalidConfigException unset(Piece piece, String variable, String message) {
        String why = message.isEmpty() ? "" : ": " + message;
        boolean named =
                environment.containsKey(variable) || naming == Naming.ALL || (naming == Naming.BRACED && piece.braced);
        return new InvalidConfigException(
                named
                        ? Violation.of(
                                "UNSET_VARIABLE",
                                "",
                                "needs the variable " + variable + ", which is not set" + why,
                                "Set " + variable + ", or give a default: ${" + variable + ":-value}.")
                        : Violation.of(
                                "UNSET_VARIABLE",
                                "***",
                                "needs the variable that stands there, which is not set" + why,
                                "Set it. A dollar sign of a password is %24 in a connection string, and $$ elsewhere"
                                        + " in a file."));
    }

    private static InvalidConfigException malformed(String message, String remedy) {
        return new InvalidConfigException(Violation.of("SUBSTITUTION", "", message, remedy));
    }
}
