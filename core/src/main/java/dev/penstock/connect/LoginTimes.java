package dev.penstock.connect;

import java.time.Duration;

/**
 * How long a server takes to let us in: the shortest of the last few logins, whatever they were for. The shortest one, because a cold JVM,
 * a busy machine, a lost packet or a server that was frozen meanwhile make some logins slow that say nothing of the next one; a server that
 * is far away makes every login slow. Thread-safe.
 */
final class LoginTimes {
    private static final int KEPT = 4;

    private final long[] last = new long[KEPT];
    private int count;

    synchronized void add(long nanos) {
        last[count++ % KEPT] = nanos;
    }

    /** Zero before the first login. */
    synchronized Duration shortest() {
        long shortest = count == 0 ? 0 : Long.MAX_VALUE;
        for (int i = 0; i < Math.min(count, KEPT); i++) {
            shortest = Math.min(shortest, last[i]);
        }
        return Duration.ofNanos(shortest);
    }
}
