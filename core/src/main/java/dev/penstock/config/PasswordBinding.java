package dev.penstock.config;

import dev.penstock.secret.PasswordSource;
import dev.penstock.violation.Violation;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Orders the places of one role's password: the file, the variable, then what stands in the connection string. A place
 * that somebody wrote replaces the defaulted ones. Looks whether places have something, to say which are ignored;
 * reads no secret.
 */
final class PasswordBinding {
    private static final Pattern VARIABLE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** The keys of one role, and what else may hold its password. */
    record Request(
            Key file,
            Key variable,
            @Nullable String alias,
            @Nullable UriPassword uri,
            String uriOrigin) {}

    /** One place, with its name for messages, which show it only when something is there. */
    private record Place(PasswordSource source, String name, String path, String origin, boolean isPresent) {}

    private final Settings settings;
    private final SecretVariables variables;
    private final Mistakes mistakes;
    private final List<ConfigWarning> warnings;

    PasswordBinding(
            Settings settings, Map<String, String> environment, Mistakes mistakes, List<ConfigWarning> warnings) {
        this.settings = settings;
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
            file(request.file, places);
        }
        if (!explicit || isExplicit(request.variable)) {
            variable(request.variable, places);
        }
        if (!explicit && request.alias != null) {
            places.add(place(request.alias, settings.path(request.variable), request.alias));
        }
        if (request.uri != null) {
            uri(request.uri, request.uriOrigin, places);
        }
        nameIgnored(places);
        PasswordSource source = null;
        for (Place place : places) {
            source = source == null ? place.source : source.or(place.source);
        }
        return source;
    }

    /** A password that stands alone in a connection string, such as a replica's. */
    PasswordSource alone(UriPassword password, String path, String origin) {
        return uriSource(password, path, origin);
    }

    private boolean isExplicit(Key key) {
        return settings.explicit(key) != null;
    }

    private void file(Key key, List<Place> places) {
        Setting setting = settings.get(key);
        Object text = setting == null ? null : key.read(setting, mistakes);
        if (setting == null || text == null) {
            return;
        }
        try {
            Path path = Path.of(setting.text());
            PasswordSource source = named(PasswordSource.file(path), setting);
            places.add(new Place(source, "file " + path, setting.path(), setting.origin(), Files.exists(path)));
        } catch (InvalidPathException notAPath) {
            mistakes.add(key, setting.violation("NOT_A_PATH", "is not a path", "Name the file of the secret."));
        }
    }

    private void variable(Key key, List<Place> places) {
        Setting setting = settings.get(key);
        if (setting == null) {
            return;
        }
        if (VARIABLE_NAME.matcher(setting.text()).matches()) {
            Place place = place(setting.text(), setting.path(), setting.origin());
            places.add(new Place(named(place.source, setting), place.name, place.path, place.origin, place.isPresent));
        } else {
            // Not shown: who puts the password itself here should not find it in a log.
            mistakes.add(
                    key,
                    new Violation(
                            setting.path(),
                            "NOT_A_VARIABLE",
                            "***",
                            "must be the name of a variable, not a value",
                            setting.origin(),
                            "Put the password into a variable, and its name here."));
        }
    }

    /** A name that somebody wrote may be the secret itself; the defaults are known names, written or not. */
    private static PasswordSource named(PasswordSource source, Setting setting) {
        return setting.text().equals(setting.key().byDefault)
                ? source
                : source.namedIn(setting.path() + " (" + setting.origin() + ")");
    }

    /** Tells whether the variable, or its {@code _FILE} twin, is set, so that messages may name it. */
    boolean isSet(String variable) {
        return variables.isSet(variable);
    }

    private Place place(String variable, String path, String origin) {
        PasswordSource source = variables.source(variable, path);
        return new Place(source, "variable " + variable, path, origin, variables.isPresent(variable));
    }

    private void uri(UriPassword password, String origin, List<Place> places) {
        String name = "variable " + password.variable();
        if (places.stream().anyMatch(place -> place.name.equals(name))) {
            return;
        }
        String path = settings.path(Key.URL);
        String shown = password.variable() == null ? "the password in " + origin : name;
        places.add(new Place(uriSource(password, path, origin), shown, path, origin, true));
    }

    private PasswordSource uriSource(UriPassword password, String path, String origin) {
        if (password.variable() != null) {
            return variables.required(password.variable(), path, origin);
        }
        return variables.value(password, origin);
    }

    private void nameIgnored(List<Place> places) {
        Place winner = null;
        List<String> ignored = new ArrayList<>();
        for (Place place : places) {
            if (place.isPresent && winner == null) {
                winner = place;
            } else if (place.isPresent) {
                ignored.add(place.name);
            }
        }
        if (winner != null && !ignored.isEmpty()) {
            warnings.add(new ConfigWarning(
                    winner.path,
                    "PASSWORD_IGNORED",
                    "is where the password is read (" + winner.name + "); ignored: " + String.join(", ", ignored),
                    winner.origin,
                    "Keep one of them."));
        }
    }
}
