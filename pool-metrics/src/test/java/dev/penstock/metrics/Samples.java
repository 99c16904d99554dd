package dev.penstock.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a scrape holds: a value for each series, in the order of their names. */
record Samples(Map<String, Double> series, Map<String, String> types) {
    static Samples of(String text) {
        Map<String, Double> series = new TreeMap<>();
        Map<String, String> types = new TreeMap<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ");
                types.put(words[2], words[3]);
            } else if (!line.startsWith("#")) {
                int space = line.lastIndexOf(' ');
                series.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
            }
        }
        return new Samples(series, types);
    }

    /** The sum over every series of that name which has all of these tags, {@code key="value"} each. */
    double sum(String name, String... tags) {
        List<Double> found = series.entrySet().stream()
                .filter(one -> one.getKey().equals(name) || one.getKey().startsWith(name + "{"))
                .filter(one -> Arrays.stream(tags).allMatch(one.getKey()::contains))
                .map(Map.Entry::getValue)
                .toList();
        if (found.isEmpty()) {
            throw new AssertionError("No series " + name + " with " + Arrays.toString(tags) + " among\n"
                    + String.join("\n", series.keySet()));
        }
        return found.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Those of ours and of HikariCP, by their first letters. */
    long count(String prefix) {
        return series.keySet().stream().filter(name -> name.startsWith(prefix)).count();
    }

    String names() {
        return series.keySet().stream()
                .map(name -> name.replaceFirst("\\{.*", ""))
                .distinct()
                .collect(Collectors.joining("\n"));
    }
}
