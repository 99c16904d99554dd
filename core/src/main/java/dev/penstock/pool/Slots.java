package dev.penstock.pool;

import dev.penstock.connect.Spare;
import dev.penstock.sizing.PoolSplit;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The ceiling of one node: as many physical connections as there are slots, whichever pool holds them. Thread-safe. There are none before the
 * size is known.
 */
final class Slots {
    private static final long LOOK_AGAIN_MILLIS = 20;

    private final Semaphore free = new Semaphore(0);
    private volatile @Nullable PoolSplit size;
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

    /** Makes the size known; to be called once. */
    void open(PoolSplit known) {
        size = known;
        free.release(known.ceiling());
    }

    boolean areOpen() {
        return size != null;
    }

    /** Connections at most; 0 before the size is known. */
    int ceiling() {
        PoolSplit known = size;
        return known == null ? 0 : known.ceiling();
    }

    /** How many of them are no overflow: pool_size. */
    int kept() {
        PoolSplit known = size;
        return known == null ? 0 : known.poolSize();
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
