package dev.penstock.routing;

import dev.penstock.config.SessionToken;
import dev.penstock.connect.WalPosition;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.Position;
import dev.penstock.topology.ReplayQuestion;
import dev.penstock.topology.TopologyView;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Optional;

/** Places in the cluster's log, asked of servers and compared with what the topology believes. Thread-safe. */
final class LogPositions {
    private static final String END = "select " + WalPosition.COLUMNS + " where not pg_is_in_recovery()";

    /** A token may come from outside and be of any timeline: asking all nodes anew because of one is done that often at most. */
    private static final long BETWEEN_LOOKS_NANOS = 1_000_000_000L;

    /** A node that has not answered by then is frozen. */
    private static final long LOOK_NANOS = 2_000_000_000L;

    private final Router router;
    private volatile String told = "";
    private volatile long lookedInVain;

    LogPositions(Router router) {
        this.router = router;
        this.lookedInVain = System.nanoTime() - BETWEEN_LOOKS_NANOS;
    }

    /**
     * Where the primary's log ends now: everything that was committed lies before.
     *
     * @throws SQLException 0A000 when the server has no positions that can be compared
     */
    SessionToken end() throws SQLException {
        try (Connection primary = router.borrowReader(ReadNeed.PRIMARY)) {
            return end(primary, router.view())
                    .orElseThrow(() -> new SQLFeatureNotSupportedException(
                            "The primary does not tell where its log ends: there are no session tokens here", "0A000"));
        }
    }

    private static Optional<SessionToken> end(Connection primary, TopologyView view) throws SQLException {
        Position known = view.primary().flatMap(NodeView::position).orElse(null);
        if (known == null) {
            return Optional.empty();
        }
        try (PreparedStatement question = primary.prepareStatement(END);
                ResultSet row = question.executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            int timeline = row.getInt(3);
            return Optional.of(new SessionToken(
                    known.token().systemIdentifier(),
                    timeline,
                    WalPosition.reachable(row.getLong(1), row.getInt(4), row.getLong(5)),
                    view.originOf(Router.nodeOf(primary), timeline)));
        }
    }

    /** Behind everything that a read on {@code connection} can have seen; empty when that cannot be told. */
    Optional<SessionToken> seenOn(Connection connection) throws SQLException {
        TopologyView view = router.view();
        NodeView node = view.find(Router.nodeOf(connection)).orElse(null);
        if (node == null || node.position().isEmpty()) {
            return Optional.empty();
        }
        try (ReplayQuestion question = new ReplayQuestion(connection)) {
            Optional<ReplayQuestion.Answer> replica = question.ask();
            return replica.isPresent() ? replica.map(ReplayQuestion.Answer::shown) : end(connection, view);
        }
    }

    /**
     * A token of a later timeline than that of the primary, or of another one of the same number, may say that another process has seen a
     * failover that this one has not: every node is asked at once, until the primary of the token's timeline is found or each of
     * them has answered.
     *
     * @param deadline {@link System#nanoTime()}
     */
    void awaitPrimaryOf(SessionToken token, long deadline) throws SQLException {
        if (!isAhead(token, router.view())) {
            return;
        }
        long now = System.nanoTime();
        if (now - lookedInVain >= BETWEEN_LOOKS_NANOS) {
            TopologyView seen = router.lookAnew(view -> !isAhead(token, view), Math.min(deadline - now, LOOK_NANOS));
            lookedInVain = isAhead(token, seen) ? System.nanoTime() : lookedInVain;
        }
    }

    private static boolean isAhead(SessionToken token, TopologyView view) {
        SessionToken primary =
                view.primary().flatMap(NodeView::position).map(Position::token).orElse(null);
        return primary != null
                && primary.systemIdentifier().equals(token.systemIdentifier())
                && (primary.timeline() < token.timeline()
                        || (primary.timeline() == token.timeline() && !primary.isOfSameHistory(token)));
    }

    /** Whether the primary is on another history than {@code token}, so that nobody can tell whether it has what that stands for. */
    boolean isOfOtherHistory(SessionToken token) {
        Position primary = router.view().primary().flatMap(NodeView::position).orElse(null);
        return primary != null && !primary.token().isOfSameHistory(token);
    }

    /** Tells that {@code token} proves nothing here, when that is so. */
    void announceUnproven(SessionToken token) {
        Position primary = router.view().primary().flatMap(NodeView::position).orElse(null);
        if (primary != null && !primary.token().isOfSameHistory(token)) {
            tell(token, primary.token());
        }
    }

    /** Once for each such pair in a row: every request of a user may carry the same old token. */
    private void tell(SessionToken token, SessionToken primary) {
        String what = difference(token, primary);
        if (told.equals(what)) {
            return;
        }
        told = what;
        RoutingLog.LOG.info("A read's token is of {}: it proves nothing here, and the primary answers", what);
        router.events().tell("tokenUnproven", listener -> listener.tokenUnproven(what));
    }

    private static String difference(SessionToken token, SessionToken primary) {
        if (!token.systemIdentifier().equals(primary.systemIdentifier())) {
            return "another cluster than that of the primary";
        }
        String ofToken = "timeline " + token.timeline();
        return token.timeline() == primary.timeline()
                ? ofToken + ", and the primary writes another timeline of that number"
                : ofToken + ", and the primary writes timeline " + primary.timeline();
    }
}
