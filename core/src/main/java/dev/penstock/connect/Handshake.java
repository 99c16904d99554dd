package dev.penstock.connect;

import dev.penstock.tls.TlsFacts;
import java.util.Optional;

/**
 * The proof that a physical connection gave before anybody used it.
 *
 * @param generation the TLS material it was opened with, {@link dev.penstock.tls.TlsContext#generation()}; for plain text the
 *     one of that moment
 * @param facts empty for plain text, which the mode then allows
 */
public record Handshake(long generation, Optional<TlsFacts> facts) {
    static final Handshake NONE = new Handshake(0, Optional.empty());
}
