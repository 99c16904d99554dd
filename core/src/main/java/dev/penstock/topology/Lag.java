package dev.penstock.topology;

import java.time.Duration;

/**
 * How far a node was behind the primary when it answered.
 *
 * @param time since the primary first passed the position that the node has replayed; off by one probe interval at most
 * @param bytes of WAL between that position and the newest one seen of the primary
 */
public record Lag(Duration time, long bytes) {
    static final Lag NONE = new Lag(Duration.ZERO, 0);
}
