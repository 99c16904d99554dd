package dev.penstock.testkit;

/** What one test sees of what another one wrote. */
public enum Isolation {
    /** Everything; the tests tidy up themselves. */
    NONE,
    /**
     * Each test works in one transaction on the primary, rolled back at its end: what is got through the injected
     * {@code DataSource} or {@code Connection} can commit as often as it likes. Nothing of it reaches a replica.
     */
    ROLLBACK,
    /** Each class has a database of its own, with the roles' usual grants, on primary and replicas. */
    DATABASE
}
