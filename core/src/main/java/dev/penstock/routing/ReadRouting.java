package dev.penstock.routing;

import dev.penstock.config.OnUnsatisfied;
import dev.penstock.config.SessionToken;
import dev.penstock.connect.ErrorClass;
import dev.penstock.connect.Node;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.Role;
import dev.penstock.observe.RouteReason;
import dev.penstock.pool.NodePools;
import dev.penstock.routing.ReaderChoice.Choice;
import dev.penstock.tls.ServerText;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.TopologyView;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Borrows a connection for a read, from where the choice falls, and goes on choosing until one is there or the time is over.
 * Thread-safe.
 */
final class ReadRouting {
    /** How long a node that was slow to open a connection is passed over for a turn elsewhere. */
    private static final Duration FIRST_ROUND = Duration.ofSeconds(1);

    private static final Duration LONGEST_ROUND = Duration.ofMinutes(1);

    private final Router router;
    private final ClusterNodes nodes;
    private final ReaderChoice choice;
    private final CatchUp catchUp;
    private final RouteCounts counts;
    private final Acquisitions acquisitions;

    /** Where it is told what became of a read. */
    record Told(RouteCounts counts, Acquisitions acquisitions) {}

    ReadRouting(Router router, ClusterNodes nodes, ReaderChoice choice, CatchUp catchUp, Told told) {
        this.router = router;
        this.nodes = nodes;
        this.choice = choice;
        this.catchUp = catchUp;
        this.counts = told.counts();
        this.acquisitions = told.acquisitions();
    }

    /** At most {@code pool.timeout}. */
    Connection borrow(ReadNeed need) throws SQLException {
        return borrow(need, Set.of(), 0);
    }

    /**
     * Away from nodes where it has just failed.
     *
     * @param deadline {@link System#nanoTime()}; 0 when nothing was waited for yet, so that {@code pool.timeout} begins now
     */
    Connection borrow(ReadNeed need, Set<Node> avoided, long deadline) throws SQLException {
        long begun = acquisitions.begin();
        try {
            router.checkOpen();
            if (need == ReadNeed.ANY && avoided.isEmpty() && deadline == 0) {
                Connection connection = atOnce(router.view());
                if (connection != null) {
                    return connection;
                }
            }
            Connection found = new Search(need, avoided, deadline == 0 ? router.deadline() : deadline).run();
            return acquisitions.succeeded(found, Purpose.READ, begun);
        } catch (SQLException e) {
            throw acquisitions.failed(e, Purpose.READ, begun, deadline);
        }
    }

    /** What most reads get: a connection that is there, without a clock and without looking at every node. */
    private @Nullable Connection atOnce(TopologyView view) throws SQLException {
        Node node = choice.ofReaders(view);
        NodePools ofNode = node == null ? null : nodes.of(node);
        Connection connection = ofNode == null ? null : ofNode.borrowNow(Purpose.READ);
        if (connection != null) {
            counts.add(reason(view, Objects.requireNonNull(node)));
        }
        return connection;
    }

    private RouteReason reason(TopologyView view, Node node) {
        if (!view.isPrimary(node)) {
            return RouteReason.REPLICA;
        }
        return view.readers().isEmpty()
                ? choice.best(view, ReadNeed.ANY, Tried.NOTHING).fallback()
                : RouteReason.PRIMARY_AS_READER;
    }

    /** One read that looks for its node. Used once. */
    private final class Search {
        private final ReadNeed need;
        private final Set<Node> avoided;
        private final long deadline;
        private final Set<Node> passedOver;
        private final Set<Node> behind = new HashSet<>();
        private long catchUpDeadline;

        /** Whether a node that serves had no connection in time: the next look is not to wait for news of the topology. */
        private boolean slow;

        private long roundNanos = FIRST_ROUND.toNanos();
        private long roundEnds;

        Search(ReadNeed need, Set<Node> avoided, long deadline) {
            this.need = need;
            this.avoided = avoided;
            this.deadline = deadline;
            this.passedOver = new HashSet<>(avoided);
        }

        Connection run() throws SQLException {
            if (need.token() != null) {
                router.positions().awaitPrimaryOf(need.token(), deadline);
            }
            while (true) {
                router.checkOpen();
                TopologyView view = router.view();
                catchUpDeadline = Math.min(deadline, System.nanoTime() + CatchUp.PATIENCE.toNanos());
                beginRound();
                Connection connection = fromAnyNotTried(view);
                connection = connection != null ? connection : fromAnyAgain(view);
                if (connection != null) {
                    return connection;
                }
                failIfHopeless(view);
                passedOver.retainAll(avoided);
                behind.clear();
                if (!slow) {
                    router.awaitOther(view, deadline);
                }
            }
        }

