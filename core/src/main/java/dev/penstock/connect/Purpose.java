package dev.penstock.connect;

/** What a connection is opened for. Fixed for its life, whatever role its node plays later. */
public enum Purpose {
    /** Transactions on the primary. */
    WRITE("write", false),
    /** Reads, on a replica or on the primary; the session starts read-only and cannot write by accident. */
    READ("read", true),
    /** The monitor's own connection: never pooled, short deadlines; it must see the server's own defaults. */
    MONITOR("monitor", false);

    private final String label;
    private final boolean readOnly;

    Purpose(String label, boolean readOnly) {
        this.label = label;
        this.readOnly = readOnly;
    }

    /** The word used in pool names, metrics and messages. */
    public String label() {
        return label;
    }

    boolean isReadOnly() {
        return readOnly;
    }
}
