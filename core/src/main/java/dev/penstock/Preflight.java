package dev.penstock;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.InvalidConfigException;
import dev.penstock.config.Violation;
import dev.penstock.secret.SecretUnavailableException;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsMaterialException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens what the configuration points at, so that a missing file is said before the first connection, with the others. */
final class Preflight {
    private Preflight() {}

    /** @throws InvalidConfigException with every file or variable that is missing or unusable */
    static TlsContext check(DatabaseConfig config) {
        List<Violation> found = new ArrayList<>();
        checkPassword(config, found);
        TlsContext tls = openTls(config, found);
        if (tls == null || !found.isEmpty()) {
            if (tls != null) {
                tls.close();
            }
            throw new InvalidConfigException(found);
        }
        return tls;
    }

    private static void checkPassword(DatabaseConfig config, List<Violation> found) {
        try {
            config.password().resolve();
        } catch (SecretUnavailableException e) {
            found.add(new Violation(
                    "password",
                    "SECRET_UNAVAILABLE",
                    "",
                    "cannot be read: " + e.getMessage(),
                    config.password().describe(),
                    "Mount the secret, or name another source."));
        }
    }

    private static @Nullable TlsContext openTls(DatabaseConfig config, List<Violation> found) {
        try {
            return TlsContext.open(config.tls());
        } catch (TlsMaterialException e) {
            found.add(new Violation(
                    "tls",
                    e.reason().name(),
                    "",
                    String.valueOf(e.getMessage()),
                    String.valueOf(e.file()),
                    e.remedy()));
            return null;
        }
    }
}
