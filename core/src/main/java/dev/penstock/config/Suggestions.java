package dev.penstock.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** "Did you mean": the known word nearest to a mistyped one. */
final class Suggestions {
    private static final int FARTHEST = 3;

    private Suggestions() {}

    /** {@code Did you mean 'sslmode'?}, or the fallback when nothing known is near. */
    static String didYouMean(String given, Collection<String> known, String fallback) {
        return nearest(given, known).map(word -> "Did you mean '" + word + "'?").orElse(fallback);
    }

    /** The known word nearest to the given one; empty when none is near. */
    static Optional<String> nearest(String given, Collection<String> known) {
        String folded = fold(given);
        // A third of the word may be wrong: more, and the suggestion would be a guess.
        int limit = Math.min(FARTHEST, Math.max(1, folded.length() / 3));
        return known.stream()
                .filter(word -> distance(folded, fold(word)) <= limit)
                .min(Comparator.comparingInt((String word) -> distance(folded, fold(word)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code SSL-Mode}, {@code sslMode} and {@code ssl_mode} are the same slip. */
    static String fold(String word) {
        return word.toLowerCase(Locale.ROOT).replaceAll("[-_. ]", "");
    }

    /** Levenshtein's distance; the words are short. */
    static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > FARTHEST) {
            return FARTHEST + 1;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
