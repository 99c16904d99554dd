package dev.penstock.connect;

import java.sql.Connection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Who has a pooled session, and what is to be done once when it comes back, in whatever way.
 *
 * <p>Concurrency: a session may end in any thread while it is lent, so what is to be done is an atomic reference.
 */
final class Loan {
    private final AtomicReference<@Nullable LoanEnd> returned = new AtomicReference<>();
    private final AtomicReference<@Nullable Connection> handle = new AtomicReference<>();
    private final AtomicReference<@Nullable Connection> formerHandle = new AtomicReference<>();

    /** Each has one writer at a time: who borrows, and who ends the borrow. An atomic increment would cost a tenth of a borrow. */
    private final AtomicLong begun = new AtomicLong();

    private final AtomicLong over = new AtomicLong();

    /** Published by {@code returned}. */
    private long lentAt;

    /** One fence, the last, is for all of them: each costs as much as a good part of the borrow. */
    void begin(Connection lentAs, long at, LoanEnd onReturn) {
        formerHandle.lazySet(handle.getPlain());
        handle.lazySet(lentAs);
        lentAt = at;
        begun.lazySet(begun.getPlain() + 1);
        returned.set(onReturn);
    }

    /** Also runs {@code more} at its end, or at once when it has ended. */
    void whenOver(Runnable more) {
        while (true) {
            LoanEnd first = returned.get();
            if (first == null) {
                more.run();
                return;
            }
            LoanEnd both = at -> {
                try {
                    first.over(at);
                } finally {
                    more.run();
                }
            };
            if (returned.compareAndSet(first, both)) {
                return;
            }
        }
    }

    void end() {
        LoanEnd onReturn = returned.getAndSet(null);
        if (onReturn != null) {
            over.lazySet(over.getPlain() + 1);
            onReturn.over(lentAt);
        }
    }

    /** How often it was lent. */
    long begun() {
        return begun.get();
    }

    /** How often a loan has ended. */
    long over() {
        return over.get();
    }

    boolean isOpen() {
        return returned.get() != null;
    }

    /** What it was last lent as; null when it never was. */
    @Nullable
    Connection handle() {
        return handle.get();
    }

    /** What it was lent as before that. */
    @Nullable
    Connection formerHandle() {
        return formerHandle.get();
    }
}
