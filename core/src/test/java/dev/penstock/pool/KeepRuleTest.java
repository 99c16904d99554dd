package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.connect.Purpose;
import dev.penstock.pool.KeepRule.Pool;
import dev.penstock.pool.KeepRule.Surplus;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a node's connections stays, second by second, without a server. */
class KeepRuleTest {
    private static final int SIZE = 10;
    private static final int WINDOW = 60;
    private static final Surplus NONE = new Surplus(0, 0);

    private final KeepRule rule = sized();

    private Surplus at(int second, int inUse, Pool writes, Pool reads) {
        return rule.look(Duration.ofSeconds(second).toNanos(), inUse, writes, reads);
    }

    private static Pool pool(int open, int idle, int lent) {
        return new Pool(open, idle, lent);
    }

    @ParameterizedTest(name = "{0} writes of {1} idle, {2} reads of {3} idle, {4} at once: {5} and {6}")
    @CsvSource({
        // open, idle, open, idle, in use at once, closed
        "10, 10,  0,  0,  3,  0, 0",
        " 3,  3,  2,  2,  1,  0, 0",
        "14, 14,  0,  0, 12,  2, 0",
        "14, 14,  0,  0, 14,  0, 0",
        "30, 30,  0,  0,  3, 20, 0",
        // Busy ones are not closed, whatever is beyond what is kept.
        "30,  0,  0,  0,  3,  0, 0",
        "30,  5,  0,  0,  3,  5, 0",
        // Both pools count together, and the one with more idle connections gives.
        "10, 10, 10, 10, 12,  4, 4",
        "10, 10, 10,  2, 12,  8, 0",
        "10,  2, 10, 10, 12,  0, 8",
        " 6,  6,  6,  5, 10,  2, 0",
        " 6,  6,  6,  6, 11,  1, 0"
    })
    void what_is_idle_beyond_the_size_and_what_was_in_use_at_once_is_closed(
            int writes, int idleWrites, int reads, int idleReads, int atOnce, int fromWrites, int fromReads) {
        assertThat(at(0, atOnce, pool(writes, idleWrites, 1), pool(reads, idleReads, 1)))
                .isEqualTo(new Surplus(fromWrites, fromReads));
    }

    @Test
    void the_most_in_use_at_once_counts_for_idle_timeout_and_not_longer() {
        at(0, 25, pool(25, 0, 25), Pool.NONE);
        for (int second = 1; second < WINDOW; second++) {
            assertThat(at(second, 3, pool(25, 25, 25 + second), Pool.NONE))
                    .as("second %d", second)
                    .isEqualTo(NONE);
        }
        assertThat(at(WINDOW, 3, pool(25, 25, 99), Pool.NONE)).isEqualTo(new Surplus(15, 0));
    }

    @Test
    void a_lower_peak_that_came_later_counts_when_the_higher_one_is_over() {
        at(0, 25, pool(25, 25, 1), Pool.NONE);
        at(30, 17, pool(25, 25, 2), Pool.NONE);
        at(40, 12, pool(25, 25, 3), Pool.NONE);
        assertThat(at(60, 1, pool(25, 25, 4), Pool.NONE)).isEqualTo(new Surplus(8, 0));
        assertThat(at(90, 1, pool(17, 17, 5), Pool.NONE)).isEqualTo(new Surplus(5, 0));
        assertThat(at(100, 1, pool(12, 12, 6), Pool.NONE)).isEqualTo(new Surplus(2, 0));
    }

    @Test
    void a_pool_that_lent_nothing_for_idle_timeout_while_its_sibling_lent_keeps_none() {
        for (int second = 0; second < WINDOW; second++) {
            assertThat(at(second, 1, pool(5, 5, second), pool(5, 5, 5)))
                    .as("second %d", second)
                    .isEqualTo(NONE);
        }
        assertThat(at(WINDOW, 1, pool(5, 5, WINDOW), pool(5, 5, 5))).isEqualTo(new Surplus(0, 5));
        assertThat(rule.misses(Purpose.READ, 5)).isFalse();
        assertThat(rule.misses(Purpose.WRITE, 5)).isTrue();
        assertThat(at(WINDOW + 1, 1, pool(5, 4, WINDOW), pool(1, 0, 6))).isEqualTo(NONE);
        assertThat(rule.misses(Purpose.READ, 5)).isTrue();
    }

    @Test
    void both_pools_keep_what_they_have_while_neither_lends() {
        for (int second = 0; second < 3 * WINDOW; second++) {
            assertThat(at(second, 0, pool(5, 5, 5), pool(5, 5, 5)))
                    .as("second %d", second)
                    .isEqualTo(NONE);
        }
    }

    @Test
    void a_pool_whose_connection_is_held_for_long_is_one_that_lends() {
        for (int second = 0; second < 3 * WINDOW; second++) {
            assertThat(at(second, 2, pool(5, 5, second), pool(5, 4, 5)))
                    .as("second %d", second)
                    .isEqualTo(NONE);
        }
    }

    @Test
    void a_connection_is_missed_while_less_than_what_is_kept_is_open() {
        at(0, 14, pool(14, 14, 1), Pool.NONE);
        assertThat(rule.misses(Purpose.WRITE, 13)).isTrue();
        assertThat(rule.misses(Purpose.WRITE, 14)).isFalse();
        at(WINDOW, 2, pool(14, 14, 2), Pool.NONE);
        assertThat(rule.misses(Purpose.WRITE, 10)).isFalse();
        assertThat(rule.misses(Purpose.WRITE, 9)).isTrue();
    }

    @Test
    void whatever_was_in_use_the_rule_agrees_with_one_that_remembers_every_second() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int[] atOnce = new int[2000];
        for (int second = 0; second < atOnce.length; second++) {
            atOnce[second] = (int) Math.abs(random.nextGaussian() * 12);
            int peak = SIZE;
            for (int earlier = Math.max(0, second - WINDOW + 1); earlier <= second; earlier++) {
                peak = Math.max(peak, atOnce[earlier]);
            }
            assertThat(at(second, atOnce[second], pool(100, 100, second), Pool.NONE))
                    .as("second %d, seed %d", second, seed)
                    .isEqualTo(new Surplus(100 - peak, 0));
        }
    }

    private static KeepRule sized() {
        KeepRule rule = new KeepRule(Duration.ofSeconds(WINDOW));
        rule.size(SIZE);
        return rule;
    }
}
