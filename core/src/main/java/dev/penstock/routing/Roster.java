package dev.penstock.routing;

import dev.penstock.config.Endpoint;
import dev.penstock.connect.Node;
import dev.penstock.topology.MemberWatch;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.Topology;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Where nodes join and leave: their pools are there before anybody can be sent to them, and end after. */
record Roster(ClusterNodes pools, Topology topology, Events events) implements MemberWatch.Roster {
    @Override
    public List<Node> nodes() {
        return topology.view().nodes().stream().map(NodeView::node).toList();
    }

    @Override
    public Node named(Endpoint endpoint, Optional<InetAddress> address) {
        return pools.named(endpoint, address);
    }

    @Override
    public void join(Node node) {
        pools.add(node);
        node.onConnectionError(topology::suspect);
        topology.add(node);
        events.tell("nodeJoined", listener -> listener.nodeJoined(node.name()));
    }

    @Override
    public boolean leave(Node node) {
        boolean left = topology.remove(node);
        if (left) {
            pools.remove(node);
            events.tell("nodeLeft", listener -> listener.nodeLeft(node.name()));
        }
        return left;
    }
}
