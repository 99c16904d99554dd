package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LS0tLS1CRUdJTiBBLS0tLS0KQVFJRAotLS0tLUVORCBBLS0tLS0K",
                "LS0tLS1CRUdJTiBBLS0tLS0K\nQVFJRAotLS0tLUVORCBBLS0tLS0K\n",
                "\uFEFFLS0tLS1CRUdJTiBBLS0tLS0KQVFJRAotLS0tLUVORCBBLS0tLS0K",
                "-----BEGIN A-----\\nAQID\\n-----END A-----\\n",
                "-----BEGIN A-----\\r\\nAQ\\r\\nID\\r\\n-----END A-----",
                "\uFEFF-----BEGIN A-----\nAQID\n-----END A-----",
                "-----BEGIN A----- AQ ID -----END A-----"
            })
    void what_was_put_into_one_variable_is_read(String text) {
        assertThat(Pem.isPem(text)).isTrue();
        assertThat(Pem.parse(text)).singleElement().satisfies(block -> {
            assertThat(block.label()).isEqualTo("A");
            assertThat(block.der()).containsExactly(1, 2, 3);
        });
        assertThat(Pem.parse(text.getBytes(StandardCharsets.UTF_8))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2", "AQID", "bm8gUEVNIGF0IGFsbCwgYnV0IGxvbmcgZW5vdWdo", "/etc/ssl/certs/ca.pem", ""})
    void a_path_and_other_Base64_are_no_PEM(String text) {
        assertThat(Pem.isPem(text)).isFalse();
    }

    @Test
    void a_file_of_dashes_ends_nothing() {
        assertThat(Pem.parse("-----BEGIN A-----" + "-a".repeat(2_000_000))).isEmpty();
    }
}
