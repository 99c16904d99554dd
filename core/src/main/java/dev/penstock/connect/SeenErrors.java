package dev.penstock.connect;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The errors that came through the pooled connections of one node and that nobody has asked for yet, by identity. None of them is kept
 * alive by this. Thread-safe; costs nothing but at an error.
 */
final class SeenErrors {
    private final Set<Seen> seen = ConcurrentHashMap.newKeySet();
    private final ReferenceQueue<SQLException> forgotten = new ReferenceQueue<>();

    void add(SQLException error) {
        for (Object gone = forgotten.poll(); gone != null; gone = forgotten.poll()) {
            seen.remove(gone);
        }
        seen.add(new Seen(error, forgotten));
    }

    /** Whether it was seen; true once, so that of two calls of which one runs within the other, the inner one alone takes it for its own. */
    boolean take(SQLException error) {
        return seen.remove(new Seen(error, null));
    }

    private static final class Seen extends WeakReference<SQLException> {
        private final int hash;

        Seen(SQLException error, @Nullable ReferenceQueue<SQLException> queue) {
            super(error, queue);
            this.hash = System.identityHashCode(error);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            SQLException error = get();
            return this == other || (other instanceof Seen seen && error != null && error == seen.get());
        }
    }
}
