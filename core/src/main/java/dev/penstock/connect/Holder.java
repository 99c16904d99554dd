package dev.penstock.connect;

import java.time.Duration;

/**
 * A thread that has borrowed a pooled session and has not returned it, for messages: its name and number, and not the thread itself, which would
 * keep it and its class loaders alive. Immutable.
 *
 * @param thread the thread's name when it borrowed; names repeat, and those of virtual threads are mostly empty
 * @param number the thread's number, which a thread dump shows behind {@code #}
 * @param purpose what the session is for
 * @param since when it was borrowed, by {@link System#nanoTime()}; 0 when nobody measured that
 */
public record Holder(String thread, long number, Purpose purpose, long since) {
    /** Some programs put all of a request into a thread's name. */
    private static final int LONGEST_NAME = 60;

    private static final long IN_SECONDS_FROM_MILLIS = 10_000;

    /** Whether it is the thread that asks. */
    public boolean isCaller() {
        return number == Thread.currentThread().getId();
    }

    /** How long it has had the session at {@code now} ({@link System#nanoTime()}), in nanoseconds; 0 when nobody measured that. */
    public long heldFor(long now) {
        return since == 0 ? 0 : Math.max(0, now - since);
    }

    /** As in {@code worker-3 #45 (write, 31 s)}, in one line. */
    public String describe(long now) {
        return name() + " #" + number + " (" + purpose.label() + (since == 0 ? "" : ", " + text(heldFor(now))) + ")";
    }

    private String name() {
        if (thread.isEmpty()) {
            return "unnamed thread";
        }
        boolean fits = thread.length() <= LONGEST_NAME;
        return (fits ? thread : thread.substring(0, LONGEST_NAME)).replaceAll("\\p{C}", "?") + (fits ? "" : "…");
    }

    private static String text(long nanos) {
        Duration held = Duration.ofNanos(nanos);
        return held.toMillis() < IN_SECONDS_FROM_MILLIS ? held.toMillis() + " ms" : held.toSeconds() + " s";
    }
}
