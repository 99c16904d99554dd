package dev.penstock.cli.resolve;

import dev.penstock.Database;
import dev.penstock.config.ConfigValue;
import dev.penstock.config.ConfigWarning;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.DriverSettings;
import dev.penstock.secret.SecretUnavailableException;
import dev.penstock.sizing.PoolSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A configuration as it will be used. Immutable; holds no secret.
 *
 * @param warnings those of the configuration, and secrets that are not there yet
 */
public record Resolved(DatabaseConfig config, DriverSettings driver, List<ConfigWarning> warnings) {
    /** Shown with the servers. */
    private static final Set<String> LOGIN = Set.of("app_db", "user");

    public static Resolved of(DatabaseConfig config) {
        List<ConfigWarning> warnings = new ArrayList<>(config.warnings());
        try {
            config.password().resolve();
        } catch (SecretUnavailableException e) {
            warnings.add(new ConfigWarning(
                    "password",
                    "SECRET_UNAVAILABLE",
                    "is not there yet: " + once(e),
                    config.provenance().originOf("password"),
                    e.remedy()));
        }
        return new Resolved(config, Database.settings(config), warnings);
    }

    /** The message without its remedy, which is told by itself. */
    private static String once(SecretUnavailableException e) {
        String message = String.valueOf(e.getMessage()).replace(e.remedy(), "").strip();
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    /** What belongs to no section, beside servers, database and login. */
    List<ConfigValue> general() {
        return config.values().stream()
                .filter(value -> value.section().isEmpty() && !LOGIN.contains(value.key()))
                .toList();
    }

    /** The sections by their names, in order; times in seconds. */
    Map<String, List<ConfigValue>> sections() {
        Map<String, List<ConfigValue>> sections = new LinkedHashMap<>();
        config.values().stream()
                .filter(value -> !value.section().isEmpty())
                .forEach(value -> sections.computeIfAbsent(value.section(), name -> new ArrayList<>())
                        .add(value));
        PoolSize size = Database.plan(config).size();
        if (size.isFound()) {
            sections.computeIfAbsent("pool", name -> new ArrayList<>())
                    .add(new ConfigValue("pool", "pool_size", "found", size.toString()));
        }
        List<ConfigValue> tls = sections.computeIfAbsent("tls", name -> new ArrayList<>());
        tls.add(new ConfigValue(
                "tls", "tls.mode", "verifies_chain", config.tls().verifiesChain()));
        tls.add(new ConfigValue(
                "tls", "tls.mode", "verifies_hostname", config.tls().mode().verifiesHostname()));
        return sections;
    }
}
