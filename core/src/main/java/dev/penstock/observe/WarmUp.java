package dev.penstock.observe;

import java.time.Duration;
import java.util.Optional;

/**
 * How warming up one pool went. Immutable.
 *
 * @param node the node's logical name
 * @param purpose {@code read} or {@code write}
 * @param wanted connections that were asked for
 * @param opened connections that were open together at the end
 * @param took from the first request to the last answer
 * @param failure why there are fewer than wanted; empty when there are not
 */
public record WarmUp(String node, String purpose, int wanted, int opened, Duration took, Optional<String> failure) {
    @Override
    public String toString() {
        return node + " " + purpose + ": " + opened + " of " + wanted + " connections in " + took.toMillis() + " ms"
                + failure.map(reason -> " (" + reason + ")").orElse("");
    }
}
