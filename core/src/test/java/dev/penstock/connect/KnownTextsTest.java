package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KnownTextsTest {
    private final KnownTexts known = new KnownTexts();

    @Test
    void a_text_is_known_by_its_words_and_not_by_its_instance() {
        assertThat(known.contains("select 1")).isFalse();
        known.add("select 1");
        assertThat(known.contains(new StringBuilder("select ").append(1).toString()))
                .isTrue();
        assertThat(known.contains("select 2")).isFalse();
    }

    @Test
    void a_text_that_falls_on_the_place_of_another_is_not_taken_for_it() {
        assertThat("Aa").hasSameHashCodeAs("BB");
        known.add("Aa");
        assertThat(known.contains("BB")).isFalse();
        known.add("BB");
        assertThat(known.contains("BB")).isTrue();
        assertThat(known.contains("Aa")).isFalse();
    }

    @Test
    void a_text_too_long_to_come_again_is_not_kept() {
        String bulk = "insert into t values " + "(1), ".repeat(5000);
        known.add(bulk);
        assertThat(known.contains(bulk)).isFalse();
    }
}
