package dev.penstock.pool;

import dev.penstock.connect.Spare;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The ceiling of one node: as many physical connections as there are slots, whichever pool holds them. Thread-safe. */
final class Slots {
    private static final long LOOK_AGAIN_MILLIS = 20;

    private final Semaphore free;
    private final Spare spare = new Spare() {
        @Override
        public boolean take() {
            return free.tryAcquire();
        }

        @Override
        public void giveBack() {
            release();
        }
    };

    Slots(int ceiling) {
        this.free = new Semaphore(ceiling);
    }

    /**
     * Waits for a slot as long as {@code wanted} says so, and asks {@code makeRoom} for one each time none is free.
     *
     * @return whether a slot was taken; give it back with {@link #release()}
     */
    boolean take(BooleanSupplier wanted, Runnable makeRoom) throws InterruptedException {
        while (wanted.getAsBoolean()) {
            if (free.tryAcquire(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                return true;
            }
            makeRoom.run();
        }
        return false;
    }

    void release() {
        free.release();
    }

    /** One of them, if it is free. */
    Spare spare() {
        return spare;
    }
}
