package dev.penstock.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A scrape in Prometheus's text format: which series there are, by name. */
record ScrapedSeries(Map<String, List<Map<String, String>>> byName) {
    private static final Pattern SAMPLE = Pattern.compile("^(\\w+)(?:\\{(.*)})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    static ScrapedSeries of(String text) {
        Map<String, List<Map<String, String>>> series = new LinkedHashMap<>();
        text.lines()
                .map(SAMPLE::matcher)
                .filter(Matcher::matches)
                .forEach(sample -> series.computeIfAbsent(sample.group(1), name -> new ArrayList<>())
                        .add(labels(sample.group(2) == null ? "" : sample.group(2))));
        return new ScrapedSeries(series);
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new LinkedHashMap<>();
        LABEL.matcher(text).results().forEach(label -> labels.put(label.group(1), label.group(2)));
        return labels;
    }

    Set<String> names() {
        return byName.keySet();
    }

    /** Whether every series of that name has the label. */
    boolean hasLabel(String name, String label) {
        return byName.getOrDefault(name, List.of()).stream().allMatch(labels -> labels.containsKey(label));
    }

    boolean hasValue(String name, String label, String value) {
        return byName.getOrDefault(name, List.of()).stream().anyMatch(labels -> value.equals(labels.get(label)));
    }
}
