package dev.penstock.pool;

import dev.penstock.connect.LoanEnd;
import dev.penstock.observe.PoolListener;

/** How the borrows of one purpose end: the gate has its place back, and whoever listens hears how long it took. Thread-safe. */
final class Returns {
    private final Runnable leave;
    private final Ticks ticks;
    private final LoanEnd unheard;
    private volatile Heard heard;

    /** @param leave gives the place in the gate back */
    Returns(Runnable leave, Ticks ticks) {
        this.leave = leave;
        this.ticks = ticks;
        this.unheard = lentAt -> leave.run();
        this.heard = new Heard(PoolListener.NONE);
    }

    /** For {@code listener}, with sessions that are lent at a time of {@code ticks}; no clock is read for {@link PoolListener#NONE}. */
    LoanEnd to(PoolListener listener) {
        if (listener == PoolListener.NONE) {
            return unheard;
        }
        Heard last = heard;
        if (last.listener != listener) {
            last = new Heard(listener);
            heard = last;
        }
        return last;
    }

    private final class Heard implements LoanEnd {
        final PoolListener listener;

        Heard(PoolListener listener) {
            this.listener = listener;
        }

        @Override
        public void over(long lentAt) {
            leave.run();
            listener.returned(ticks.now() - lentAt);
        }
    }
}
