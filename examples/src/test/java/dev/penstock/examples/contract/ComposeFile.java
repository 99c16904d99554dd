package dev.penstock.examples.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * examples/compose/compose.yaml as Compose understands it: anchors and {@code <<} merged, {@code ${NAME:-default}} replaced.
 *
 * @param directory where it lies; its paths are relative to that
 */
record ComposeFile(Path directory, Map<String, Object> content) {
    static final Path EXAMPLE = Path.of("compose", "compose.yaml").toAbsolutePath();

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+):-([^}]*)}");
    private static final String MERGE = "<<";

    /** @param variables by name; one that is not there, or is empty, has its default */
    static ComposeFile load(Path file, Map<String, String> variables) throws IOException {
        Object raw = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
        return new ComposeFile(file.getParent(), map(resolved(raw, variables)));
    }

    private static Object resolved(Object value, Map<String, String> variables) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> whole = new LinkedHashMap<>();
            if (map.get(MERGE) != null) {
                whole.putAll(map(resolved(map.get(MERGE), variables)));
            }
            map.forEach((key, inner) -> {
                if (!key.equals(MERGE)) {
                    whole.put(key.toString(), resolved(inner, variables));
                }
            });
            return whole;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(inner -> resolved(inner, variables)).collect(Collectors.toList());
        }
        return value instanceof String text ? substituted(text, variables) : value;
    }

    private static String substituted(String text, Map<String, String> variables) {
        return VARIABLE.matcher(text).replaceAll(found -> {
            String given = variables.getOrDefault(found.group(1), "");
            return Matcher.quoteReplacement(given.isEmpty() ? found.group(2) : given);
        });
    }

    ComposeService service(String name) {
        return new ComposeService(name, map(map(content.get("services")).get(name)), this);
    }

    List<ComposeService> services() {
        return map(content.get("services")).keySet().stream().map(this::service).toList();
    }

    /** The file that a secret is mounted from. */
    Path secret(String name) {
        return path(map(map(content.get("secrets")).get(name)).get("file").toString());
    }

    Path path(String relative) {
        return directory.resolve(relative).normalize();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    static List<String> list(Object value) {
        return ((List<?>) value).stream().map(Object::toString).toList();
    }
}
