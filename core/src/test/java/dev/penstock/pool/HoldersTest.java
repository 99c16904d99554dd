package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.connect.Holder;
import dev.penstock.connect.Purpose;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a caller is told who got no connection because others have them. */
class HoldersTest {
    private static final long ME = Thread.currentThread().getId();
    private static final long NOW = -5;

    private static Holder unmeasured(String thread, long number) {
        return new Holder(thread, number, Purpose.WRITE, 0);
    }

    private static Holder measured(String thread, long number, Duration held) {
        return new Holder(thread, number, Purpose.READ, NOW - held.toNanos());
    }

    private static Holders of(Holder... holders) {
        return Holders.of(Arrays.asList(holders), NOW);
    }

    @Test
    void the_callers_own_come_first_then_those_that_hold_theirs_for_the_longest() {
        assertThat(of(
                        unmeasured("b", ME + 2),
                        measured("short", ME + 3, Duration.ofMillis(12)),
                        unmeasured("me", ME),
                        unmeasured("a", ME + 1),
                        measured("long", ME + 4, Duration.ofSeconds(31))))
                .hasToString(String.format(
                        "me #%d (write), long #%d (read, 31 s), short #%d (read, 12 ms), a #%d (write), b #%d (write)",
                        ME, ME + 4, ME + 3, ME + 1, ME + 2));
    }

    @Test
    void five_are_named_and_the_others_counted() {
        Holders seven = Holders.of(
                LongStream.rangeClosed(1, 7)
                        .mapToObj(i -> unmeasured("w", ME + i))
                        .toList(),
                NOW);
        assertThat(seven.count()).isEqualTo(7);
        assertThat(seven.toString())
                .contains("w #" + (ME + 5) + " (write) and 2 more")
                .doesNotContain("#" + (ME + 6));
    }

    @Test
    void who_holds_nothing_is_told_the_usual_remedy() {
        assertThat(of(unmeasured("a", ME + 1)).told("8", "Raise it."))
                .isEqualTo("1 of 8 in use: a #" + (ME + 1) + " (write). Raise it.");
    }

    @Test
    void when_all_came_back_meanwhile_the_remedy_stands_alone() {
        assertThat(of().told("8", "Raise it.")).isEqualTo("Raise it.");
    }

    @Test
    void a_nested_use_is_named_as_such_and_when_others_hold_some_too_the_usual_remedy_stays() {
        String nested = "use the outer call's connection in the inner call, or make the inner call after it.";
        assertThat(of(unmeasured("me", ME), unmeasured("me", ME)).told("2", "Raise it."))
                .endsWith("This thread borrowed 2 of them and has not returned them: " + nested);
        assertThat(of(unmeasured("me", ME), unmeasured("a", ME + 1)).told("2", "Raise it."))
                .endsWith("This thread borrowed one of them and has not returned it: " + nested
                        + " Otherwise: Raise it.");
    }

    @ParameterizedTest
    @CsvSource({
        "'', unnamed thread",
        "'GET /a\nlevel=ERROR', GET /a?level=ERROR",
        "'\u202eevil', ?evil",
        "http-nio-8080-exec-3, http-nio-8080-exec-3"
    })
    void a_name_is_one_line_of_plain_text(String name, String told) {
        assertThat(of(unmeasured(name, ME + 1))).hasToString(told + " #" + (ME + 1) + " (write)");
    }

    @Test
    void a_name_that_is_a_text_is_cut() {
        assertThat(of(unmeasured("x".repeat(500), ME + 1))).hasToString("x".repeat(60) + "… #" + (ME + 1) + " (write)");
        assertThat(of(unmeasured("x".repeat(59) + "😀", ME + 1)).toString()).startsWith("x".repeat(59) + "?…");
    }

    @Test
    void those_of_reads_alone_can_be_told() {
        Holders both = of(unmeasured("w", ME + 1), measured("r", ME + 2, Duration.ofSeconds(3)));
        assertThat(both.ofReads()).hasToString("r #" + (ME + 2) + " (read, 3000 ms)");
        assertThat(List.of(both.count(), both.ofReads().count())).containsExactly(2, 1);
    }
}
