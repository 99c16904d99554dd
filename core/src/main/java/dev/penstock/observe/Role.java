package dev.penstock.observe;

/** The part a node plays, as the node itself says. */
public enum Role {
    PRIMARY,
    REPLICA,
    /** Not known: never asked, or down. */
    UNKNOWN
}
