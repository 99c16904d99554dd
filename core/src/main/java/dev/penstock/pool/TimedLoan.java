package dev.penstock.pool;

import dev.penstock.observe.PoolListener;

/** Ends one borrow and tells how long it took. Run once. */
final class TimedLoan implements Runnable {
    private final Runnable over;
    private final PoolListener listener;
    private final Ticks ticks;
    private final long begun;

    TimedLoan(Runnable over, PoolListener listener, Ticks ticks) {
        this.over = over;
        this.listener = listener;
        this.ticks = ticks;
        this.begun = ticks.now();
    }

    @Override
    public void run() {
        over.run();
        listener.returned(ticks.now() - begun);
    }
}
