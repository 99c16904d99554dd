package dev.penstock.cli.resolve;

import dev.penstock.Database;
import dev.penstock.config.ConfigWarning;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.DriverSettings;
import dev.penstock.secret.SecretUnavailableException;
import dev.penstock.tls.TlsConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A configuration as it will be used. Immutable; holds no secret.
 *
 * @param warnings those of the configuration, and secrets that are not there yet
 */
public record Resolved(DatabaseConfig config, DriverSettings driver, List<ConfigWarning> warnings) {
    public static Resolved of(DatabaseConfig config) {
        List<ConfigWarning> warnings = new ArrayList<>(config.warnings());
        try {
            config.password().resolve();
        } catch (SecretUnavailableException e) {
            warnings.add(new ConfigWarning(
                    "password",
                    "SECRET_UNAVAILABLE",
                    "is not there yet: " + e.getMessage(),
                    config.password().describe(),
                    e.remedy()));
        }
        return new Resolved(config, Database.settings(config), warnings);
    }

    /** The pool by the names of the configuration; times in seconds. */
    Map<String, Object> pool() {
        Map<String, Object> pool = new LinkedHashMap<>();
        pool.put("pool_size", config.pool().size());
        pool.put("max_overflow", config.pool().maxOverflow());
        pool.put("pool_timeout", config.pool().timeout().toSeconds());
        pool.put("pool_recycle", config.pool().recycle().toSeconds());
        pool.put("idle_timeout", config.pool().idleTimeout().toSeconds());
        pool.put(
                "primary_read_share",
                config.pool().primaryReadShare(!config.replicas().isEmpty()));
        return pool;
    }

    /** TLS by the names of the configuration. */
    Map<String, Object> tls() {
        TlsConfig tls = config.tls();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("sslmode", tls.mode().libpqName());
        shown.put("cert_validation", tls.certValidation().name().toLowerCase(java.util.Locale.ROOT));
        shown.put("verifies_chain", tls.verifiesChain());
        shown.put("verifies_hostname", tls.mode().verifiesHostname());
        if (tls.ca() != null) {
            shown.put("sslrootcert", tls.ca().describe());
        }
        return shown;
    }
}
