package dev.penstock.config;

import dev.penstock.secret.Secret;
import dev.penstock.tls.TlsPolicy;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/** The ways in: a file with one database or several, the environment, a connection string. Used once. */
final class ConfigLoader {
    private static final String ONE = "database";
    private static final String SEVERAL = "databases";

    private final Map<String, String> environment;
    private final Function<Path[], TlsPolicy> policies;

    /** @param policies reads the files of a policy, those of the machine included */
    ConfigLoader(Map<String, String> variables, Function<Path[], TlsPolicy> policies) {
        this.environment = lines(variables);
        this.policies = policies;
    }

    /** Takes off the line end that an env file of another system leaves behind a value. */
    private static Map<String, String> lines(Map<String, String> environment) {
        Map<String, String> lines = new HashMap<>(environment);
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            String value = variable.getValue();
            if (value.endsWith("\n") || value.endsWith("\r") || value.startsWith("\uFEFF")) {
                lines.put(variable.getKey(), Secret.withoutLineEnd(value));
            }
        }
        return lines;
    }

    DatabaseConfig load(Path file) {
        YamlFile yaml = YamlFile.read(file);
        Node node = yaml.topLevel().get(ONE);
        if (node == null) {
            throw missing(yaml);
        }
        return section(yaml, node, ONE);
    }

    Map<String, DatabaseConfig> loadAll(Path file) {
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
            put(configs, ONE, mistakes, () -> section(yaml, one, ONE));
        }
        if (several != null) {
            named(yaml, several, mistakes, configs);
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

    DatabaseConfig fromEnvironment() {
        return bound(Sources.environment(environment), new Mistakes());
    }

    DatabaseConfig fromUri(String uri) {
        return bound(Sources.uri(uri, environment), new Mistakes());
    }

    private DatabaseConfig bound(Sources sources, Mistakes mistakes) {
        return Binding.bind(sources, environment, policies, mistakes);
    }

    private void named(YamlFile yaml, Node several, Mistakes mistakes, Map<String, DatabaseConfig> configs) {
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
                put(configs, name, mistakes, () -> section(yaml, tuple.getValueNode(), path));
            }
        }
    }

    /** Goes on after a database that is wrong: the mistakes of all of them are told together. */
    private static void put(
            Map<String, DatabaseConfig> configs, String name, Mistakes mistakes, Supplier<DatabaseConfig> database) {
        try {
            configs.put(name, database.get());
        } catch (InvalidConfigException e) {
            e.violations().forEach(mistakes::add);
        }
    }

    private DatabaseConfig section(YamlFile yaml, Node node, String path) {
        Mistakes mistakes = new Mistakes();
        YamlSection written = YamlSection.read(yaml, node, path, mistakes);
        if (!(node instanceof MappingNode)) {
            // That it holds no url is no mistake of its own.
            mistakes.throwIfAny();
        }
        return bound(Sources.file(path, written, environment, path.equals(ONE)), mistakes);
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
