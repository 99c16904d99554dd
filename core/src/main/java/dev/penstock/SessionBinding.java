package dev.penstock;

import dev.penstock.routing.CausalSession;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Which session's work a thread is doing with one database. Thread-safe. */
final class SessionBinding {
    private final ThreadLocal<@Nullable CausalSession> bound = new ThreadLocal<>();

    /** As long as nobody binds, nobody looks into the thread's own map. */
    private final AtomicInteger inUse = new AtomicInteger();

    @Nullable
    CausalSession current() {
        return inUse.get() == 0 ? null : bound.get();
    }

    /** @return what was bound before, for {@link #restore} */
    @Nullable
    CausalSession bind(CausalSession session) {
        inUse.incrementAndGet();
        CausalSession before = bound.get();
        bound.set(session);
        return before;
    }

    void restore(@Nullable CausalSession before) {
        if (before == null) {
            bound.remove();
        } else {
            bound.set(before);
        }
        inUse.decrementAndGet();
    }
}
