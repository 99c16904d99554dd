package dev.penstock.testkit.history;

/**
 * A stretch of time, in nanoseconds since the history began.
 *
 * @param untilNanos {@link Long#MAX_VALUE} when it has not ended
 */
public record Span(long fromNanos, long untilNanos) {
    /** Whether some moment from {@code from} to {@code until} is within this span, prolonged by {@code more}. */
    boolean meets(long from, long until, long more) {
        long end = untilNanos > Long.MAX_VALUE - more ? Long.MAX_VALUE : untilNanos + more;
        return fromNanos <= until && from <= end;
    }
}
