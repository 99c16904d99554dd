package dev.penstock.cli.tlscheck;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsFailure;
import dev.penstock.tls.TlsProbe;
import dev.penstock.tls.TlsProbeReport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/**
 * One server, asked. Immutable.
 *
 * @param seen empty when it cannot be reached
 * @param unreachable why not; blank when it was
 * @param refused why the environment mode keeps connections from dialling it; blank when it does not
 * @param login what holds for the login of the configured role; empty without a configuration
 */
public record NodeCheck(
        Endpoint endpoint,
        TlsConfig config,
        Optional<TlsProbeReport> seen,
        String unreachable,
        String refused,
        Optional<LoginCheck> login) {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /**
     * Dials it and, when that goes well and it is wanted, asks for the login; blocks for some seconds at most.
     *
     * @param database the configuration; empty when there is none, and then nobody logs in
     */
    public static NodeCheck of(
            Endpoint endpoint, TlsContext context, Optional<DatabaseConfig> database, boolean asksLogin) {
        NodeCheck dialled = of(endpoint, context);
        return database.map(config -> dialled.with(config, context, asksLogin)).orElse(dialled);
    }

    /** What the configuration says besides its TLS. */
    private NodeCheck with(DatabaseConfig database, TlsContext context, boolean asksLogin) {
        Optional<TlsProbeReport> explained =
                seen.map(report -> report.withFailure(report.failure().map(f -> database.explained(endpoint, f))));
        String refusal = database.refusal(endpoint)
                .map(violation -> "sslmode=" + violation.value() + " " + violation.message())
                .orElse("");
        LoginCheck unasked = LoginCheck.unasked(database, endpoint);
        NodeCheck known = new NodeCheck(endpoint, config, explained, unreachable, refusal, Optional.of(unasked));
        if (!asksLogin || !known.connects()) {
            return known;
        }
        LoginCheck asked = unasked.ask(new TlsProbe(context, PATIENCE), endpoint, database.database());
        return new NodeCheck(endpoint, config, explained, unreachable, refusal, Optional.of(asked));
    }

    private static NodeCheck of(Endpoint endpoint, TlsContext context) {
        try {
            TlsProbeReport seen = new TlsProbe(context, PATIENCE).dial(endpoint.host(), endpoint.port());
            return new NodeCheck(endpoint, context.config(), Optional.of(seen), "", "", Optional.empty());
        } catch (UnknownHostException e) {
            return unreachable(
                    endpoint,
                    context,
                    "the host name cannot be resolved: correct it, or the DNS of this host or container network");
        } catch (ConnectException e) {
            return unreachable(
                    endpoint, context, "nothing accepts connections there: start the server, or correct host and port");
        } catch (SocketTimeoutException e) {
            return unreachable(
                    endpoint,
                    context,
                    "no answer within " + PATIENCE.toSeconds() + " s: check that no firewall drops packets");
        } catch (IOException e) {
            return unreachable(endpoint, context, String.valueOf(e.getMessage()));
        }
    }

    private static NodeCheck unreachable(Endpoint endpoint, TlsContext context, String why) {
        return new NodeCheck(endpoint, context.config(), Optional.empty(), why, "", Optional.empty());
    }

    /** Whether a connection of this configuration gets as far as its login, and, where that was asked, through the question. */
    public boolean connects() {
        return penstock().outcome() != Verdict.Outcome.REFUSED
                && login.map(LoginCheck::isAccepted).orElse(true);
    }

    Verdict penstock() {
        if (!refused.isEmpty()) {
            return Verdict.refused(refused);
        }
        if (seen.isEmpty()) {
            return Verdict.refused(unreachable);
        }
        TlsProbeReport server = seen.get();
        if (config.mode() == SslMode.DISABLE || config.mode() == SslMode.ALLOW) {
            return Verdict.plain(
                    config.mode() == SslMode.ALLOW ? "first; TLS if the server refuses it" : "as asked for");
        }
        if (failure().isPresent()) {
            return Verdict.refused(failure().get().message());
        }
        return server.offered()
                ? Verdict.tls(verified())
                : Verdict.plain("the server offers no TLS, which the mode allows");
    }

    private String verified() {
        if (!config.verifiesChain()) {
            return "the server is not verified";
        }
        return config.mode().verifiesHostname() ? "chain and name are verified" : "the chain is verified";
    }

    Verdict pgjdbc() {
        return seen.map(server -> PlainPgjdbc.of(config, server, endpoint.host()))
                .orElseGet(this::penstock);
    }

    /** The reason and remedy when {@link #connects} is false for a reason of TLS. */
    Optional<TlsFailure> failure() {
        return config.mode() == SslMode.ALLOW ? Optional.empty() : seen.flatMap(TlsProbeReport::failure);
    }

    /** The name that {@code verify-full} looks for. */
    String wantedName() {
        String name = config.verifyName();
        return name == null ? endpoint.host() : name;
    }
}
