package dev.penstock.testkit;

/** One direction of the traffic through a {@link TcpProxy}. */
public enum Direction {
    /** What the client sends: queries, COMMIT. */
    CLIENT_TO_SERVER,
    /** What the server answers. */
    SERVER_TO_CLIENT
}
