package dev.penstock.connect;

import java.lang.invoke.VarHandle;
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

    /** Published by {@code returned}, as are the next two. */
    private long lentAt;

    /** The borrower's name, which keeps nothing of the thread alive. It is told of an open loan alone, and replaced by the next one. */
    private String thread = "";

    private long threadNumber;

    /** One fence, the last, is for all of them: each costs as much as a good part of the borrow. */
    void begin(Connection lentAs, long at, LoanEnd onReturn) {
        formerHandle.lazySet(handle.getPlain());
        handle.lazySet(lentAs);
        lentAt = at;
        borrowedBy(Thread.currentThread());
        begun.lazySet(begun.getPlain() + 1);
        returned.set(onReturn);
    }

    /**
     * The thread that had a session before mostly borrows it again. Writing a reference into an object that is as old as a session costs a fence
     * with G1, so the name is written only when it is another one, told by identity: a thread that was renamed has another name object.
     */
    @SuppressWarnings("ReferenceEquality")
    private void borrowedBy(Thread borrower) {
        String name = borrower.getName();
        if (thread != name) {
            thread = name;
        }
        threadNumber = borrower.getId();
    }

    /** Who has it; null when nobody has, or it changes hands at this moment. */
    @Nullable
    Holder holder(Purpose purpose) {
        long loan = begun.get();
        Holder seen = new Holder(thread, threadNumber, purpose, lentAt);
        // What was read is of one loan when that is still open afterwards.
        VarHandle.loadLoadFence();
        return isOpen() && begun.get() == loan ? seen : null;
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
