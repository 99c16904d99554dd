package dev.penstock.config;

/** {@code start}: what opening a database waits for. */
public enum StartPolicy {
    /** A primary that may be written; the default. */
    PRIMARY,
    /** Any server of the cluster: a program that mostly reads may start while there is no primary. */
    ANY
}
