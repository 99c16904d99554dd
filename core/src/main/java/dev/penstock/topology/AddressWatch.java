package dev.penstock.topology;

import dev.penstock.connect.Node;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a node's name points elsewhere now. Standing sessions do not: they stay where they were opened, while the name
 * has moved on to another server. Believed after three looks in a row, because some names answer with another one of several
 * servers each time; such a name stands for many nodes and is better discovered (docs/topology.md). How soon a change can be
 * seen at all is up to the JVM's own cache of names ({@code networkaddress.cache.ttl}, 30 s by default). Used by one thread.
 */
final class AddressWatch {
    static final Duration EVERY = Duration.ofSeconds(2);
    static final int LOOKS = 3;
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final Node node;
    private final Prober prober;
    private long lookedAt;
    private int elsewhere;

    AddressWatch(Node node, Prober prober) {
        this.node = node;
        this.prober = prober;
        this.lookedAt = System.nanoTime();
    }

    /** Whether {@code standing} is none of the name's addresses any more. Looks every two seconds only. */
    boolean hasMoved(@Nullable InetAddress standing) {
        long now = System.nanoTime();
        if (standing == null || now - lookedAt < EVERY.toNanos()) {
            return false;
        }
        lookedAt = now;
        return sees(standing, prober.addresses(node, LIMIT));
    }

    /** A name that cannot be resolved for a while changes nothing. */
    boolean sees(InetAddress standing, Set<InetAddress> addresses) {
        boolean known = addresses.isEmpty() || addresses.contains(standing);
        elsewhere = known ? 0 : elsewhere + 1;
        if (elsewhere < LOOKS) {
            return false;
        }
        elsewhere = 0;
        return true;
    }
}
