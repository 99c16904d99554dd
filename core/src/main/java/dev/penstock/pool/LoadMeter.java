package dev.penstock.pool;

import dev.penstock.observe.MeasuredLoad;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one node's gate saw during a window: arrivals are counted by the gate, the mean of those inside is sampled, and the hold
 * time is their quotient (Little's law), so that no borrow reads a clock. One thread measures; any may read {@link #last}.
 */
public final class LoadMeter {
    private final Gate gate;
    private volatile @Nullable MeasuredLoad last;
    private long admittedBefore;
    private long[] waitsBefore;
    private long begun = System.nanoTime();
    private long sum;
    private int samples;

    LoadMeter(Gate gate) {
        this.gate = gate;
        this.admittedBefore = gate.admitted();
        this.waitsBefore = gate.waits().snapshot();
    }

    /** The last whole window; empty before there was one. */
    public Optional<MeasuredLoad> last() {
        return Optional.ofNullable(last);
    }

    /** To be called at even distances. */
    public void sample() {
        sum += gate.inside();
        samples++;
    }

    /** Ends a window and begins the next. */
    public void endWindow() {
        long now = System.nanoTime();
        long admitted = gate.admitted();
        long[] waits = gate.waits().snapshot();
        long borrows = admitted - admittedBefore;
        last = new MeasuredLoad(
                borrows,
                borrows * 1e9 / Math.max(1, now - begun),
                samples == 0 ? 0 : sum / (double) samples,
                WaitTimes.p99Millis(waitsBefore, waits, borrows));
        admittedBefore = admitted;
        waitsBefore = waits;
        begun = now;
        sum = 0;
        samples = 0;
    }
}
