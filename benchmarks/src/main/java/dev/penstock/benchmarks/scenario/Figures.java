package dev.penstock.benchmarks.scenario;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Quantiles of times in nanoseconds. */
record Figures(long[] sorted) {
    static Figures of(List<Long> nanos) {
        return new Figures(nanos.stream().mapToLong(Long::longValue).sorted().toArray());
    }

    static Figures of(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Figures(sorted);
    }

    int count() {
        return sorted.length;
    }

    /** In milliseconds; the greatest value that at most this share of all is above. NaN when there is none. */
    double millis(double quantile) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int index = (int) Math.ceil(quantile * sorted.length) - 1;
        return sorted[Math.max(0, index)] / 1e6;
    }

    String p50p95max() {
        return String.format(Locale.ROOT, "p50 %8.1f  p95 %8.1f  max %8.1f ms", millis(0.5), millis(0.95), millis(1));
    }

    String tail() {
        return String.format(
                Locale.ROOT, "p50 %6.2f  p99.9 %7.2f  max %8.2f ms", millis(0.5), millis(0.999), millis(1));
    }
}