        /** What was slow a moment ago need not be any more; each round believes it twice as long as the one before. */
        private void beginRound() {
            slow = false;
            roundEnds = System.nanoTime() + roundNanos;
            roundNanos = Math.min(roundNanos * 2, LONGEST_ROUND.toNanos());
        }

        /** A node that is slow to open a connection is passed over as long as there is another. */
        private @Nullable Connection fromAnyNotTried(TopologyView view) throws SQLException {
            while (true) {
                Choice chosen = choice.choose(view, need, new Tried(passedOver, behind));
                if (chosen == null) {
                    return null;
                }
                Connection connection = from(chosen, view);
                if (connection != null) {
                    return connection;
                }
                if (!behind.contains(chosen.node())) {
                    passedOver.add(chosen.node());
                }
            }
        }

        /** There is no other: one of them once more, and better a node that failed a moment ago than none. */
        private @Nullable Connection fromAnyAgain(TopologyView view) throws SQLException {
            Choice chosen = choice.choose(view, need, new Tried(avoided, behind));
            chosen = chosen != null ? chosen : choice.choose(view, need, new Tried(Set.of(), behind));
            return chosen == null ? null : from(chosen, view);
        }

        private @Nullable Connection from(Choice chosen, TopologyView view) throws SQLException {
            NodePools ofNode = nodes.of(chosen.node());
            if (ofNode == null) {
                // It has left the cluster since the view was taken.
                return null;
            }
            Connection connection = ofNode.borrowUnlessSlow(Purpose.READ, deadline, () -> isBest(chosen));
            if (connection == null) {
                slow |= chosen.node().state().serves();
                return null;
            }
            boolean serves = false;
            try {
                if (!hasToken(connection, view.of(chosen.node()), chosen.catchUp())) {
                    return null;
                }
                if (need.token() != null && view.isPrimary(chosen.node())) {
                    router.positions().announceUnproven(need.token());
                }
                counts.add(chosen.reason());
                serves = true;
                return connection;
            } finally {
                if (!serves) {
                    connection.close();
                }
            }
        }

        /** Whether it is still worth waiting for its turn: at a replica it is, elsewhere until there is a replica. */
        private boolean isBest(Choice chosen) {
            if (chosen.reason() == RouteReason.REPLICA) {
                return true;
            }
            boolean over = System.nanoTime() - roundEnds >= 0;
            Choice now = choice.choose(router.view(), need, new Tried(over ? avoided : passedOver, behind));
            return now == null || now.reason() != RouteReason.REPLICA;
        }

        /** The primary has everything, or nobody can say more. */
        private boolean hasToken(Connection connection, NodeView view, boolean mayWait) throws SQLException {
            SessionToken token = need.token();
            if (token == null || view.role() == Role.PRIMARY) {
                return true;
            }
            try {
                long patience = mayWait ? catchUpDeadline : System.nanoTime();
                boolean reached = catchUp.reaches(connection, view, token, patience, deadline);
                if (!reached) {
                    behind.add(view.node());
                }
                return reached;
            } catch (SQLException e) {
                if (!ErrorClass.of(e).readMayRunAgain() || System.nanoTime() - deadline >= 0) {
                    throw e;
                }
                RoutingLog.LOG.debug("{} was lost while it was waited for: {}", view.node(), ServerText.of(e));
                return false;
            }
        }

        private void failIfHopeless(TopologyView view) throws SQLException {
            // Whoever had a node to wait for is told by its pool what they waited for.
            if (view.isHopeless() || (!slow && System.nanoTime() - deadline >= 0)) {
                throw NoNode.reader(view, need, router.patience());
            }
            Verdict best = choice.best(view, need, Tried.NOTHING);
            if (need.onUnsatisfied() == OnUnsatisfied.FAIL && best.isTooOld()) {
                throw NoNode.tooOld(view, best);
            }
            boolean settled = view.primary().isPresent() && need.onlyPrimary() == null && !choice.mayFallBack(need);
            if (settled && !best.isOpen() && !best.isTooOld() && best != Verdict.ELIGIBLE) {
                throw NoNode.replica(view, best);
            }
        }
    }
}
