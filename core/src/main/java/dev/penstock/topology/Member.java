package dev.penstock.topology;

import dev.penstock.config.Endpoint;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A server that belongs to the cluster.
 *
 * @param endpoint the name that its certificate shows, and its port
 * @param address where it was found, when its name alone would not lead there
 * @param servesReads whether reads may go to it when it is a replica; an operator may have said otherwise
 */
record Member(Endpoint endpoint, Optional<InetAddress> address, boolean servesReads) {
    @Override
    public String toString() {
        return endpoint + address.map(found -> " at " + found.getHostAddress()).orElse("");
    }
}
