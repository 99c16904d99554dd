package dev.penstock.config;

/** What to do with a read when no replica is as fresh as it asks for. */
public enum OnUnsatisfied {
    /** Wait up to 50 ms for the most advanced replica to catch up with a token, then ask the primary. The default. */
    WAIT_THEN_PRIMARY,
    /** Ask the primary at once. */
    PRIMARY,
    /** Fail with SQLSTATE 55000 at once: for callers who would rather show something older by themselves. */
    FAIL
}
