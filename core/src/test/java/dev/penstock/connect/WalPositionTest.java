package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WalPositionTest {
    private static final int PAGE = 8192;
    private static final long SEGMENT = 16 * 1024 * 1024;

    @ParameterizedTest(name = "segment {0}, page {1}, offset {2}: {3}")
    @CsvSource({
        // A place within a page, and the end of one.
        "0, 5, 4096, 4096",
        "3, 0, 8184, 8184",
        "0, 6, 0, 0",
        // Behind the header of a page with nothing after it, so that no replica gets there.
        "0, 5, 24, 0",
        "7, 2047, 24, 0",
        // The first page of a segment has a longer header.
        "1, 0, 40, 0",
        "1, 0, 24, 24",
        // On any other page that is the end of a record that was continued there.
        "0, 5, 40, 40",
    })
    void a_position_behind_a_header_is_the_end_of_the_page_before(long segment, long page, long offset, long expected) {
        long start = segment * SEGMENT + page * PAGE;
        assertThat(WalPosition.reachable(start + offset, PAGE, SEGMENT)).isEqualTo(start + expected);
    }
}
