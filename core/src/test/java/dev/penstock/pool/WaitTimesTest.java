package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitTimesTest {
    private final WaitTimes waits = new WaitTimes();
    private final long[] empty = waits.snapshot();

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 8, 1_000, 999_999, 1_000_000, 123_456_789, 60_000_000_000L})
    void a_wait_is_told_to_an_eighth_and_never_too_short(long nanos) {
        waits.add(nanos);
        double told = WaitTimes.p99Millis(empty, waits.snapshot(), 1) * 1e6;

        // Nobody waits for less than eight nanoseconds.
        double least = Math.max(nanos, 8);
        assertThat(told).isBetween(least, least * 1.125);
    }

    @Test
    void one_in_a_hundred_is_counted_among_all_borrows_and_not_among_those_that_waited() {
        for (int i = 0; i < 10; i++) {
            waits.add(5_000_000);
        }
        assertThat(WaitTimes.p99Millis(empty, waits.snapshot(), 2000)).isZero();
        assertThat(WaitTimes.p99Millis(empty, waits.snapshot(), 1000)).isZero();
        assertThat(WaitTimes.p99Millis(empty, waits.snapshot(), 900)).isCloseTo(5, offset(0.7));
    }

    @Test
    void only_what_lies_between_two_snapshots_counts() {
        waits.add(50_000_000);
        long[] before = waits.snapshot();
        waits.add(1_000_000);
        assertThat(WaitTimes.p99Millis(before, waits.snapshot(), 1)).isCloseTo(1, offset(0.2));
        assertThat(WaitTimes.p99Millis(before, before, 0)).isZero();
    }
}
