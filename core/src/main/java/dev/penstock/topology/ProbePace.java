package dev.penstock.topology;

import dev.penstock.observe.NodeState;
import java.time.Duration;

/** How long a monitor waits between two rounds. */
final class ProbePace {
    /** In calm; at most, as every pause is shortened at random. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    /** After any sign of trouble, and for a while after. */
    static final Duration PANIC_INTERVAL = Duration.ofMillis(100);

    /** A node that is back is found within about a sixty-fourth of the time it was gone: 190 ms after 12 s. */
    private static final int OUTAGE_SHARE = 64;

    private static final Duration LONGEST = Duration.ofSeconds(10);

    private ProbePace() {}

    /**
     * @param downFor how long the node has been down; zero when it is not
     * @param panic whether something was wrong a moment ago
     * @param random from 0 to 1: pauses are shortened by up to a fifth, so that many instances do not probe in step
     */
    static Duration pause(NodeState state, Duration downFor, boolean panic, double random) {
        Duration longest = state == NodeState.DOWN ? whileDown(downFor) : panic ? PANIC_INTERVAL : INTERVAL;
        return Duration.ofNanos((long) (longest.toNanos() * (1 - 0.2 * random)));
    }

    /** Grows with the outage, so exponentially in the number of tries; an alarm elsewhere shortens it. */
    private static Duration whileDown(Duration downFor) {
        Duration share = downFor.dividedBy(OUTAGE_SHARE);
        if (share.compareTo(PANIC_INTERVAL) < 0) {
            return PANIC_INTERVAL;
        }
        return share.compareTo(LONGEST) > 0 ? LONGEST : share;
    }
}
