package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.Objects;

/**
 * Which part the primary plays for reads. Immutable.
 *
 * @param onNoReplica where a read goes that no replica can serve; to the primary by default
 * @param primaryReadWeight how much of the reads the primary takes beside its replicas, 0 to 1: 0, the default, leaves it to
 *     writes as long as there is a replica, and 1 makes it as good a reader as each of them
 */
public record RoutingConfig(OnNoReplica onNoReplica, double primaryReadWeight) {
    private static final RoutingConfig DEFAULTS = new RoutingConfig(OnNoReplica.PRIMARY, 0);

    /** @throws InvalidConfigException when the weight is not between 0 and 1 */
    public RoutingConfig {
        Objects.requireNonNull(onNoReplica, "onNoReplica");
        if (!(primaryReadWeight >= 0 && primaryReadWeight <= 1)) {
            throw new InvalidConfigException(new Violation(
                    "primaryReadWeight",
                    "OUT_OF_RANGE",
                    String.valueOf(primaryReadWeight),
                    "must be 0 to 1",
                    Violation.IN_CODE,
                    "0 leaves the primary to writes, 1 makes it as good a reader as a replica."));
        }
    }

    /** The primary serves reads when no replica can, and only then. */
    public static RoutingConfig defaults() {
        return DEFAULTS;
    }
}
