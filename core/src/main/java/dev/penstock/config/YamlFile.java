package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * A YAML file as a tree of nodes, each with its line. Failsafe schema: every scalar is text, nothing is guessed to be a
 * number or a date, no type can be named. Unknown keys are none of this class's business.
 */
final class YamlFile {
    /** Nothing at all is null there too, and here a mistake: most often a value that begins with #, or one that a template left out. */
    private static final Pattern NULL = Pattern.compile("~|null|Null|NULL");

    private final String label;
    private final @Nullable MappingNode root;

    private YamlFile(String label, @Nullable MappingNode root) {
        this.label = label;
        this.root = root;
    }

    /** @throws InvalidConfigException when the file is missing or not YAML; names line and column */
    static YamlFile read(Path file) {
        Path name = file.getFileName();
        String label = name == null ? file.toString() : name.toString();
        return parse(TextFile.read(file, why -> unreadable(file, why)), label);
    }

    static YamlFile parse(String text, String label) {
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new FailsafeSchema())
                .setLabel(label)
                .build();
        try {
            Node top = new Composer(settings, new ParserImpl(settings, new StreamReader(settings, text)))
                    .getSingleNode()
                    .orElse(null);
            return new YamlFile(label, top instanceof MappingNode mapping ? mapping : null);
        } catch (MarkedYamlEngineException e) {
            String place = e.getProblemMark()
                    .map(mark -> label + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                    .orElse(label);
            throw notYaml(place);
        } catch (YamlEngineException | IllegalArgumentException | StackOverflowError e) {
            // A tag may be none, which the library tells so. And the composer descends by recursion: brackets by the
            // ten
            // thousand exhaust the stack, and it is free again here.
            throw notYaml(label);
        }
    }

    String label() {
        return label;
    }

    /** The keys of the file's outermost level that have something, in order; empty when it is not a mapping. */
    Map<String, Node> topLevel() {
        Map<String, Node> keys = new LinkedHashMap<>();
        if (root != null) {
            for (NodeTuple tuple : root.getValue()) {
                String key = keyOf(tuple);
                if (keys.put(key, tuple.getValueNode()) != null && key.matches("databases?")) {
                    throw new InvalidConfigException(new Violation(
                            key,
                            "DUPLICATE_KEY",
                            "",
                            "is given twice",
                            origin(tuple.getKeyNode()),
                            "Keep one of them."));
                }
            }
            keys.values().removeIf(YamlFile::isNull);
        }
        return keys;
    }

    /** Whether somebody wrote the null of YAML 1.2's core schema, without quotes: the key counts as not given. */
    static boolean isNull(Node node) {
        return node instanceof ScalarNode scalar
                && scalar.isPlain()
                && NULL.matcher(scalar.getValue()).matches();
    }

    /** {@code config.yaml:12}. */
    String origin(Node node) {
        Mark start = node.getStartMark().orElse(null);
        return start == null ? label : label + ":" + (start.getLine() + 1);
    }

    /** The text of a scalar key; empty for a key that is itself a mapping or a list. */
    static String keyOf(NodeTuple tuple) {
        return tuple.getKeyNode() instanceof ScalarNode key ? key.getValue() : "";
    }

    private static InvalidConfigException unreadable(Path file, String why) {
        return new InvalidConfigException(new Violation(
                "file",
                "FILE",
                TextFile.shown(file),
                why,
                TextFile.shown(file),
                "Name an existing configuration file."));
    }

    /** The library's own words are left out: they quote the text, which may be a password. */
    private static InvalidConfigException notYaml(String place) {
        return new InvalidConfigException(new Violation(
                "file",
                "YAML",
                "",
                "is not YAML at this place",
                place,
                "Look at the indentation, and put values with @ % * & # : { } or ${…:-…} between double quotes."));
    }
}
