package dev.penstock.routing;

import dev.penstock.config.Isolation;
import dev.penstock.config.OnUnsatisfied;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.ReadPreference;
import dev.penstock.config.SessionToken;
import dev.penstock.observe.RouteReason;
import dev.penstock.topology.Position;
import org.jspecify.annotations.Nullable;

/**
 * What one read asks of the node that serves it. Immutable.
 *
 * @param preference the kind of node
 * @param maxStalenessNanos how old what it shows may be; 0 for no bound of its own
 * @param token what it must have; null for anything
 * @param onUnsatisfied what to do when no replica is that fresh
 * @param onlyPrimary why no replica will do, whatever the preference; null when one would
 */
public record ReadNeed(
        ReadPreference preference,
        long maxStalenessNanos,
        @Nullable SessionToken token,
        OnUnsatisfied onUnsatisfied,
        @Nullable RouteReason onlyPrimary) {
    /** A replica that is fresh enough, else the primary. */
    public static final ReadNeed ANY =
            new ReadNeed(ReadPreference.REPLICA_PREFERRED, 0, null, OnUnsatisfied.WAIT_THEN_PRIMARY, null);

    /** The primary, because the caller said so. */
    public static final ReadNeed PRIMARY = ANY.onPrimary(RouteReason.PRIMARY_ASKED_FOR);

    /** The primary, because a replica cannot do it. */
    public static final ReadNeed NOT_ON_REPLICAS = ANY.onPrimary(RouteReason.NOT_ON_REPLICAS);

    private static final ReadOptions.Placement ANYWHERE = ReadOptions.defaults().placement();

    public static ReadNeed of(ReadOptions options) {
        boolean serializable = options.isolation()
                .filter(level -> level == Isolation.SERIALIZABLE)
                .isPresent();
        ReadOptions.Placement placement = options.placement();
        if (placement == ANYWHERE && !serializable) {
            return ANY;
        }
        ReadNeed need = new ReadNeed(
                placement.preference(),
                placement.maxStaleness().map(most -> most.toNanos()).orElse(0L),
                placement.after().orElse(null),
                placement.onUnsatisfied(),
                null);
        if (placement.preference() == ReadPreference.PRIMARY) {
            return need.onPrimary(RouteReason.PRIMARY_ASKED_FOR);
        }
        return serializable ? need.onPrimary(RouteReason.NOT_ON_REPLICAS) : need;
    }

    ReadNeed onPrimary(RouteReason because) {
        return new ReadNeed(preference, maxStalenessNanos, token, onUnsatisfied, because);
    }

    /** Has what both stand for. */
    ReadNeed after(SessionToken more) {
        if (token != null && !token.isOfSameHistory(more)) {
            return onPrimary(RouteReason.TOKEN_UNPROVEN);
        }
        SessionToken both = token == null ? more : Position.further(token, more);
        return new ReadNeed(preference, maxStalenessNanos, both, onUnsatisfied, onlyPrimary);
    }

    /** Whether it asks for anything of a replica but to be one that may serve. */
    boolean asksForFreshness() {
        return token != null || maxStalenessNanos > 0;
    }
}
