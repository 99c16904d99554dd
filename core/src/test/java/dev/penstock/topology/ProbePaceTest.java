package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.observe.NodeState;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbePaceTest {
    @ParameterizedTest
    @CsvSource({
        "UP, 0, false, 0, 1000",
        "UP, 0, false, 1, 800",
        "UP, 0, true, 0, 100",
        "SUSPECT, 0, true, 0, 100",
        "FENCED, 0, false, 0, 1000",
        "UNKNOWN, 0, true, 1, 80",
        "DOWN, 0, true, 0, 100",
        "DOWN, 1000, false, 0, 100",
        "DOWN, 12800, false, 0, 200",
        "DOWN, 12800, true, 0, 200",
        "DOWN, 64000, false, 0, 1000",
        "DOWN, 3600000, false, 0, 10000"
    })
    void a_pause_follows_the_state_and_the_length_of_the_outage(
            NodeState state, long downMillis, boolean panic, double random, long millis) {
        assertThat(ProbePace.pause(state, Duration.ofMillis(downMillis), panic, random))
                .isEqualTo(Duration.ofMillis(millis));
    }
}
