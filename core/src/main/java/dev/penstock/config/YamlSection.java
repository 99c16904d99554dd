package dev.penstock.config;

import dev.penstock.secret.Secret;
import dev.penstock.violation.Violation;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads the keys below {@code database:} or {@code databases.<name>:}; what is not a key is a violation. */
final class YamlSection {
    private static final Pattern SHOWN_KEY = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    private final YamlFile file;
    private final Mistakes mistakes;
    private final Map<Key, Setting> values = new EnumMap<>(Key.class);
    private final Map<String, String> seen = new HashMap<>();

    private YamlSection(YamlFile file, Mistakes mistakes) {
        this.file = file;
        this.mistakes = mistakes;
    }

    static Map<Key, Setting> read(YamlFile file, Node node, String path, Mistakes mistakes) {
        YamlSection section = new YamlSection(file, mistakes);
        section.mapping(node, path, "");
        return section.values;
    }

    private void mapping(Node node, String path, String section) {
        if (!(node instanceof MappingNode mapping)) {
            mistakes.add(
                    violation(node, path, "NOT_A_SECTION", "must be a section of keys", "Write its keys below it."));
            return;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            entry(tuple, path, section);
        }
    }

    private void entry(NodeTuple tuple, String path, String section) {
        String written = YamlFile.keyOf(tuple);
        String here = path + "." + shown(written);
        Node value = tuple.getValueNode();
        String name = section.isEmpty() ? written : section + "." + written;
        if (section.isEmpty() && written.equals(Key.TLS_SECTION)) {
            if (!YamlFile.isNull(value)) {
                mapping(value, here, written);
            }
            return;
        }
        boolean outside = section.isEmpty() && written.contains(".");
        Key key = outside ? null : Key.named(name).orElse(null);
        if (key == null || (!section.isEmpty() && !key.yamlName().equals(name))) {
            mistakes.add(violation(
                    tuple.getKeyNode(), here, "UNKNOWN_KEY", "is not a key of a database", remedy(section, written)));
            return;
        }
        add(key, value, here, file.origin(tuple.getKeyNode()));
    }

    private static String remedy(String section, String written) {
        Key known = Key.named(written).orElse(null);
        if (known == null) {
            return ForeignNames.remedy(written)
                    .orElseGet(() -> Suggestions.didYouMean(
                            written, Key.namesIn(section), "The keys are listed in docs/configuration.md."));
        }
        if (section.isEmpty()) {
            return "Write the section " + Key.TLS_SECTION + ": and the key below it.";
        }
        String prefix = section + ".";
        return known.yamlName().startsWith(prefix)
                ? "In this section it is '" + known.yamlName().substring(prefix.length()) + "'."
                : "Write it outside of the section.";
    }

    private void add(Key key, Node node, String path, String origin) {
        String before = seen.putIfAbsent(key.name(), origin);
        if (before != null) {
            Violation twice =
                    Violation.of("DUPLICATE_KEY", "", "is given twice, first at " + before, "Keep one of them.");
            mistakes.add(key, twice.at(path, origin));
            return;
        }
        if (YamlFile.isNull(node)) {
            return;
        }
        if (node instanceof ScalarNode scalar && !isMissing(scalar)) {
            // A block (|) ends with a line end, and so does what was pasted between quotes.
            String text = scalar.getValue();
            boolean plain = text.equals(text.strip()) && !text.startsWith("\uFEFF");
            String value = plain ? text : Secret.withoutLineEnd(text);
            values.put(key, Setting.of(key, value, path, origin, Setting.Kind.FILE));
        } else if (node instanceof ScalarNode) {
            Violation none = Violation.of(
                    "NO_VALUE",
                    "",
                    "has no value",
                    "Give a value, between quotes when it begins with #; or write null, or take the key out, for its"
                            + " default.");
            mistakes.add(key, none.at(path, origin));
        } else if (key == Key.REPLICA_URL && node instanceof SequenceNode list && isAllText(list.getValue())) {
            String joined = list.getValue().stream()
                    .filter(item -> !YamlFile.isNull(item))
                    .map(item -> ((ScalarNode) item).getValue())
                    // No connection string spans lines.
                    .collect(Collectors.joining("\n"));
            values.put(key, Setting.of(key, joined, path, origin, Setting.Kind.FILE));
        } else {
            String remedy = holdsKeys(node) ? ForeignNames.NO_SECTION : "Write it on one line.";
            mistakes.add(key, violation(node, path, "NOT_A_SCALAR", "must be a single value", remedy));
        }
    }

    /** {@code key:} with nothing behind it, or with a comment. A value between quotes is there, even when empty. */
    private static boolean isMissing(ScalarNode scalar) {
        return scalar.getValue().isEmpty() && scalar.isPlain();
    }

    private static boolean holdsKeys(Node node) {
        return node instanceof MappingNode mapping
                && mapping.getValue().stream()
                        .anyMatch(tuple -> Key.named(YamlFile.keyOf(tuple)).isPresent());
    }

    private static boolean isAllText(List<Node> items) {
        return !items.isEmpty() && items.stream().allMatch(ScalarNode.class::isInstance);
    }

    private Violation violation(Node node, String path, String code, String message, String remedy) {
        return new Violation(path, code, "", message, file.origin(node), remedy);
    }

    /** A key is shown as it stands unless it looks like something else. */
    private static String shown(String key) {
        return SHOWN_KEY.matcher(key).matches() ? key : "?";
    }
}
