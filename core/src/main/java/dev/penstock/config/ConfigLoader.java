package dev.penstock.config;

import dev.penstock.secret.Secret;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/** The ways in: a file with one database or several, the environment, a connection string. */
final class ConfigLoader {
    private static final String ONE = "database";
    private static final String SEVERAL = "databases";

    private ConfigLoader() {}

    /** Takes off the line end that an env file of another system leaves behind a value. */
    private static Map<String, String> lines(Map<String, String> environment) {
        Map<String, String> lines = new HashMap<>(environment);
        lines.replaceAll((name, value) -> Secret.withoutLineEnd(value));
        return lines;
    }

    static DatabaseConfig load(Path file, Map<String, String> variables) {
        Map<String, String> environment = lines(variables);
        YamlFile yaml = YamlFile.read(file);
        Node node = yaml.topLevel().get(ONE);
        if (node == null) {
            throw missing(yaml);
        }
        Mistakes mistakes = new Mistakes();
        return built(section(yaml, node, ONE, environment, mistakes), mistakes);
    }

    static Map<String, DatabaseConfig> loadAll(Path file, Map<String, String> variables) {
        Map<String, String> environment = lines(variables);
        YamlFile yaml = YamlFile.read(file);
        Map<String, Node> top = yaml.topLevel();
        Node one = top.get(ONE);
        Node several = top.get(SEVERAL);
        if (one == null && several == null) {
            throw missing(yaml);
        }
        Mistakes mistakes = new Mistakes();
        Map<String, DatabaseConfig> configs = new LinkedHashMap<>();
        if (one != null) {
            put(configs, ONE, section(yaml, one, ONE, environment, mistakes));
        }
        if (several != null) {
            named(yaml, several, environment, mistakes, configs);
        }
        mistakes.throwIfAny();
        return Collections.unmodifiableMap(acquainted(configs));
    }

    /** What one file holds is opened by one process, and shares its servers. */
    private static Map<String, DatabaseConfig> acquainted(Map<String, DatabaseConfig> configs) {
        if (configs.size() == 1) {
            return configs;
        }
        Map<String, DatabaseConfig> acquainted = new LinkedHashMap<>();
        configs.forEach((name, config) -> acquainted.put(
                name,
                config.alongside(configs.values().stream()
                        .filter(other -> other != config)
                        .toList())));
        return acquainted;
    }

    static DatabaseConfig fromEnvironment(Map<String, String> variables) {
        Map<String, String> environment = lines(variables);
        Mistakes mistakes = new Mistakes();
        return built(Binding.bind(Sources.environment(environment), environment, mistakes), mistakes);
    }

    static DatabaseConfig fromUri(String uri, Map<String, String> variables) {
        Map<String, String> environment = lines(variables);
        Mistakes mistakes = new Mistakes();
        return built(Binding.bind(Sources.uri(uri, environment), environment, mistakes), mistakes);
    }

    private static void named(
            YamlFile yaml,
            Node several,
            Map<String, String> environment,
            Mistakes mistakes,
            Map<String, DatabaseConfig> configs) {
        if (!(several instanceof MappingNode mapping)) {
            mistakes.add(new Violation(
                    SEVERAL,
                    "NOT_A_SECTION",
                    "",
                    "must be a section of named databases",
                    yaml.origin(several),
                    "Write databases: <name>: and the keys below it."));
            return;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String name = YamlFile.keyOf(tuple);
            String path = SEVERAL + "." + name;
            if (configs.containsKey(name) || !name.matches("[A-Za-z0-9_-]{1,63}")) {
                mistakes.add(new Violation(
                        SEVERAL,
                        "DATABASE_NAME",
                        "",
                        "has a name that is taken or not made of letters, digits, '_' and '-'",
                        yaml.origin(tuple.getKeyNode()),
                        "Choose another name."));
            } else if (!YamlFile.isNull(tuple.getValueNode())) {
                put(configs, name, section(yaml, tuple.getValueNode(), path, environment, mistakes));
            }
        }
    }

    private static void put(Map<String, DatabaseConfig> configs, String name, @Nullable DatabaseConfig config) {
        if (config != null) {
            configs.put(name, config);
        }
    }

    private static @Nullable DatabaseConfig section(
            YamlFile yaml, Node node, String path, Map<String, String> environment, Mistakes mistakes) {
        Map<Key, Scalar> written = YamlSection.read(yaml, node, path, mistakes);
        if (!(node instanceof MappingNode)) {
            // That it holds no url is no mistake of its own.
            return null;
        }
        return Binding.bind(Sources.file(path, written, environment, path.equals(ONE)), environment, mistakes);
    }

    private static DatabaseConfig built(@Nullable DatabaseConfig config, Mistakes mistakes) {
        mistakes.throwIfAny();
        return Objects.requireNonNull(config);
    }

    private static InvalidConfigException missing(YamlFile yaml) {
        Map<String, Node> top = yaml.topLevel();
        String remedy = top.containsKey(SEVERAL)
                ? "The file has databases: read it with loadAll."
                : Suggestions.nearest(ONE, top.keySet())
                        .map(near -> "The file has '" + near + "': write database: there.")
                        .orElse("Put the keys below database:, or below databases: <name>:.");
        return new InvalidConfigException(
                new Violation(ONE, "REQUIRED", "", "is missing at the outermost level", yaml.label(), remedy));
    }
}
