package dev.penstock.sizing;

import java.util.OptionalInt;

/**
 * How many processes share the servers. Immutable.
 *
 * @param instances that run all the time, as declared; empty when nobody said: then one is counted, and nothing is refused
 * @param deploySurge instances that run besides while a deploy replaces them; counted only with declared instances
 */
public record Fleet(OptionalInt instances, int deploySurge) {
    /** Nobody said how many there are. */
    public static Fleet undeclared() {
        return new Fleet(OptionalInt.empty(), 0);
    }

    public boolean isDeclared() {
        return instances.isPresent();
    }

    /** Instances at the worst moment of a deploy. */
    public int atMost() {
        return instances.isPresent() ? instances.getAsInt() + deploySurge : 1;
    }

    Fleet plus(int more) {
        return new Fleet(more == 0 ? instances : OptionalInt.of(instances.orElse(1) + more), deploySurge);
    }

    /** {@code 4 instances and 1 more during a deploy}. */
    @Override
    public String toString() {
        if (!isDeclared()) {
            return "1 instance (instances is not declared)";
        }
        String running = instances.getAsInt() == 1 ? "1 instance" : instances.getAsInt() + " instances";
        return deploySurge == 0 ? running : running + " and " + deploySurge + " more during a deploy";
    }
}
