package dev.penstock.cli.tlscheck;

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
 */
public record NodeCheck(Endpoint endpoint, TlsConfig config, Optional<TlsProbeReport> seen, String unreachable) {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Dials it; blocks for some seconds at most. */
    public static NodeCheck of(Endpoint endpoint, TlsContext context) {
        try {
            TlsProbeReport seen = new TlsProbe(context, PATIENCE).dial(endpoint.host(), endpoint.port());
            return new NodeCheck(endpoint, context.config(), Optional.of(seen), "");
        } catch (UnknownHostException e) {
            return new NodeCheck(
                    endpoint,
                    context.config(),
                    Optional.empty(),
                    "the host name cannot be resolved: correct it, or the DNS of this host or container network");
        } catch (ConnectException e) {
            return new NodeCheck(
                    endpoint,
                    context.config(),
                    Optional.empty(),
                    "nothing accepts connections there: start the server, or correct host and port");
        } catch (SocketTimeoutException e) {
            return new NodeCheck(
                    endpoint,
                    context.config(),
                    Optional.empty(),
                    "no answer within " + PATIENCE.toSeconds() + " s: check that no firewall drops packets");
        } catch (IOException e) {
            return new NodeCheck(endpoint, context.config(), Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    /** Whether a connection of this configuration gets as far as its login. */
    public boolean connects() {
        return penstock().outcome() != Verdict.Outcome.REFUSED;
    }

    Verdict penstock() {
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
