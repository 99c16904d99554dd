package dev.penstock.testkit.history;

/** What a call was told. */
public enum Outcome {
    /** It returned normally. */
    ACKNOWLEDGED,
    /** It failed in a way that promises that nothing was executed. */
    FAILED,
    /** It failed and nobody knows whether it was executed: SQLSTATE 08007, with Penstock. */
    UNKNOWN
}
