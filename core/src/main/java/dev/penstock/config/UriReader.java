package dev.penstock.config;

import dev.penstock.config.Substitution.Naming;
import dev.penstock.config.UriParts.Form;
import dev.penstock.config.UriParts.HostPart;
import dev.penstock.config.UriParts.Parameter;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns the parts of a connection string into their meaning: expands and decodes each by itself, then judges hosts,
 * ports and parameters. Everything wrong is gathered. Not thread-safe; used once.
 */
final class UriReader {
    private static final String NAME = "[A-Za-z][A-Za-z_.]{0,40}";

    private final Setting scalar;
    private final UriText text;
    private final Substitution substitution;
    private final UriParts parts;
    private final Mistakes mistakes = new Mistakes();
    private final Map<Key, Setting> keys = new EnumMap<>(Key.class);
    private final Map<String, Setting> driver = new LinkedHashMap<>();
    private final Map<String, String> components = new LinkedHashMap<>();
    private final List<ConfigWarning> warnings = new ArrayList<>();

    UriReader(Setting scalar, UriText text, Substitution substitution) {
        this.scalar = scalar;
        this.text = text;
        this.substitution = substitution;
        this.parts = text.split();
    }

    ConnectionUri read() {
        for (Parameter parameter : parts.parameters()) {
            parameter(parameter);
        }
        overridden("user", parts.user());
        overridden("password", parts.password());
        overridden("dbname", parts.database());
        String user = component("user", parts.user());
        String database = component("dbname", parts.database());
        UriPassword password = password(components.getOrDefault("password", parts.password()));
        UriPassword keyPassword = password(components.get("sslpassword"));
        List<Endpoint> endpoints = endpoints(hosts());
        if (user != null) {
            keys.put(Key.USER, written(Key.USER, "user", user));
        }
        if (database != null) {
            keys.put(Key.APP_DB, written(Key.APP_DB, "dbname", database));
        }
        mistakes.throwIfAny();
        return new ConnectionUri(endpoints, user, password, database, keyPassword, keys, driver, warnings);
    }

    private void parameter(Parameter parameter) {
        String name = decoded(parameter.name());
        if (name == null) {
            return;
        }
        if (name.equals("ssl")) {
            ssl(parameter);
            return;
        }
        UriParameter known = UriParameter.named(name, parts.form()).orElse(null);
        if (known == null) {
            DriverProperty.named(name)
                    .ifPresentOrElse(row -> driver(row, parameter), () -> mistakes.add(scalar.key(), unknown(name)));
            return;
        }
        switch (known.use()) {
            case COMPONENT -> component(name, parameter);
            case KEY -> key(Objects.requireNonNull(known.key()), name, parameter);
            case NEUTRAL -> neutral(known, parameter);
            case FORBIDDEN ->
                mistakes.add(
                        scalar.key(),
                        refused(known, "URL_PARAMETER_FORBIDDEN", "is not taken from a connection string"));
            case UNSUPPORTED ->
                mistakes.add(scalar.key(), refused(known, "URL_PARAMETER_UNSUPPORTED", "is not supported"));
        }
    }

    private void component(String name, Parameter parameter) {
        String replaced = components.put(name, parameter.value());
        if (replaced != null) {
            encoded(replaced);
        }
        if (replaced != null || isInFront(name)) {
            repeated(name);
        }
    }

    private void overridden(String name, @Nullable String front) {
        if (front != null && components.containsKey(name)) {
            encoded(front);
        }
    }

    /** Judges the escapes of what another value replaces, as libpq does. The variables in it need no value. */
    private void encoded(String replaced) {
        if (parts.form().isEncoded()) {
            try {
                PercentCode.decode(Substitution.mask(replaced, text.syntax()));
            } catch (InvalidConfigException e) {
                mistakes.add(scalar.key(), e, "", scalar.origin());
            }
        }
    }

