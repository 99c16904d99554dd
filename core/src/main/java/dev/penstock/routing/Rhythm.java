package dev.penstock.routing;

import java.time.Duration;

/**
 * How often a database looks at what changes by itself. The figures are no configuration: a test that waits for such a look
 * passes shorter ones.
 *
 * @param discovery between two questions who belongs to the cluster
 * @param loadWindow how long the pools are measured before the figures are judged
 * @param firstExpiryLook from the first answer of a server until the certificates' ends are looked at for the first time
 */
public record Rhythm(Duration discovery, Duration loadWindow, Duration firstExpiryLook) {
    /** What {@code Database.open} uses. */
    public static final Rhythm STANDARD =
            new Rhythm(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(10));
}
