package dev.penstock.binding;

/** What a connection is for, as far as it was told when it needs a server. */
public enum Intent {
    /** Anything: the primary. Also whatever was not declared read-only. */
    WRITE,
    /** Reads: a replica that may serve, else the primary, on a session that cannot write. */
    READ,
    /** Reads that a replica cannot do: the primary, on a session that cannot write, within the share that reads have there. */
    READ_ON_PRIMARY
}