    private boolean isInFront(String name) {
        return switch (name) {
            case "user" -> isPresent(parts.user());
            case "password" -> isPresent(parts.password());
            case "dbname" -> isPresent(parts.database());
            default -> false;
        };
    }

    private static boolean isPresent(@Nullable String part) {
        return part != null && !part.isEmpty();
    }

    private void key(Key key, String name, Parameter parameter) {
        String value = decoded(parameter.value());
        if (value != null && keys.put(key, written(key, name, value)) != null) {
            repeated(name);
        }
    }

    private void driver(DriverProperty row, Parameter parameter) {
        if (!row.isSettable()) {
            mistakes.add(
                    scalar.key(),
                    problem(
                            row.name(),
                            row.key() != null ? "URL_PARAMETER_UNSUPPORTED" : "URL_PARAMETER_FORBIDDEN",
                            row.key() != null ? "is not supported" : "is not taken from a connection string",
                            row.text() + "."));
            return;
        }
        String value = decoded(parameter.value());
        if (value != null && driver.put(row.name(), written(Key.DRIVER, row.name(), value)) != null) {
            repeated(row.name());
        }
    }

    /** libpq reads {@code ssl=true} as require; the Java driver, in a URL of its own, as verify-full. */
    private void ssl(Parameter parameter) {
        String value = decoded(parameter.value());
        if (value == null) {
            return;
        }
        if (!value.equals("true")) {
            mistakes.add(
                    scalar.key(),
                    problem("ssl", "URL_PARAMETER_UNKNOWN", "is no parameter, except as ssl=true", "Use sslmode."));
            return;
        }
        keys.put(Key.SSLMODE, written(Key.SSLMODE, "sslmode", parts.form() == Form.JDBC ? "verify-full" : "require"));
    }

    private void neutral(UriParameter known, Parameter parameter) {
        String value = decoded(parameter.value());
        if (value != null && !known.values().contains(value)) {
            mistakes.add(
                    scalar.key(),
                    problem(
                            known.name(),
                            "URL_PARAMETER_UNSUPPORTED",
                            "is accepted only as " + String.join(", ", known.values()),
                            known.reason() + "; leave it out."));
        }
    }

    private Violation unknown(String name) {
        boolean showable = name.matches(NAME);
        String remedy = showable ? remedy(name) : "The parameters are listed in docs/configuration.md.";
        return problem(showable ? name : "?", "URL_PARAMETER_UNKNOWN", "is not a known parameter", remedy);
    }

    private static String remedy(String name) {
        return Key.named(name)
                .flatMap(key -> key.variables.stream().findFirst())
                .map(variable -> "No connection string has it: use the key in a file, or " + variable + ".")
                .or(() -> ForeignNames.remedy(name))
                .orElseGet(() -> Suggestions.didYouMean(
                        name, UriParameter.suggestions(), "The parameters are listed in docs/configuration.md."));
    }

    private Violation refused(UriParameter known, String code, String message) {
        return problem(known.name(), code, message, known.reason() + ".");
    }

    private Violation problem(String name, String code, String message, String remedy) {
        return new Violation(name, code, "", message, scalar.origin(), remedy);
    }

    private void repeated(String name) {
        warnings.add(new ConfigWarning(
                scalar.path() + "." + name,
                "URL_REPEATED",
                "is given more than once; the last one counts, as in libpq",
                scalar.origin(),
                "Keep one of them."));
    }

    private Setting written(Key key, String name, String value) {
        return Setting.of(key, value, scalar.path() + "." + name, scalar.origin(), Setting.Kind.DECODED);
    }

    private @Nullable String component(String name, @Nullable String part) {
        String raw = components.getOrDefault(name, part);
        // Half a password stands in the user's place when there is no colon.
        String value = raw == null ? null : name.equals("user") ? secretly(raw) : decoded(raw);
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (!KeyType.isPrintable(value)) {
            mistakes.add(
                    scalar.key(),
                    problem(
                            name,
                            KeyType.CONTROL_CHARACTER.code(),
                            KeyType.CONTROL_CHARACTER.message(),
                            "Write the name as the server shows it."));
        }
        return value;
    }

