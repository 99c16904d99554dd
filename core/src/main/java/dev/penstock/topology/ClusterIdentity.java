package dev.penstock.topology;

import dev.penstock.observe.NodeState;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which cluster is ours: the one of the node that stands first in the configuration, among those that answer. Once a primary
 * was elected it stays the same, whatever else turns up under one of the names. Not thread-safe; the topology guards it.
 */
final class ClusterIdentity {
    /** So long whoever stands first is waited for: a stranger that answers sooner must not name the cluster. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private @Nullable String systemIdentifier;

    /** @param configured what an operator has pinned; null when nobody has */
    ClusterIdentity(@Nullable String configured) {
        systemIdentifier = configured;
    }

    /** From now on this one, because one of its nodes is written to. */
    void settle(String ours) {
        systemIdentifier = ours;
    }

    /**
     * @param waited since the topology began to ask
     * @return the system identifier that nodes must have; empty while it is too early to say
     */
    Optional<String> among(Collection<NodeView> views, Duration waited) {
        if (systemIdentifier != null) {
            return Optional.of(systemIdentifier);
        }
        for (NodeView view : views) {
            ProbeAnswer answer = view.answer();
            if (answer != null) {
                return Optional.of(answer.systemIdentifier());
            }
            boolean looked = view.state() != NodeState.UNKNOWN || view.failure().isPresent();
            if (!looked && waited.compareTo(PATIENCE) < 0) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Why {@code view} does not belong to it; empty when it does, or has said nothing yet. */
    static Optional<String> stranger(NodeView view, String ours) {
        ProbeAnswer answer = view.answer();
        return answer == null || answer.systemIdentifier().equals(ours)
                ? Optional.empty()
                : Optional.of("it belongs to another cluster (system identifier " + answer.systemIdentifier()
                        + ", expected " + ours + ")");
    }
}
