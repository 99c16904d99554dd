package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.config.SessionToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PositionTest {
    @Test
    void of_two_places_in_one_history_the_further_one_counts_with_what_either_knows_of_its_origin() {
        SessionToken known = new SessionToken("7", 2, 100, 5);
        SessionToken further = new SessionToken("7", 2, 200);
        assertThat(Position.further(known, further))
                .isEqualTo(Position.further(further, known))
                .isEqualTo(new SessionToken("7", 2, 200, 5));
        assertThat(Position.further(known, new SessionToken("7", 2, 99))).isSameAs(known);
    }

    private static final Position HERE = new Position(new SessionToken("7", 2, 100), "server", 0);

    @ParameterizedTest
    @CsvSource({"7,2,99,true", "7,2,100,true", "7,2,101,false", "7,1,50,false", "7,3,50,false", "8,2,50,false"})
    void a_position_includes_what_lies_before_it_in_its_own_history(
            String cluster, int timeline, long position, boolean expected) {
        assertThat(HERE.includes(new SessionToken(cluster, timeline, position))).isEqualTo(expected);
    }
}
