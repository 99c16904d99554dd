package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.connect.Node;
import dev.penstock.observe.NodeState;
import dev.penstock.secret.PasswordSource;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.TopologyView;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which nodes a plan is made for, and which of them is taken for the primary. */
class NodeLimitsTest {
    private static final DatabaseConfig CONFIG = DatabaseConfig.builder()
            .primary("db.test")
            .database("shop")
            .user("app")
            .password(PasswordSource.env("PW"))
            .build();

    @Test
    void two_servers_behind_one_name_are_two_nodes_and_the_elected_one_is_the_primary() throws Exception {
        NodeView first = view(1, "10.0.0.1");
        NodeView second = view(2, "10.0.0.2");

        assertThat(NodeLimits.of(topology(Optional.of(second), first, second), CONFIG))
                .extracting(NodeLimits::name, NodeLimits::place, NodeLimits::primary)
                .containsExactly(
                        tuple("node-1", "db.test:5432 at 10.0.0.1", false),
                        tuple("node-2", "db.test:5432 at 10.0.0.2", true));
    }

    @Test
    void one_of_them_is_taken_for_the_primary_while_none_is_elected() throws Exception {
        assertThat(NodeLimits.of(topology(Optional.empty(), view(1, "10.0.0.1"), view(2, "10.0.0.2")), CONFIG))
                .filteredOn(NodeLimits::primary)
                .extracting(NodeLimits::name)
                .containsExactly("node-1");
    }

    @Test
    void before_a_discovery_the_configured_servers_stand_under_the_names_that_they_will_get() {
        assertThat(NodeLimits.of(topology(Optional.empty()), CONFIG)).isEqualTo(NodeLimits.configured(CONFIG));
        assertThat(NodeLimits.configured(CONFIG)).extracting(NodeLimits::name).containsExactly("node-1");
    }

    private static TopologyView topology(Optional<NodeView> primary, NodeView... nodes) {
        return new TopologyView(List.of(nodes), primary, List.of(), new TopologyView.Loss(0, 0), Optional.empty());
    }

    private static NodeView view(int number, String address) throws UnknownHostException {
        Node node = new Node(
                Node.nameOf(number),
                new Endpoint("db.test", 5432),
                Optional.of(InetAddress.getByAddress(
                        "db.test", InetAddress.getByName(address).getAddress())));
        return new NodeView(
                node, NodeState.UNKNOWN, 0, null, 0, 0, Optional.empty(), false, Optional.empty(), Optional.empty());
    }
}
