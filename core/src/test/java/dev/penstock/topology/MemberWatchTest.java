package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.config.Endpoint;
import dev.penstock.connect.Node;
import dev.penstock.observe.NodeState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who joins at once and who leaves late, by what a discovery says. */
class MemberWatchTest {
    private final KeptNodes kept = new KeptNodes();
    private final MemberWatch watch =
            new MemberWatch(null, List.of(new Endpoint("configured", 5432)), kept, Duration.ofSeconds(5));
    private final Member a = member("a");
    private final Member b = member("b");
    private final Member c = member("c");

    /** A roster that keeps what it is told. */
    private static final class KeptNodes implements MemberWatch.Roster {
        private final List<Node> nodes = new ArrayList<>();
        private String primary = "";

        @Override
        public List<Node> nodes() {
            return List.copyOf(nodes);
        }

        @Override
        public Node named(Endpoint endpoint, Optional<InetAddress> address) {
            return new Node("node-" + endpoint.host(), endpoint, address);
        }

        @Override
        public void join(Node node) {
            node.changeState(NodeState.UP);
            nodes.add(node);
        }

        @Override
        public boolean leave(Node node) {
            return !node.name().equals(primary) && nodes.remove(node);
        }

        List<String> names() {
            return nodes.stream().map(Node::name).toList();
        }
    }

    private static Member member(String host) {
        return new Member(new Endpoint(host, 5432), Optional.empty(), true);
    }

    @Test
    void who_is_new_joins_at_once_and_who_is_missing_leaves_after_three_looks() {
        watch.apply(List.of(a, b));
        watch.apply(List.of(a, b, c));
        assertThat(kept.names()).containsExactly("node-a", "node-b", "node-c");
        watch.apply(List.of(a, b));
        watch.apply(List.of(a, b));
        assertThat(kept.names()).contains("node-c");
        watch.apply(List.of(a, b));
        assertThat(kept.names()).containsExactly("node-a", "node-b");
    }

    @Test
    void
            of_thousands_of_members_sixty_four_join_the_configured_one_among_them_and_each_has_its_turn_once_there_is_room() {
        List<Member> flood = new ArrayList<>();
        for (int i = 0; i < 9000; i++) {
            flood.add(member("m" + i));
        }
        flood.add(member("configured"));
        watch.apply(flood);
        assertThat(kept.names()).hasSize(64).startsWith("node-configured", "node-m0");
        watch.apply(flood);
        assertThat(kept.names()).hasSize(64).doesNotContain("node-m63");
        for (int i = 0; i < 3; i++) {
            watch.apply(flood.subList(1, flood.size()));
        }
        watch.apply(flood.subList(1, flood.size()));
        assertThat(kept.names()).hasSize(64).doesNotContain("node-m0").contains("node-m63");
    }

    @Test
    void who_is_left_out_is_named_in_one_line_that_ends() {
        assertThat(MemberWatch.inShort(List.of("db-65:5432", "db-66:5432"))).isEqualTo("db-65:5432, db-66:5432");
        assertThat(MemberWatch.inShort(Collections.nCopies(8936, "m:1")))
                .hasSizeLessThan(500)
                .endsWith("and 8886 more");
    }

    @Test
    void who_comes_back_in_time_stays() {
        watch.apply(List.of(a, b));
        watch.apply(List.of(a));
        watch.apply(List.of(a));
        watch.apply(List.of(a, b));
        watch.apply(List.of(a));
        watch.apply(List.of(a));
        assertThat(kept.names()).containsExactly("node-a", "node-b");
    }

    @Test
    void hearsay_does_not_take_away_a_node_that_serves_while_a_named_one_does_not() {
        watch.apply(List.of(a, b));
        watch.apply(List.of(c));
        kept.nodes.get(2).changeState(NodeState.DOWN);
        for (int i = 0; i < 5; i++) {
            watch.apply(List.of(c));
        }
        assertThat(kept.names()).containsExactly("node-a", "node-b", "node-c");
        kept.nodes.get(2).changeState(NodeState.UP);
        watch.apply(List.of(c));
        assertThat(kept.names()).containsExactly("node-c");
    }

    @Test
    void the_primary_stays_whatever_is_said() {
        kept.primary = "node-a";
        watch.apply(List.of(a, b));
        for (int i = 0; i < 5; i++) {
            watch.apply(List.of(b));
        }
        assertThat(kept.names()).containsExactly("node-a", "node-b");
        kept.primary = "node-b";
        watch.apply(List.of(b));
        assertThat(kept.names()).containsExactly("node-b");
    }

    @Test
    void a_member_may_be_kept_from_reads_and_be_given_them_again() {
        watch.apply(List.of(a, new Member(b.endpoint(), Optional.empty(), false)));
        assertThat(kept.nodes.get(1).servesReads()).isFalse();
        watch.apply(List.of(a, b));
        assertThat(kept.nodes.get(1).servesReads()).isTrue();
    }

    @Test
    void every_address_of_a_name_is_a_member_of_that_name() throws IOException {
        InetAddress first = InetAddress.getByName("127.0.0.1");
        InetAddress second = InetAddress.getByName("127.0.0.2");
        DnsDiscovery dns = new DnsDiscovery(List.of(a.endpoint()), (host, limit) -> List.of(first, second));
        assertThat(dns.look(Duration.ofSeconds(1)))
                .containsExactly(
                        new Member(a.endpoint(), Optional.of(first), true),
                        new Member(a.endpoint(), Optional.of(second), true));
    }

    @Test
    void a_name_that_cannot_be_resolved_changes_nothing() {
        DnsDiscovery dns = new DnsDiscovery(List.of(a.endpoint(), b.endpoint()), (host, limit) -> {
            if (host.equals("b")) {
                throw new UnknownHostException(host);
            }
            return List.of(InetAddress.getLoopbackAddress());
        });
        assertThatThrownBy(() -> dns.look(Duration.ofSeconds(1))).isInstanceOf(UnknownHostException.class);
    }
}
