package dev.penstock.connect;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ServerErrorMessage;

/**
 * The severity of a server's message, in the words that no language changes. What {@link ServerErrorMessage#getSeverity()} returns (field {@code S})
 * is translated by {@code lc_messages}; every server sends the word itself as well (field {@code V}), which pgjdbc keeps and does not give out, so it
 * is read from where it is kept. A message without it, such as a pooler's, and a driver that keeps it elsewhere leave the first, which is
 * right in English.
 */
final class Severity {
    private static final Character NOT_TRANSLATED = 'V';
    private static final @Nullable VarHandle PARTS = parts();

    private Severity() {}

    private static @Nullable VarHandle parts() {
        try {
            return MethodHandles.privateLookupIn(ServerErrorMessage.class, MethodHandles.lookup())
                    .findVarHandle(ServerErrorMessage.class, "mesgParts", Map.class);
        } catch (ReflectiveOperationException | RuntimeException e) {
            ConnectLog.LOG.debug("This driver does not show a message's severity as it was sent", e);
            return null;
        }
    }

    /** {@code ERROR}, {@code FATAL}, {@code PANIC}, {@code WARNING} and the like; null when there is no message, or it has none. */
    static @Nullable String of(@Nullable ServerErrorMessage message) {
        if (message == null) {
            return null;
        }
        Map<?, ?> parts = PARTS == null ? Map.of() : (Map<?, ?>) PARTS.get(message);
        return parts.get(NOT_TRANSLATED) instanceof String word ? word : message.getSeverity();
    }
}
