package dev.penstock.metrics;

import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an expression asks for: as much of PromQL as its names and labels. */
final class PromQl {
    private static final Pattern SELECTOR = Pattern.compile("\\b((?:penstock|hikaricp)_\\w+)\\s*(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");
    private static final Pattern GROUPING =
            Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");

    /** {@code label="value"}, with any of the four operators. */
    record Matcher(String label, String operator, String value) {
        /** Values of which each must exist; none for what a dashboard's variable stands for. */
        Stream<String> values() {
            return value.contains("$") ? Stream.empty() : Stream.of(value.split("\\|"));
        }
    }

    /** One series that is asked for. */
    record Selector(String name, List<Matcher> matchers) {}

    private PromQl() {}

    static List<Selector> selectors(String expression) {
        return SELECTOR.matcher(expression)
                .results()
                .map(found -> new Selector(found.group(1), matchers(found)))
                .toList();
    }

    private static List<Matcher> matchers(MatchResult selector) {
        String inner = selector.group(2) == null ? "" : selector.group(2);
        return MATCHER.matcher(inner)
                .results()
                .map(found -> new Matcher(found.group(1), found.group(2), found.group(3)))
                .toList();
    }

    /** The labels that results are grouped or joined by. */
    static Set<String> groupings(String expression) {
        return GROUPING.matcher(expression)
                .results()
                .flatMap(found -> Stream.of(found.group(1).split(",")))
                .map(String::strip)
                .filter(label -> !label.isEmpty())
                .collect(Collectors.toSet());
    }
}
