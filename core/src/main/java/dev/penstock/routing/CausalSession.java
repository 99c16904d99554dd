package dev.penstock.routing;

import dev.penstock.config.ReadPreference;
import dev.penstock.config.SessionToken;
import dev.penstock.connect.CommitReceipt;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.observe.RouteReason;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.Position;
import dev.penstock.topology.TopologyView;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What somebody's reads have to see, because they wrote it, or, on wish, have seen before. Thread-safe.
 *
 * <p>A commit whose place in the log is known becomes a token. One whose place is not known, as of a view or after an error, makes reads
 * go to the primary until the monitor has asked it after that: what the primary says then is behind the commit.
 *
 * <p>Concurrency: one immutable state in an atomic reference.
 */
public final class CausalSession {
    private final Router router;
    private final AtomicReference<State> state;
    private volatile boolean monotonic;

    /**
     * What is known.
     *
     * @param token what reads must have; null for nothing
     * @param writing connections that may be writing just now
     * @param pending whether something may have been written whose place is not known
     * @param since when that was over at the latest
     */
    private record State(@Nullable SessionToken token, int writing, boolean pending, long since) {
        State with(@Nullable SessionToken next) {
            return new State(next, writing, pending, since);
        }

        State uncertain() {
            return new State(token, writing, true, System.nanoTime());
        }

        /** Of two histories of one cluster the later one counts; what was on the other is uncertain. */
        State after(SessionToken more) {
            if (token == null) {
                return with(more);
            }
            if (token.isOfSameHistory(more)) {
                SessionToken further = Position.further(token, more);
                return further == token ? this : with(further);
            }
            boolean later =
                    token.systemIdentifier().equals(more.systemIdentifier()) && more.timeline() > token.timeline();
            return (later ? with(more) : this).uncertain();
        }

        boolean isOpen() {
            return writing > 0 || pending;
        }
    }

    CausalSession(Router router, @Nullable SessionToken token) {
        this.router = router;
        this.state = new AtomicReference<>(new State(token, 0, false, 0));
    }

    /** From now on no read sees less than one before it has seen. */
    public void monotonicReads() {
        monotonic = true;
    }

    boolean isMonotonic() {
        return monotonic;
    }

    /** Sees what {@code token} stands for as well. */
    public void advance(SessionToken token) {
        change(now -> now.after(token));
    }

    private State change(UnaryOperator<State> next) {
        return state.updateAndGet(next);
    }

    /** Something may have been committed by now, and nobody knows where in the log. */
    void uncertain() {
        change(State::uncertain);
    }

    /** Whether the primary's positions can be compared with those of replicas. */
    boolean canHaveReceipts() {
        return router.view().primary().flatMap(NodeView::position).isPresent();
    }

    /** @param node where it was committed */
    void committed(CommitReceipt receipt, Node node) {
        if (!receipt.wrote()) {
            return;
        }
        TopologyView view = router.view();
        Optional<String> cluster = view.primary()
                .flatMap(NodeView::position)
                .map(position -> position.token().systemIdentifier());
        if (cluster.isEmpty()) {
            uncertain();
            return;
        }
        long origin = view.originOf(node, receipt.timeline());
        advance(new SessionToken(cluster.get(), receipt.timeline(), receipt.position(), origin));
    }

    /** A connection that may write whatever and whenever, until it comes back. */
    public Connection borrowWriter() throws SQLException {
        change(now -> new State(now.token(), now.writing() + 1, now.pending(), now.since()));
        boolean lent = false;
        try {
            Connection connection = whenReturned(router.borrowWriter(), this::hasWritten);
            lent = true;
            return connection;
        } finally {
            if (!lent) {
                change(now -> new State(now.token(), now.writing() - 1, now.pending(), now.since()));
            }
        }
    }

    /** The same connection, at whose return {@code more} is run. One that is lost already goes back with the exception. */
    private static Connection whenReturned(Connection connection, Runnable more) throws SQLException {
        try {
            connection.unwrap(NodeConnection.class).whenReturned(more);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private void hasWritten() {
        change(now -> new State(now.token(), now.writing() - 1, true, System.nanoTime()));
    }

    /** A connection that has what this session must see. */
    public Connection borrowReader(ReadNeed need) throws SQLException {
        Connection connection = router.borrowReader(need(need));
        return monotonic ? whenReturned(connection, this::uncertain) : connection;
    }

    /** What a read of this session asks for, which by itself asks for {@code need}. */
    ReadNeed need(ReadNeed need) throws SQLException {
        if (need.onlyPrimary() != null) {
            return need;
        }
        State now = settled(router.view());
        SessionToken token = now.token();
        if (token != null) {
            router.positions().awaitPrimaryOf(token, router.deadline());
        }
        if (token != null && !now.isOpen() && router.positions().isOfOtherHistory(token)) {
            // What it stands for may be lost. What is there now is the new beginning.
            router.positions().announceUnproven(token);
            change(old -> old.with(null).uncertain());
            now = state.get();
        }
        if (!now.isOpen()) {
            return token == null ? need : need.after(token);
        }
        if (need.preference() != ReadPreference.REPLICA_ONLY && router.readsMayFallBack()) {
            return need.onPrimary(
                    now.token() == null && token != null ? RouteReason.TOKEN_UNPROVEN : RouteReason.WRITE_PENDING);
        }
        return need.after(asked());
    }

    /** The primary has been asked since what was pending: it is behind what it said. */
    private State settled(TopologyView view) {
        State now = state.get();
        if (!now.pending() || now.writing() > 0) {
            return now;
        }
        Position primary = view.primary().flatMap(NodeView::position).orElse(null);
        if (primary == null || primary.nanos() - now.since() <= 0) {
            return now;
        }
        State next = new State(primary.token(), 0, false, 0);
        boolean settled = state.compareAndSet(now, now.token() == null ? next : next.after(now.token()));
        return settled ? state.get() : settled(view);
    }

    /** Asks the primary where its log ends. */
    private SessionToken asked() throws SQLException {
        State before = state.get();
        SessionToken end = router.positions().end();
        state.compareAndSet(before, new State(end, before.writing(), before.writing() > 0, before.since()));
        return end;
    }

    /**
     * What a reader elsewhere needs to see what was committed here so far; empty when that is nothing. Asks the primary when the place of a
     * commit is not known.
     *
     * @throws SQLException when that is needed and there is no primary; 0A000 for servers without comparable positions
     */
    public Optional<SessionToken> token() throws SQLException {
        State now = settled(router.view());
        return Optional.ofNullable(now.isOpen() ? asked() : now.token());
    }

    /** What a read has just seen on {@code connection} is not to be unseen. */
    void saw(Connection connection) throws SQLException {
        Optional<SessionToken> seen = router.positions().seenOn(connection);
        if (seen.isPresent()) {
            advance(seen.get());
        } else {
            uncertain();
        }
    }
}
