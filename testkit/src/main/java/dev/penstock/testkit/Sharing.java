package dev.penstock.testkit;

/** Who uses one cluster. */
public enum Sharing {
    /** One test class, with its nested ones. */
    CLASS,
    /**
     * All classes of this JVM that ask for the same number of replicas and the same TLS. A class that leaves it other than
     * it was (a node stopped, promoted, cut off or paused) makes the next class get a new one.
     */
    JVM
}
