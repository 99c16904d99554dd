package dev.penstock.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** Short ways for tests to load a configuration and to look at what is wrong with it. */
final class Loading {
    private Loading() {}

    static Path fixture(String name) {
        try {
            URL url = Objects.requireNonNull(Loading.class.getResource("/" + name), name);
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static DatabaseConfig yaml(String text, Map<String, String> environment) {
        return written(text, file -> DatabaseConfig.load(file, environment));
    }

    static Map<String, DatabaseConfig> yamlAll(String text) {
        return written(text, file -> DatabaseConfig.loadAll(file, Map.of()));
    }

    private static <T> T written(String text, Function<Path, T> load) {
        try {
            Path file = Files.createTempDirectory("config").resolve("config.yaml");
            try {
                Files.writeString(file, text);
                return load.apply(file);
            } finally {
                Files.delete(file);
                Files.delete(file.getParent());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file with these lines below {@code database:}, after a connection string that is right. */
    static DatabaseConfig keys(String... lines) {
        return keys(Map.of(), lines);
    }

    static DatabaseConfig keys(Map<String, String> environment, String... lines) {
        return yaml(
                "database:\n  url: postgresql://app@localhost/shop\n  " + String.join("\n  ", lines) + "\n",
                environment);
    }

    static DatabaseConfig uri(String uri) {
        return DatabaseConfig.fromUri(uri, Map.of());
    }

    static List<Violation> violations(Callable<?> loading) {
        InvalidConfigException refused = catchThrowableOfType(InvalidConfigException.class, loading::call);
        return refused == null ? List.of() : refused.violations();
    }

    static List<String> codes(Callable<?> loading) {
        return violations(loading).stream().map(Violation::code).toList();
    }

    static List<String> warningCodes(DatabaseConfig config) {
        return config.warnings().stream().map(ConfigWarning::code).toList();
    }
}
