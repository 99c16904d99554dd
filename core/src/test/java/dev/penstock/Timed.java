package dev.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

/**
 * How one call ended, and after how long.
 *
 * @param error empty when it succeeded
 */
public record Timed(Optional<SQLException> error, Duration took) {
    /** What is timed. */
    @FunctionalInterface
    public interface Call {
        void run() throws SQLException;
    }

    public static Timed call(Call call) {
        long begun = System.nanoTime();
        Optional<SQLException> error = Optional.empty();
        try {
            call.run();
        } catch (SQLException e) {
            error = Optional.of(e);
        }
        return new Timed(error, Duration.ofNanos(System.nanoTime() - begun));
    }

    /** The same on a thread of {@code threads}. */
    public static CompletableFuture<Timed> begin(ExecutorService threads, Call call) {
        return CompletableFuture.supplyAsync(() -> call(call), threads);
    }

    /** Asserts that it succeeded, and within {@code limit}. */
    public void succeededWithin(Duration limit) {
        assertThat(error).isEmpty();
        assertThat(took).isLessThan(limit);
    }

    /** Asserts that it failed with one of {@code states} (a regular expression), and within {@code limit}. */
    public SQLException failedWithin(Duration limit, String states) {
        assertThat(error).as("it succeeded after " + took).isPresent();
        SQLException failure = error.orElseThrow();
        assertThat(failure.getSQLState()).as(failure.toString()).matches(states);
        assertThat(took).isLessThan(limit);
        return failure;
    }
}
