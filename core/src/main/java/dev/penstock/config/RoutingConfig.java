package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;

/** Which part the primary plays for reads. Immutable, equal by value. */
public final class RoutingConfig extends Section {
    RoutingConfig(Builder builder) {
        super(builder);
    }

    /** Returns the section with every value at its default: the primary serves reads when no replica can, and only then. */
    public static RoutingConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with every value at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts from these values. */
    public Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns where a read goes that no replica can serve; to the primary by default. */
    public OnNoReplica onNoReplica() {
        return value(Key.ON_NO_REPLICA);
    }

    /**
     * Returns how much of the reads the primary takes beside its replicas, 0 to 1: 0, the default, leaves it to writes as long as there is a replica,
     * and 1 makes it as good a reader as each of them.
     */
    public double primaryReadWeight() {
        return value(Key.PRIMARY_READ_WEIGHT);
    }

    /** Collects the values of a {@link RoutingConfig}, each documented there. No setter throws. Not thread-safe. */
    public static final class Builder extends Section.Builder<Builder> {
        private Builder() {
            super("routing");
        }

        /** Sets {@link RoutingConfig#onNoReplica()}. */
        public Builder onNoReplica(OnNoReplica answer) {
            return set(Key.ON_NO_REPLICA, answer);
        }

        /** Sets {@link RoutingConfig#primaryReadWeight()}. */
        public Builder primaryReadWeight(double weight) {
            return set(Key.PRIMARY_READ_WEIGHT, weight);
        }

        /** @throws InvalidConfigException when the weight is not between 0 and 1 */
        public RoutingConfig build() {
            return judged(new RoutingConfig(this));
        }
    }
}
