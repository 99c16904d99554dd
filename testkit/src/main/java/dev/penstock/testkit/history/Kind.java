package dev.penstock.testkit.history;

/** What a call does. */
public enum Kind {
    /** Looks at one key. */
    READ,
    /** Gives one key its next version. */
    WRITE
}
