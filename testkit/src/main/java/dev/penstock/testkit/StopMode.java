package dev.penstock.testkit;

/** How a server is asked to stop; the words are those of {@code pg_ctl stop -m}. */
public enum StopMode {
    /** No new sessions (57P03), running ones go on; the server ends when the last one leaves. */
    SMART("TERM"),
    /** Running sessions are ended with 57P01; a clean shutdown, so the node can later follow a new primary. */
    FAST("INT"),
    /** Everything ends at once, without a checkpoint; the next start recovers from the WAL. */
    IMMEDIATE("QUIT");

    private final String signal;

    StopMode(String signal) {
        this.signal = signal;
    }

    String signal() {
        return signal;
    }
}
