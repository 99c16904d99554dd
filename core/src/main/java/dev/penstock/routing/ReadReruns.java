package dev.penstock.routing;

import dev.penstock.connect.Node;
import dev.penstock.routing.ReadLoss.Past;
import dev.penstock.routing.ReadLoss.Step;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.TopologyView;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** What one read has behind it, and whether it runs again. Used by one thread. */
final class ReadReruns {
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** A node is given up in less; a server that restarts after a crash says so at once. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Router router;
    private final ReadNeed need;
    private final long deadline;
    private final Set<Node> tried = new HashSet<>();
    private final List<Suspicion> suspicions = new ArrayList<>();
    private Duration pause = SHORTEST_PAUSE;
    private int passing;
    private int runs;

    /** @param deadline {@link System#nanoTime()} */
    ReadReruns(Router router, ReadNeed need, long deadline) {
        this.router = router;
        this.need = need;
        this.deadline = deadline;
    }

    /** A loss that may have been the query's doing, and what was known of its node then. */
    private record Suspicion(Node node, long nanos, Optional<NodeView> before) {
        /** Whether the node itself was lost: nobody listened, it was silent, or another server process answers there. */
        boolean isRefutedBy(TopologyView now) {
            Optional<NodeView> after = now.find(node);
            return node.wasFoundGoneSince(nanos)
                    || (after.isPresent() && before.isPresent() && after.get().isRestartedSince(before.get()));
        }
    }

    /** Where it ran and failed. */
    Set<Node> tried() {
        return tried;
    }

    /**
     * Whether it is to run again, after whatever has to be waited for.
     *
     * @param nanos when it failed
     */
    boolean mayRunAfter(ReadLoss loss, Node node, long nanos) throws SQLException {
        runs++;
        if (loss != ReadLoss.STALE_PLAN) {
            tried.add(node);
        }
        Step step = judged(loss, node, nanos).next(past());
        return switch (step) {
            case TELL -> false;
            case MOVE, AGAIN -> left() > 0;
            case ONCE_ANSWERED -> awaitAnswer(node, nanos);
            case PAUSE -> rest();
        };
    }

    private Past past() {
        return new Past(suspicions.size(), passing, runs, isElsewhere(router.view()));
    }

    private boolean isElsewhere(TopologyView view) {
        return router.mayReadBeside(tried, need, view);
    }

    private long left() {
        return deadline - System.nanoTime();
    }

    /** A suspicion that is refuted turns into a loss that passes. The monitor is asked when the next one would end the read. */
    private ReadLoss judged(ReadLoss loss, Node node, long nanos) throws SQLException {
        if (loss == ReadLoss.PASSING || loss == ReadLoss.STALE_PLAN) {
            passing++;
        }
        if (loss != ReadLoss.SUSPECT) {
            return loss;
        }
        suspicions.add(new Suspicion(node, nanos, router.view().find(node)));
        if (suspicions.size() <= ReadLoss.MOST_SUSPECT) {
            return loss;
        }
        refute(router.lookAnew(this::areSeen, Math.min(left(), LOOK.toNanos())));
        if (suspicions.size() > ReadLoss.MOST_SUSPECT) {
            RoutingLog.LOG.warn(
                    "A read lost its session on {} and is not run again: its query may be what ends them",
                    suspicions.stream().map(one -> one.node().toString()).collect(Collectors.joining(" and then on ")));
        }
        return suspicions.isEmpty() ? ReadLoss.PASSING : loss;
    }

    private void refute(TopologyView now) {
        int before = suspicions.size();
        suspicions.removeIf(suspicion -> suspicion.isRefutedBy(now));
        passing += before - suspicions.size();
    }

    private boolean areSeen(TopologyView view) {
        return suspicions.stream()
                .allMatch(one -> view.find(one.node())
                        .filter(seen -> !seen.isSeenSince(one.nanos()))
                        .isEmpty());
    }

    private boolean awaitAnswer(Node node, long nanos) throws SQLException {
        router.lookAnew(view -> isBack(view, node, nanos), left());
        TopologyView view = router.await(now -> isBack(now, node, nanos), left());
        refute(view);
        return isBack(view, node, nanos);
    }

    private boolean isBack(TopologyView view, Node node, long nanos) {
        boolean answered =
                view.find(node).filter(seen -> seen.hasAnsweredSince(nanos)).isPresent();
        return answered || isElsewhere(view);
    }

    private boolean rest() {
        long nanos = pause.toNanos();
        if (nanos >= left()) {
            return false;
        }
        LockSupport.parkNanos(nanos);
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        return true;
    }
}
