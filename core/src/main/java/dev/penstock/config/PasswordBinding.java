package dev.penstock.config;

import dev.penstock.secret.PasswordSource;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Orders the places of one role's password: the file, the variable, then what stands in the connection string. A place
 * that somebody wrote replaces the defaulted ones. Looks whether places have something, to say which are ignored;
 * reads no secret.
 */
final class PasswordBinding {
    private static final String VARIABLE_NAME = "[A-Za-z_][A-Za-z0-9_]*";

    /** The keys of one role, and what else may hold its password. */
    record Request(
            Key file,
            Key variable,
            @Nullable String alias,
            @Nullable UriPassword uri,
            String uriOrigin) {}

    /** One place, with its name for messages. */
    private record Place(PasswordSource source, String name, String path, String origin, boolean isPresent) {}

    private final Values values;
    private final SecretVariables variables;
    private final Mistakes mistakes;
    private final List<ConfigWarning> warnings;

    PasswordBinding(Values values, Map<String, String> environment, Mistakes mistakes, List<ConfigWarning> warnings) {
        this.values = values;
        this.variables = new SecretVariables(environment, mistakes, warnings);
        this.mistakes = mistakes;
        this.warnings = warnings;
    }

    /** The role's password; null when no place is named at all. */
    @Nullable
    PasswordSource bind(Request request) {
        List<Place> places = new ArrayList<>();
        boolean explicit = isExplicit(request.file) || isExplicit(request.variable);
        if (!explicit || isExplicit(request.file)) {
            file(request.file).ifPresent(places::add);
        }
        if (!explicit || isExplicit(request.variable)) {
            variable(request.variable).ifPresent(places::add);
        }
        if (!explicit && request.alias != null) {
            places.add(place(request.alias, values.settings().path(request.variable), request.alias));
        }
        if (request.uri != null) {
            uri(request.uri, request.uriOrigin, places).ifPresent(places::add);
        }
        nameIgnored(places);
        return places.stream().map(Place::source).reduce(PasswordSource::or).orElse(null);
    }

    /** A password that stands alone in a connection string, such as a replica's. */
    PasswordSource alone(UriPassword password, String path, String origin) {
        return uriSource(password, path, origin);
    }

    private boolean isExplicit(Key key) {
        return values.settings().explicit(key).isPresent();
    }

    private Optional<Place> file(Key key) {
        String text = values.text(key);
        Optional<Setting> setting = values.settings().get(key);
        if (text == null || setting.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path path = Path.of(text);
            String origin = setting.get().origin();
            return Optional.of(new Place(
                    PasswordSource.file(path), "file " + path, setting.get().path(), origin, Files.exists(path)));
        } catch (InvalidPathException notAPath) {
            mistakes.add(setting.get().violation("NOT_A_PATH", "is not a path", "Name the file of the secret."));
            return Optional.empty();
        }
    }

    private Optional<Place> variable(Key key) {
        Optional<Setting> setting = values.settings().get(key);
        if (setting.isEmpty()) {
            return Optional.empty();
        }
        if (!setting.get().text().matches(VARIABLE_NAME)) {
            // Not shown: who puts the password itself here should not find it in a log.
            mistakes.add(new Violation(
                    setting.get().path(),
                    "NOT_A_VARIABLE",
                    "***",
                    "must be the name of a variable, not a value",
                    setting.get().origin(),
                    "Put the password into a variable, and its name here."));
            return Optional.empty();
        }
        return Optional.of(
                place(setting.get().text(), setting.get().path(), setting.get().origin()));
    }

    private Place place(String variable, String path, String origin) {
        PasswordSource source = variables.source(variable, path);
        return new Place(source, "variable " + variable, path, origin, variables.isPresent(variable));
    }

    private Optional<Place> uri(UriPassword password, String origin, List<Place> before) {
        String name = "variable " + password.variable();
        if (before.stream().anyMatch(place -> place.name.equals(name))) {
            return Optional.empty();
        }
        String path = values.settings().path(Key.URL);
        String shown = password.variable() == null ? "the password in " + origin : name;
        return Optional.of(new Place(uriSource(password, path, origin), shown, path, origin, true));
    }

    private PasswordSource uriSource(UriPassword password, String path, String origin) {
        if (password.variable() != null) {
            return variables.required(password.variable(), path, origin);
        }
        return variables.value(password, origin);
    }

    private void nameIgnored(List<Place> places) {
        List<Place> present = places.stream().filter(Place::isPresent).toList();
        if (present.size() > 1) {
            Place winner = present.get(0);
            String ignored = present.stream().skip(1).map(Place::name).collect(Collectors.joining(", "));
            warnings.add(new ConfigWarning(
                    winner.path,
                    "PASSWORD_IGNORED",
                    "is where the password is read (" + winner.name + "); ignored: " + ignored,
                    winner.origin,
                    "Keep one of them."));
        }
    }
}
