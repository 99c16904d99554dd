package dev.penstock.config;

/** {@code hygiene}: when a session is reset before the next borrower gets it. A reset is one round trip. */
public enum Hygiene {
    /**
     * When its borrower may have left something behind, as told from the SQL texts that were run, from the driver's own
     * calls, and from an open transaction; the default.
     */
    TAINTED,
    /** After every borrow: for databases whose functions set parameters, take locks or make temporary tables inside. */
    ALWAYS
}
