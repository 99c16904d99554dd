package dev.penstock.connect;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/** From a host's name to its addresses, in the order in which they are to be tried. May block. Thread-safe. */
@FunctionalInterface
interface NameResolver {
    /** The JVM's, with its cache ({@code networkaddress.cache.ttl}); an address stands for itself. */
    NameResolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

    List<InetAddress> resolve(String host) throws IOException;
}
