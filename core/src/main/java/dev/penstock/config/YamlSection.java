package dev.penstock.config;

import dev.penstock.secret.Secret;
import dev.penstock.violation.Violation;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
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

    private static final Set<String> SECTIONS = Set.of(Key.TLS_SECTION, DriverProperty.SECTION);

    private final YamlFile file;
    private final Mistakes mistakes;
    private final Map<Key, Setting> values = new EnumMap<>(Key.class);
    private final Map<String, Setting> driver = new LinkedHashMap<>();
    private final Map<String, String> seen = new HashMap<>();

    private YamlSection(YamlFile file, Mistakes mistakes) {
        this.file = file;
        this.mistakes = mistakes;
    }

    static YamlSection read(YamlFile file, Node node, String path, Mistakes mistakes) {
        YamlSection section = new YamlSection(file, mistakes);
        section.mapping(node, path, "");
        return section;
    }

    /** The keys that have a value. */
    Map<Key, Setting> keys() {
        return values;
    }

    /** The properties of the driver that have a value, by name; known or not. */
    Map<String, Setting> driver() {
        return driver;
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
        if (section.isEmpty() && SECTIONS.contains(written)) {
            if (!YamlFile.isNull(value)) {
                mapping(value, here, written);
            }
            return;
        }
        if (section.equals(DriverProperty.SECTION)) {
            Place place = new Place(Key.DRIVER, name, here, file.origin(tuple.getKeyNode()));
            add(place, value, setting -> driver.put(written, setting));
            return;
        }
        boolean outside = section.isEmpty() && written.contains(".");
        Key key = outside ? null : Key.named(name).orElse(null);
        if (key == null || (!section.isEmpty() && !key.yamlName().equals(name))) {
            mistakes.add(violation(
                    tuple.getKeyNode(), here, "UNKNOWN_KEY", "is not a key of a database", remedy(section, written)));
            return;
        }
        Place place = new Place(key, key.name(), here, file.origin(tuple.getKeyNode()));
        add(place, value, setting -> values.put(key, setting));
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

    /** @param id what is written once at most: the name of a key's row, or {@code driver.<name>} */
    private record Place(Key key, String id, String path, String origin) {
        Setting with(String text) {
            return Setting.of(key, text, path, origin, Setting.Kind.FILE);
        }
    }

    private void add(Place place, Node node, Consumer<Setting> values) {
        Key key = place.key;
        String path = place.path;
        String origin = place.origin;
        String before = seen.putIfAbsent(place.id, origin);
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
            values.accept(place.with(value));
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
            values.accept(place.with(joined));
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
