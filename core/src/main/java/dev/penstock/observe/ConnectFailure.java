package dev.penstock.observe;

/** What kept a connection from being opened. Closed. */
public enum ConnectFailure {
    /** No answer: refused, timed out, unknown host, or lost half way. */
    UNREACHABLE,
    /** The server is starting, stopping or recovering (57P03). */
    NOT_NOW,
    /** The server has no slot left (53300). */
    SATURATED,
    /** The role or its password was refused. */
    AUTHENTICATION,
    /** The trust between client and server failed. */
    TLS,
    /** What was asked for does not exist, or is not allowed. */
    CONFIGURATION,
    /** Anything else. */
    OTHER
}
