package dev.penstock.tls;

/** The driver asks for a context that is closed or that never was; thrown while pgjdbc makes our socket factory. */
final class ClosedContextException extends IllegalStateException implements Reasoned {
    private static final long serialVersionUID = 1L;

    ClosedContextException() {
        super("the TlsContext of this connection is closed");
    }

    @Override
    public TlsReason reason() {
        return TlsReason.TLS_CONTEXT_CLOSED;
    }

    @Override
    public String remedy() {
        return reason().remedy();
    }
}
