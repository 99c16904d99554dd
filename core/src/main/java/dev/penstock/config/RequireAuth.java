package dev.penstock.config;

import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** libpq's {@code require_auth}: how it is written, what holds when nothing is, and what is weaker than production's own choice. */
final class RequireAuth {
    /** libpq 18 knows it; no Java driver does, so that it can be excluded and not required. */
    private static final String OAUTH = "oauth";

    /** Kerberos is nobody's default, and no weaker than SCRAM. */
    private static final Set<AuthMethod> WEAK = EnumSet.of(AuthMethod.NONE, AuthMethod.PASSWORD, AuthMethod.MD5);

    private RequireAuth() {}

    /**
     * Reads a list of methods to accept, or of methods with {@code !} to accept all others; as libpq does, but that blanks around a word are
     * allowed, and that what excludes every method is a mistake.
     *
     * @throws InvalidConfigException naming the first mistake
     */
    static Set<AuthMethod> parse(String text) {
        List<String> words =
                Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        boolean excludes = words.get(0).startsWith("!");
        Set<AuthMethod> methods = EnumSet.noneOf(AuthMethod.class);
        List<String> seen = new ArrayList<>();
        for (String word : words) {
            if (word.startsWith("!") != excludes) {
                throw mistake(text, "mixes methods to accept with methods to exclude", "Write all with ! or none.");
            }
            String name = excludes ? word.substring(1) : word;
            if (seen.contains(name)) {
                throw mistake(text, "names " + name + " twice", "Name each method once.");
            }
            seen.add(name);
            if (!(excludes && name.equals(OAUTH))) {
                methods.add(method(name));
            }
        }
        Set<AuthMethod> accepted = excludes ? EnumSet.complementOf(EnumSet.copyOf(methods)) : methods;
        if (accepted.isEmpty()) {
            throw mistake(text, "excludes every method", "Name the methods to accept, such as scram-sha-256.");
        }
        return accepted;
    }

    private static AuthMethod method(String name) {
        List<String> known =
                Arrays.stream(AuthMethod.values()).map(AuthMethod::libpqName).toList();
        return AuthMethod.of(name)
                .orElseThrow(() -> new InvalidConfigException(Violation.of(
                        "NOT_A_WORD",
                        shown(name),
                        "must be a list of " + String.join(", ", known) + ", or of these with ! before each",
                        name.equals(OAUTH)
                                ? "A Java driver cannot do it; leave it out."
                                : Suggestions.didYouMean(name, known, "Write one of them, in small letters."))));
    }

    private static InvalidConfigException mistake(String text, String message, String remedy) {
        return new InvalidConfigException(Violation.of("REQUIRE_AUTH", shown(text), message, remedy));
    }

    /** A password or a connection string that got here by mistake is not shown. */
    private static String shown(String text) {
        return text.matches("[a-z0-9!, -]{0,80}") ? text : "***";
    }

    /** What is accepted from that server for that login: as written, else what the environment mode has. Never empty. */
    static Set<AuthMethod> of(DatabaseConfig config, Endpoint endpoint, Login login) {
        if (!config.requireAuth().isEmpty()) {
            return config.requireAuth();
        }
        return config.environmentMode() == EnvironmentMode.PRODUCTION
                ? ofProduction(config.tls(), login)
                : ofDevelopment(config.tls(), HostKind.of(endpoint.host()));
    }

    private static Set<AuthMethod> ofProduction(TlsConfig tls, Login login) {
        Set<AuthMethod> methods = EnumSet.of(AuthMethod.SCRAM_SHA_256);
        if (tls.clientCertificate() != null && tls.mode().verifiesCertificate()) {
            methods.add(AuthMethod.NONE);
        }
        if (login.password().isProvided() && tls.mode() == SslMode.VERIFY_FULL) {
            // Clouds hand out tokens, which travel in clear text inside TLS and are worth nothing soon after.
            methods.add(AuthMethod.PASSWORD);
        }
        return methods;
    }

    private static Set<AuthMethod> ofDevelopment(TlsConfig tls, HostKind kind) {
        boolean verified = tls.mode().requiresEncryption() && tls.verifiesChain();
        return verified || kind == HostKind.LOOPBACK
                ? EnumSet.allOf(AuthMethod.class)
                : EnumSet.complementOf(EnumSet.of(AuthMethod.PASSWORD));
    }

    /** Whether production would accept it for that login only where it is written. */
    static boolean isWeak(DatabaseConfig config, Login login, AuthMethod method) {
        return WEAK.contains(method) && !ofProduction(config.tls(), login).contains(method);
    }

    /** What is written and weaker than production's own choice, for any of the logins: one warning for each method. */
    static List<ConfigWarning> warnings(DatabaseConfig config) {
        return config.requireAuth().stream()
                .sorted()
                .filter(method -> logins(config).anyMatch(login -> isWeak(config, login, method)))
                .map(method -> new ConfigWarning(
                        config.provenance().pathOf("requireAuth"),
                        "REQUIRE_AUTH_WEAK",
                        "accepts " + method.libpqName() + ": a server that " + method.deed() + " gets what it wants",
                        config.provenance().originOf("requireAuth"),
                        "Let pg_hba.conf ask for scram-sha-256, and leave " + method.libpqName() + " out."))
                .toList();
    }

    private static Stream<Login> logins(DatabaseConfig config) {
        return Stream.of(
                        config.endpoints().stream().map(config::login),
                        Stream.of(config.roles().readOnly(), config.roles().migration())
                                .filter(Objects::nonNull))
                .flatMap(logins -> logins);
    }
}
