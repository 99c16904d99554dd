package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LsnHistoryTest {
    private static final long SECOND = 1_000_000_000L;

    private final LsnHistory history = new LsnHistory();

    @Test
    void an_idle_primary_makes_no_lag_however_long_it_idles() {
        history.add(1, 0, 100);
        history.add(1, 60 * SECOND, 100);
        assertThat(history.lagNanos(100, 60 * SECOND)).isZero();
        assertThat(history.lagBytes(100)).isZero();
    }

    @Test
    void the_first_write_after_a_long_pause_is_no_lag_of_the_length_of_the_pause() {
        history.add(1, 0, 100);
        history.add(1, 60 * SECOND, 276);
        assertThat(history.lagNanos(100, 60 * SECOND)).isZero();
        assertThat(history.lagNanos(100, 61 * SECOND)).isEqualTo(SECOND);
    }

    @Test
    void lag_is_the_time_since_the_primary_first_passed_the_replayed_position() {
        history.add(1, 1 * SECOND, 100);
        history.add(1, 2 * SECOND, 200);
        history.add(1, 3 * SECOND, 300);
        assertThat(history.lagNanos(100, 4 * SECOND)).isEqualTo(2 * SECOND);
        assertThat(history.lagNanos(250, 4 * SECOND)).isEqualTo(SECOND);
        assertThat(history.lagNanos(300, 4 * SECOND)).isZero();
        assertThat(history.lagBytes(100)).isEqualTo(200);
    }

    @Test
    void an_answer_from_before_the_primary_moved_on_is_no_lag() {
        history.add(1, 5 * SECOND, 500);
        assertThat(history.lagNanos(400, 4 * SECOND)).isZero();
    }

    @Test
    void a_new_timeline_starts_a_new_history() {
        history.add(1, 0, 900);
        history.add(2, SECOND, 500);
        assertThat(history.lagNanos(400, 3 * SECOND)).isEqualTo(2 * SECOND);
        assertThat(history.lagBytes(900)).isZero();
    }

    @Test
    void a_long_history_keeps_the_age_of_the_oldest_position() {
        for (int i = 0; i < 5_000; i++) {
            history.add(1, i * SECOND, 1 + i);
        }
        assertThat(history.lagNanos(0, 5_000 * SECOND)).isEqualTo(5_000 * SECOND);
        assertThat(history.lagNanos(4_999, 5_000 * SECOND)).isEqualTo(SECOND);
    }
}
