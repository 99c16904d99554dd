package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PemTest {
    @Test
    void blocks_are_found_in_order_between_any_text() {
        String text = "Bag Attributes\n-----BEGIN A-----\nAQID\n-----END A-----\ntext - - -----\r\n"
                + "-----BEGIN B KEY-----\r\nBAUG\r\n-----END B KEY-----";
        assertThat(Pem.parse(text)).extracting(Pem::label).containsExactly("A", "B KEY");
        assertThat(Pem.parse(text).get(1).der()).containsExactly(4, 5, 6);
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "no block",
        "-----BEGIN A",
        "-----BEGIN A-----",
        "-----BEGIN A-----AQID-----END B-----",
        "-----END A-----"
    })
    void what_is_not_a_whole_block_is_none(String text) {
        assertThat(Pem.parse(text)).isEmpty();
    }

    @Test
    void a_damaged_block_has_no_bytes() {
        assertThat(Pem.parse("-----BEGIN A-----\nAQIDB\n-----END A-----").get(0).der())
                .isEmpty();
    }

    @Test
    void a_file_of_dashes_ends_nothing() {
        assertThat(Pem.parse("-----BEGIN A-----" + "-a".repeat(2_000_000))).isEmpty();
    }
}
