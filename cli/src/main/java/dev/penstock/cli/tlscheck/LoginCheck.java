package dev.penstock.cli.tlscheck;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.config.Login;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.TlsProbe;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/**
 * How one server wants the login of the configured role proven, and whether {@code require_auth} accepts that. Immutable.
 *
 * @param allowed {@code require_auth} as it holds for that server and role
 * @param asked what the server asked for; empty when it was not asked, or did not say
 * @param refusal why there is no answer; blank when there is one, or nobody asked
 */
record LoginCheck(String role, Set<AuthMethod> allowed, Optional<AuthMethod> asked, String refusal) {

    /** What holds, without a question. */
    static LoginCheck unasked(DatabaseConfig config, Endpoint endpoint) {
        Login login = config.login(endpoint);
        return new LoginCheck(login.user(), config.requireAuth(endpoint, login), Optional.empty(), "");
    }

    /** Asks; blocks for some seconds at most. */
    LoginCheck ask(TlsProbe probe, Endpoint endpoint, String database) {
        try {
            Optional<AuthMethod> method = probe.askLogin(endpoint.host(), endpoint.port(), role, database);
            return new LoginCheck(
                    role, allowed, method, method.isPresent() ? "" : "the server asks for what no Java driver knows");
        } catch (IOException e) {
            return new LoginCheck(role, allowed, Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    boolean wasAsked() {
        return asked.isPresent() || !refusal.isEmpty();
    }

    boolean isAccepted() {
        return refusal.isEmpty() && asked.map(allowed::contains).orElse(true);
    }

    /** As {@code require_auth} has it. */
    String requireAuth() {
        return AuthMethod.list(allowed);
    }

    /** Half a sentence, for people. */
    String why() {
        return asked.map(method -> "the server " + method.deed()
                        + (isAccepted() ? "" : ", and require_auth allows " + requireAuth() + " alone"))
                .orElse(refusal);
    }
}
