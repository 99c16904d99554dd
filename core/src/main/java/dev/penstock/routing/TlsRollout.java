package dev.penstock.routing;

import dev.penstock.config.Endpoint;
import dev.penstock.connect.Connector;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.pool.NodePools;
import dev.penstock.tls.ServerText;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsFailure;
import dev.penstock.tls.TlsProbe;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One change of TLS material on its way to one node: its connections that were opened with older material are replaced within
 * {@link #SPREAD}, a few at a time, so that neither the server nor the callers meet a storm of handshakes. Nothing is given up
 * before the node has accepted one connection made with the new material: a client certificate that came before the server
 * knows its CA costs nothing but time. Sessions of a caller's own are left to the caller. Used by one thread at a time.
 */
final class TlsRollout {
    /** Within this time every idle connection is replaced; busy ones go when they come back. */
    static final Duration SPREAD = Duration.ofSeconds(10);

    private static final Duration PACE = Duration.ofMillis(200);
    static final Duration TRY_AGAIN = Duration.ofSeconds(5);
    private static final Set<Purpose> OURS = Set.of(Purpose.WRITE, Purpose.READ, Purpose.MONITOR);

    private final NodePools pools;
    private final Node node;
    private final Connector connector;
    private final TlsContext tls;
    private final Duration connectTimeout;
    private final Events events;
    private final long generation;
    private final long lastOldConnect;
    private long spreadUntil;
    private boolean accepted;
    private boolean refusalTold;

    /** For the material that {@code tls} has now. */
    TlsRollout(NodePools pools, Connector connector, TlsContext tls, Duration connectTimeout, Events events) {
        this.pools = pools;
        this.node = pools.node();
        this.connector = connector;
        this.tls = tls;
        this.connectTimeout = connectTimeout;
        this.events = events;
        this.generation = tls.generation();
        this.lastOldConnect = System.nanoTime() + connectTimeout.toNanos();
    }

    /** Does what is due. Returns the pause before the next round; zero when every connection is new, or newer material came. */
    Duration round() {
        if (generation < tls.generation()) {
            return Duration.ZERO;
        }
        List<NodeConnection> old = outdated();
        if (old.isEmpty()) {
            // A connect that was in progress at the change may still bring a connection with old material.
            long left = lastOldConnect - System.nanoTime();
            return left > 0 ? Duration.ofNanos(left) : Duration.ZERO;
        }
        if (!accepted && !isAccepted()) {
            return TRY_AGAIN;
        }
        long rounds = Math.max(1, (spreadUntil - System.nanoTime()) / PACE.toNanos());
        old.stream().limit((old.size() + rounds - 1) / rounds).forEach(this::retire);
        return PACE;
    }

    private List<NodeConnection> outdated() {
        return node.liveConnections().stream()
                .filter(connection -> OURS.contains(connection.purpose()))
                .filter(connection -> connection.handshake().generation() < generation)
                .filter(connection -> !connection.isRetired())
                // The monitor last: it knows the node, and pools do not depend on it.
                .sorted(Comparator.comparing(connection -> connection.purpose() == Purpose.MONITOR))
                .toList();
    }

    private void retire(NodeConnection connection) {
        if (connection.purpose() == Purpose.MONITOR) {
            connection.retire();
            return;
        }
        try {
            pools.retire(connection);
        } catch (SQLException e) {
            RoutingLog.LOG.debug(
                    "{} could not be retired now; the next round tries again: {}", connection, ServerText.of(e));
        }
    }

    /** One connection outside of the pools, closed at once. */
    private boolean isAccepted() {
        try {
            connector.open(node, Purpose.MONITOR, connectTimeout, opened -> {}).close();
            accepted = true;
        } catch (SQLException e) {
            // A server without a free slot says so after the handshake.
            accepted = ErrorClass.of(e) == ErrorClass.SATURATED;
            if (!accepted) {
                tell(e);
            }
        }
        spreadUntil = System.nanoTime() + SPREAD.toNanos();
        return accepted;
    }

    private void tell(SQLException refusal) {
        if (refusalTold) {
            return;
        }
        if (refusal instanceof ConnectFailedException failed
                && ErrorClass.of(refusal).isFinal()) {
            tell(failed.code(), ServerText.of(refusal));
            return;
        }
        handshakeFailure()
                .ifPresentOrElse(
                        failure -> tell(failure.reason().name(), node + ": " + failure.summary()),
                        () -> RoutingLog.LOG.debug(
                                "The new TLS material could not be tried on {} yet: {}", node, ServerText.of(refusal)));
    }

    /** A server that refuses a client certificate cuts the connection, often before its alert was read: a probe waits for it. */
    private Optional<TlsFailure> handshakeFailure() {
        try {
            Endpoint endpoint = node.endpoint();
            return new TlsProbe(tls, connectTimeout)
                    .dial(endpoint.host(), endpoint.port())
                    .failure();
        } catch (IOException unreachable) {
            RoutingLog.LOG.debug("{} does not answer a TLS request: {}", node, ServerText.of(unreachable));
            return Optional.empty();
        }
    }

    private void tell(String code, String reason) {
        refusalTold = true;
        RoutingLog.LOG.warn("The new TLS material is not accepted; standing connections stay as they are: {}", reason);
        events.tell("tlsReloadRefused", listener -> listener.tlsReloadRefused(code, reason));
    }
}
