package dev.penstock.tls;

/**
 * A file or text named by a {@link TlsConfig} cannot be used: missing, unreadable, of another format, expired, or key and
 * certificate do not belong together. The message names the place and the remedy, never the content.
 */
public final class TlsMaterialException extends RuntimeException implements Reasoned {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final TlsReason reason;
    private final String remedy;

    TlsMaterialException(TlsReason reason, String file, String what, String remedy) {
        super(reason + ": " + file + " " + what + ". " + remedy);
        this.file = file;
        this.reason = reason;
        this.remedy = remedy;
    }

    TlsMaterialException(TlsReason reason, String file, String what) {
        this(reason, file, what, reason.remedy());
    }

    TlsMaterialException causedBy(Throwable cause) {
        initCause(cause);
        return this;
    }

    /** The path, or what stands for it: {@code inline PEM}, {@code system}. */
    public String file() {
        return file;
    }

    @Override
    public TlsReason reason() {
        return reason;
    }

    /** What to do, often a command to paste. */
    @Override
    public String remedy() {
        return remedy;
    }
}
