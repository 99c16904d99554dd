package dev.penstock.tls;

import dev.penstock.secret.Disclosure;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where a certificate, a key or a CRL is: a file or directory, text in the configuration, or the trust of the Java runtime.
 * Prints its place, never its content.
 */
public sealed interface TlsSource {
    /** PEM, DER or PKCS#12 in a file; a directory of PEM files where a CA or CRL is meant. */
    static TlsSource file(Path path) {
        return new File(path);
    }

    /**
     * PEM text itself, as platforms put it into a variable: with line breaks, with {@code \n} written out in their place, or the whole text in
     * Base64.
     */
    static TlsSource inline(String pem) {
        return new Inline(pem);
    }

    /** The certificate authorities that the Java runtime trusts ({@code cacerts}, {@code javax.net.ssl.trustStore}). */
    static TlsSource system() {
        return new SystemTrust();
    }

    /**
     * Reads a configuration value: {@code system}, PEM text as {@link #inline} takes it, or else a path.
     *
     * @throws IllegalArgumentException if it is none of them; the message does not show the text, which may be a key
     */
    static TlsSource of(String text) {
        if (text.equals("system")) {
            return system();
        }
        if (Pem.isPem(text)) {
            return inline(text);
        }
        try {
            return file(Path.of(text));
        } catch (InvalidPathException notAPath) {
            throw new IllegalArgumentException("it is neither PEM text nor a path");
        }
    }

    /** What it is called in messages: a path only when no secret can stand in its place ({@link Disclosure}). */
    String describe();

    /**
     * A file or a directory.
     *
     * @param path read when the context is opened and whenever it changes
     */
    record File(Path path) implements TlsSource {
        public File {
            Objects.requireNonNull(path, "path");
        }

        @Override
        public String describe() {
            return Disclosure.isShown(path) ? path.toString() : "a file that does not exist";
        }

        /** Leaves out the path when it may be a key in the path's place. */
        @Override
        public String toString() {
            return "File[path=" + (Disclosure.isShown(path) ? path : "***") + "]";
        }
    }

    /**
     * Text in the configuration.
     *
     * @param pem one or several PEM blocks
     */
    record Inline(String pem) implements TlsSource {
        public Inline {
            Objects.requireNonNull(pem, "pem");
        }

        @Override
        public String describe() {
            return "inline PEM";
        }

        /** Without the text: it may be a key. */
        @Override
        public String toString() {
            return "Inline[pem=***]";
        }
    }

    /** The trust of the Java runtime. */
    record SystemTrust() implements TlsSource {
        @Override
        public String describe() {
            return "system";
        }
    }
}
