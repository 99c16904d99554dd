package dev.penstock.tls;

/** The properties of a connection lead to no {@link TlsContext}, or contradict it; thrown while pgjdbc makes our factories. */
final class UnusableContextException extends IllegalStateException implements Reasoned {
    private static final long serialVersionUID = 1L;

    private final TlsReason reason;

    private UnusableContextException(TlsReason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** The context is closed, or never was. */
    static UnusableContextException closed() {
        return new UnusableContextException(
                TlsReason.TLS_CONTEXT_CLOSED, "the TlsContext of this connection is closed");
    }

    /** The driver was given another value than the context's. */
    static UnusableContextException overridden(String name, String value, String ours) {
        return new UnusableContextException(
                TlsReason.TLS_OVERRIDDEN,
                "the JDBC URL or a property sets " + name + "=" + value + ", the TlsContext " + ours);
    }

    @Override
    public TlsReason reason() {
        return reason;
    }

    @Override
    public String remedy() {
        return reason.remedy();
    }
}
