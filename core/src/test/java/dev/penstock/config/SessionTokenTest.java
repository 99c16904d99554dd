package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTokenTest {
    private static final SessionToken TOKEN = new SessionToken("7412345678901234567", 3, 0x1_A2B3_C4D5L);

    @Test
    void a_token_survives_being_written_and_read() {
        assertThat(TOKEN.encode())
                .isEqualTo("1.7412345678901234567.3.1a2b3c4d5")
                .hasSizeLessThanOrEqualTo(48);
        assertThat(SessionToken.parse(TOKEN.encode())).isEqualTo(TOKEN);
        SessionToken largest = new SessionToken("18446744073709551615", Integer.MAX_VALUE, Long.MAX_VALUE);
        assertThat(SessionToken.parse(largest.encode())).isEqualTo(largest);
        assertThat(largest.encode()).hasSizeLessThanOrEqualTo(48).matches("[0-9a-f.]+");
    }

    @Test
    void a_token_with_an_origin_is_of_version_2_and_survives_as_well() {
        SessionToken token = new SessionToken("7412345678901234567", 3, 0x1_A2B3_C4D5L, 0x6412_AB34_CD56EL);
        assertThat(token.encode()).isEqualTo("2.7412345678901234567.3.1a2b3c4d5.6412ab34cd56e");
        assertThat(SessionToken.parse(token.encode())).isEqualTo(token);
        SessionToken largest =
                new SessionToken("18446744073709551615", Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(SessionToken.parse(largest.encode())).isEqualTo(largest);
        assertThat(largest.encode()).hasSizeLessThanOrEqualTo(65).matches("[0-9a-f.]+");
    }

    @Test
    void a_token_of_version_1_is_still_read_and_knows_no_origin() {
        assertThat(SessionToken.parse("1.7412345678901234567.3.1a2b3c4d5").origin())
                .isZero();
    }

    @Test
    void two_origins_that_are_known_and_differ_are_two_histories() {
        SessionToken one = new SessionToken("7", 2, 100, 5);
        assertThat(one.isOfSameHistory(new SessionToken("7", 2, 1, 5))).isTrue();
        assertThat(one.isOfSameHistory(new SessionToken("7", 2, 100, 6))).isFalse();
        assertThat(one.isOfSameHistory(new SessionToken("7", 2, 100))).isTrue();
        assertThat(new SessionToken("7", 2, 100).isOfSameHistory(one)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "2.7412345678901234567.3.1a",
                "2.7412345678901234567.3.1a.0",
                "2.7412345678901234567.3.1a.ffffffffffffffff",
                "2.7412345678901234567.3.1a.12345678901234567",
                "1.7412345678901234567.3.1a.1",
                "3.7412345678901234567.3.1a.1",
                "1.7412345678901234567.3",
                "1.7412345678901234567.3.",
                "1.07.3.1a",
                "1.7412345678901234567.0.1a",
                "1.7412345678901234567.ffffffff.1a",
                "1.7412345678901234567.3.ffffffffffffffff",
                "1.7412345678901234567.3.1A",
                "1.7412345678901234567.3.1a\n",
                " 1.7412345678901234567.3.1a",
                "1.7412345678901234567.3.1a; drop table visits",
                "1.٧.3.1a"
            })
    void what_is_no_token_is_refused_without_being_shown(String hostile) {
        assertThatThrownBy(() -> SessionToken.parse(hostile))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("drop table");
    }

    @Test
    void a_text_of_any_length_is_refused_at_once() {
        assertThatThrownBy(() -> SessionToken.parse("1.".repeat(1_000_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .hasSizeLessThan(200);
    }

    @Test
    void positions_of_another_timeline_or_cluster_are_of_another_history() {
        assertThat(TOKEN.isOfSameHistory(new SessionToken(TOKEN.systemIdentifier(), 3, 1)))
                .isTrue();
        assertThat(TOKEN.isOfSameHistory(new SessionToken(TOKEN.systemIdentifier(), 4, TOKEN.position())))
                .isFalse();
        assertThat(TOKEN.isOfSameHistory(new SessionToken("8", 3, TOKEN.position())))
                .isFalse();
    }
}
