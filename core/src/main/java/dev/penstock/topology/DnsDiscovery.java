package dev.penstock.topology;

import dev.penstock.config.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every address of the configured names is a server, such as a headless service of Kubernetes says. */
final class DnsDiscovery implements Discovery {
    /** From a name to its addresses, within a limit. */
    @FunctionalInterface
    interface Names {
        List<InetAddress> resolve(String host, Duration limit) throws IOException;
    }

    private final List<Endpoint> endpoints;
    private final Names names;

    DnsDiscovery(List<Endpoint> endpoints, Names names) {
        this.endpoints = List.copyOf(endpoints);
        this.names = names;
    }

    /** One name that cannot be resolved fails the whole look: a part of the truth would remove the rest. */
    @Override
    public List<Member> look(Duration limit) throws IOException {
        List<Member> members = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            for (InetAddress address : names.resolve(endpoint.host(), limit.dividedBy(endpoints.size()))) {
                members.add(new Member(endpoint, Optional.of(address), true));
            }
        }
        return members;
    }
}
