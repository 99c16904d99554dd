package dev.penstock.metrics;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which series a scrape has: the labels of each, by name. */
record ScrapedSeries(Map<String, List<Map<String, String>>> byName) {
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    static ScrapedSeries of(Samples scrape) {
        return new ScrapedSeries(scrape.series().keySet().stream()
                .collect(Collectors.groupingBy(
                        series -> series.replaceFirst("\\{.*", ""),
                        Collectors.mapping(ScrapedSeries::labels, Collectors.toList()))));
    }

    private static Map<String, String> labels(String series) {
        Map<String, String> labels = new LinkedHashMap<>();
        LABEL.matcher(series).results().forEach(label -> labels.put(label.group(1), label.group(2)));
        return labels;
    }

    Set<String> names() {
        return new LinkedHashSet<>(byName.keySet());
    }

    /** Whether every series of that name has the label. */
    boolean hasLabel(String name, String label) {
        return byName.getOrDefault(name, List.of()).stream().allMatch(labels -> labels.containsKey(label));
    }

    boolean hasValue(String name, String label, String value) {
        return byName.getOrDefault(name, List.of()).stream().anyMatch(labels -> value.equals(labels.get(label)));
    }
}
