package dev.penstock.topology;

import dev.penstock.observe.NodeState;
import dev.penstock.topology.TopologyView.Replacement;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which cluster is ours: the one of the node that stands first in the configuration, among those that answer. Once a primary
 * was elected it stays the same, whatever else turns up under one of the names, until somebody says that another one took its
 * place. Not thread-safe; the topology guards it.
 */
final class ClusterIdentity {
    /** So long whoever stands first is waited for: a stranger that answers sooner must not name the cluster. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private final boolean pinned;
    private @Nullable String systemIdentifier;

    /** @param configured what an operator has pinned; null when nobody has */
    ClusterIdentity(@Nullable String configured) {
        pinned = configured != null;
        systemIdentifier = configured;
    }

    /** Whether that one is ours, because one of its nodes was written to, or because somebody said so. */
    boolean is(String ours) {
        return ours.equals(systemIdentifier);
    }

    /** From now on this one, because one of its nodes is written to, or because somebody said so. */
    void settle(String ours) {
        if (!ours.equals(ProbeAnswer.UNTOLD)) {
            systemIdentifier = ours;
        }
    }

    /**
     * @param waited since the topology began to ask
     * @return the system identifier that nodes must have, {@link ProbeAnswer#UNTOLD} when none of those that answer tells one; empty while it
     *     is too early to say
     */
    Optional<String> among(Collection<NodeView> views, Duration waited) {
        if (systemIdentifier != null) {
            return Optional.of(systemIdentifier);
        }
        Optional<String> untold = Optional.empty();
        for (NodeView view : views) {
            ProbeAnswer answer = view.answer();
            if (answer != null && answer.isIdentified()) {
                return Optional.of(answer.systemIdentifier());
            }
            if (answer != null) {
                untold = Optional.of(ProbeAnswer.UNTOLD);
            }
            boolean looked = view.state() != NodeState.UNKNOWN || view.failure().isPresent();
            if (!looked && waited.compareTo(PATIENCE) < 0) {
                return Optional.empty();
            }
        }
        return untold;
    }

    /**
     * What may have taken the place of {@code ours}: the one other cluster that has a server that can be written. Empty when there is none, or
     * more than one, and while one of the nodes is yet to say what it is.
     */
    Optional<Replacement> replacement(Collection<NodeView> views, String ours) {
        List<String> others = views.stream()
                .filter(NodeView::isWritable)
                .flatMap(view -> Stream.ofNullable(view.answer()))
                .filter(ProbeAnswer::isIdentified)
                .map(ProbeAnswer::systemIdentifier)
                .filter(other -> !other.equals(ours))
                .distinct()
                .toList();
        boolean allAsked = views.stream().noneMatch(view -> view.state() == NodeState.UNKNOWN);
        return allAsked && others.size() == 1
                ? Optional.of(new Replacement(ours, others.get(0), pinned))
                : Optional.empty();
    }

    /** Why {@code view} does not belong to it; empty when it does, or has said nothing yet, or may not tell and nobody has pinned a cluster. */
    Optional<String> stranger(NodeView view, String ours) {
        ProbeAnswer answer = view.answer();
        if (answer != null && !answer.isIdentified() && pinned) {
            return Optional.of(
                    "it does not tell the cluster that it belongs to (pg_control_system() is closed to the role), and"
                            + " system_identifier pins " + ours);
        }
        return answer == null
                        || !answer.isIdentified()
                        || answer.systemIdentifier().equals(ours)
                ? Optional.empty()
                : Optional.of("it belongs to another cluster (system identifier " + answer.systemIdentifier()
                        + ", expected " + ours + ")");
    }
}
