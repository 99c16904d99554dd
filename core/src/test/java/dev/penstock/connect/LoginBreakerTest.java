package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.Credentials;
import dev.penstock.secret.Secret;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoginBreakerTest {
    private static final Credentials WRONG = new Credentials(null, Secret.of("wrong"));
    private static final SQLException REFUSAL = new SQLException("refused", "28P01");

    private long now;
    private final LoginBreaker breaker = new LoginBreaker(() -> now);

    @Test
    void a_refusal_is_repeated_without_asking_the_server_again() {
        breaker.refused(WRONG, REFUSAL);
        assertThat((Throwable) breaker.holdsBack(WRONG)).isSameAs(REFUSAL);
    }

    @Test
    void another_password_is_tried_at_once() {
        breaker.refused(WRONG, REFUSAL);
        assertThat((Throwable) breaker.holdsBack(new Credentials(null, Secret.of("new"))))
                .isNull();
        assertThat((Throwable) breaker.holdsBack(new Credentials("other", Secret.of("wrong"))))
                .isNull();
    }

    @Test
    void the_pauses_grow_and_then_stay() {
        List<Long> asked = new ArrayList<>();
        breaker.refused(WRONG, REFUSAL);
        for (int second = 0; second < 60; second++) {
            now = Duration.ofSeconds(second).toNanos();
            if (breaker.holdsBack(WRONG) == null) {
                asked.add((long) second);
                breaker.refused(WRONG, REFUSAL);
            }
        }
        assertThat(asked).containsExactly(1L, 3L, 7L, 15L, 30L, 45L);
    }

    @Test
    void after_the_pause_one_caller_asks_and_the_others_go_on_hearing_the_last_answer() {
        breaker.refused(WRONG, REFUSAL);
        now = Duration.ofSeconds(1).toNanos();
        assertThat((Throwable) breaker.holdsBack(WRONG)).isNull();
        assertThat((Throwable) breaker.holdsBack(WRONG)).isSameAs(REFUSAL);
    }

    @Test
    void an_accepted_login_forgets_everything() {
        breaker.refused(WRONG, REFUSAL);
        breaker.accepted();
        assertThat((Throwable) breaker.holdsBack(WRONG)).isNull();
    }
}
