package dev.penstock.config;

import java.time.Duration;
import java.util.Optional;

/** The deadline of one call. */
final class Deadlines {
    private Deadlines() {}

    static void check(Optional<Duration> deadline) {
        if (deadline.isPresent()
                && (deadline.get().isNegative() || deadline.get().isZero())) {
            throw new IllegalArgumentException("a deadline must be positive, not " + deadline.get());
        }
    }
}