    private @Nullable UriPassword password(@Nullable String raw) {
        if (!isPresent(raw)) {
            return null;
        }
        String component = Objects.requireNonNull(raw);
        String variable = Substitution.soleVariable(component, text.syntax());
        if (variable != null) {
            return UriPassword.ofVariable(variable);
        }
        boolean plain = Substitution.mask(component, text.syntax()).equals(component);
        String value = secretly(component);
        return isPresent(value) ? UriPassword.ofValue(Objects.requireNonNull(value), plain && text.literal()) : null;
    }

    private @Nullable String decoded(String raw) {
        return decoded(raw, substitution);
    }

    /** Decodes what may be a password: a message names no variable that is not set. */
    private @Nullable String secretly(String raw) {
        return decoded(raw, substitution.naming(Naming.NONE));
    }

    private @Nullable String decoded(String raw, Substitution expanding) {
        try {
            return parts.form().isEncoded()
                    ? expanding.expand(raw, text.syntax(), PercentCode::decode)
                    : expanding.expand(raw, text.syntax());
        } catch (InvalidConfigException e) {
            mistakes.add(scalar.key(), e, "", scalar.origin());
            return null;
        }
    }

    /**
     * The hosts in front, unless they are empty and {@code host=} names them; the same for the ports, each by itself: in
     * {@code postgresql://:6432/shop?host=db-1} the port counts. Never both.
     */
    private List<HostPart> hosts() {
        List<HostPart> front = parts.hosts();
        String host = components.get("host");
        String port = components.get("port");
        boolean namesHost = false;
        boolean namesPort = false;
        for (HostPart part : front) {
            namesHost |= !part.host().isEmpty();
            namesPort |= isPresent(part.port());
        }
        if ((host != null && namesHost) || (port != null && (namesPort || (namesHost && front.size() > 1)))) {
            mistakes.add(
                    scalar.key(),
                    problem(
                            host != null && namesHost ? "host" : "port",
                            "URL_PARAMETER_FORBIDDEN",
                            "would redirect the connection",
                            "Write hosts and ports in one place."));
            return List.of();
        }
        if (host == null && port == null) {
            return front;
        }
        String ports = front.stream()
                .map(part -> Objects.requireNonNullElse(part.port(), ""))
                .collect(Collectors.joining(","));
        return listed(host == null ? front.get(0).host() : host, port == null ? ports : port);
    }

    private List<HostPart> listed(String host, String port) {
        String[] hosts = Objects.requireNonNullElse(decoded(host), "").split(",", -1);
        String[] ports = Objects.requireNonNullElse(decoded(port), "").split(",", -1);
        if (ports.length != 1 && ports.length != hosts.length) {
            mistakes.add(
                    scalar.key(),
                    problem("port", "URL_PORT", "has another count than the hosts", "Write one port, or one each."));
            return List.of();
        }
        List<HostPart> parts = new ArrayList<>();
        for (int i = 0; i < hosts.length; i++) {
            parts.add(new HostPart(hosts[i], ports[ports.length == 1 ? 0 : i], false));
        }
        return parts;
    }

    private List<Endpoint> endpoints(List<HostPart> hosts) {
        boolean decodedAlready = components.containsKey("host") || components.containsKey("port");
        List<Endpoint> endpoints = new ArrayList<>();
        for (HostPart part : hosts) {
            String host = decodedAlready ? part.host() : decoded(part.host());
            String written = part.port() == null ? "" : part.port();
            String port = decodedAlready ? written : decoded(written);
            if (host != null && port != null) {
                add(endpoints, host, port);
            }
        }
        return endpoints;
    }

    private void add(List<Endpoint> endpoints, String host, String port) {
        try {
            endpoints.add(UriHost.endpoint(host, port));
        } catch (InvalidConfigException e) {
            mistakes.add(scalar.key(), e, "", scalar.origin());
        }
    }
}
