package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TicksTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void time_is_exact_and_no_thread_runs_while_there_is_little_to_measure() {
        try (Ticks ticks = new Ticks()) {
            for (int i = 0; i < Ticks.MANY / 2; i++) {
                long before = System.nanoTime();
                assertThat(ticks.now()).isBetween(before - 1, System.nanoTime() + 1);
            }
            assertThat(ticks.isTicking()).isFalse();
        }
    }

    @Test
    void time_passes_in_ticks_while_there_is_much_to_measure_and_not_for_longer() {
        try (Ticks ticks = new Ticks()) {
            await().atMost(SOON).until(() -> {
                readOften(ticks);
                return ticks.isTicking();
            });
            long told = ticks.now();
            assertThat(System.nanoTime() - told).isLessThan(TimeUnit.SECONDS.toNanos(5));
            await().atMost(SOON).until(() -> ticks.now() != told);
            await().atMost(SOON).until(() -> !ticks.isTicking());
        }
    }

    /** What many short times come to is what has passed, whichever way each was told. */
    @Test
    void the_sum_of_times_that_are_shorter_than_a_tick_is_right() {
        try (Ticks ticks = new Ticks()) {
            long begun = System.nanoTime();
            long sum = 0;
            long end = begun + TimeUnit.MILLISECONDS.toNanos(1500);
            long last = ticks.now();
            while (System.nanoTime() < end) {
                long now = ticks.now();
                sum += now - last;
                last = now;
            }
            assertThat((double) sum).isBetween(0.8e9, 1.9e9);
        }
    }

    @Test
    void a_closed_one_ticks_no_more() {
        Ticks ticks = new Ticks();
        readOften(ticks);
        ticks.close();
        await().atMost(SOON).until(() -> !ticks.isTicking());
        readOften(ticks);
        assertThat(ticks.isTicking()).isFalse();
    }

    private static void readOften(Ticks ticks) {
        for (int i = 0; i < 4 * Ticks.MANY; i++) {
            long unused = ticks.now();
        }
    }
}
