package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoginTimesTest {
    private final LoginTimes logins = new LoginTimes();

    private Duration after(int... millis) {
        for (int one : millis) {
            logins.add(Duration.ofMillis(one).toNanos());
        }
        return logins.shortest();
    }

    @Test
    void nothing_is_known_before_the_first_login() {
        assertThat(after()).isZero();
    }

    @Test
    void three_slow_logins_among_fast_ones_say_nothing_of_the_server() {
        assertThat(after(9000, 20, 9000, 9000, 9000)).isEqualTo(Duration.ofMillis(20));
    }

    @Test
    void a_server_that_has_moved_far_away_is_known_as_that_after_four_logins() {
        assertThat(after(20, 2100, 2200, 2300, 2400)).isEqualTo(Duration.ofMillis(2100));
    }
}
