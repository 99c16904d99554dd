package dev.penstock.config;

/** {@code hygiene}: which connections are reset when they come back to the pool. */
public enum Hygiene {
    /** Those whose borrower changed session state; the default. */
    TAINTED,
    /** All of them, for one more round trip each. */
    ALWAYS
}
