package dev.penstock.pool;

import dev.penstock.observe.PoolListener;

/** Ends one borrow and tells how long it took. Run once. */
final class TimedLoan implements Runnable {
    private final Runnable over;
    private final PoolListener listener;
    private final Ticks ticks;
    private final long begun;

    /** @param begun by {@code ticks} */
    TimedLoan(Runnable over, PoolListener listener, Ticks ticks, long begun) {
        this.over = over;
        this.listener = listener;
        this.ticks = ticks;
        this.begun = begun;
    }

    @Override
    public void run() {
        over.run();
        listener.returned(ticks.now() - begun);
    }
}
