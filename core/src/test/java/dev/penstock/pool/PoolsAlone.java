package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Connector;
import dev.penstock.connect.Identity;
import dev.penstock.connect.LoginListener;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.CloseReason;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.PoolListener;
import dev.penstock.tls.AuthMethod;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The pools of one node alone, with a clock for what is idle that a test winds. */
final class PoolsAlone implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(20);

    final Collection<CloseReason> closed = new ConcurrentLinkedQueue<>();
    final Node node;
    final NodePools pools;
    private final Identity identity;
    private final Connector connector;
    private final Ticks ticks = new Ticks();
    private long now;

    PoolsAlone(DatabaseConfig config, Shared.Times times) throws Exception {
        this.identity = Identity.open(config, config.timeouts().connect());
        this.connector = new Connector(config, identity, new Unheard());
        this.node = new Node("node-1", config.primary());
        node.changeState(NodeState.UP);
        this.pools = new NodePools(config, node, connector, ticks, times);
        pools.addListener(new DatabaseListener() {
            @Override
            public PoolListener poolListener(String name, String purpose) {
                return new PoolListener() {
                    @Override
                    public void closed(CloseReason reason) {
                        closed.add(reason);
                    }
                };
            }
        });
    }

    Connection borrow(Purpose purpose) throws SQLException {
        Connection connection = pools.borrow(purpose, System.nanoTime() + LONG.toNanos(), () -> true);
        assertThat(connection).isNotNull();
        return connection;
    }

    /** So many at once. */
    void use(Purpose purpose, int atOnce) throws SQLException {
        List<Connection> held = new ArrayList<>();
        for (int i = 0; i < atOnce; i++) {
            held.add(borrow(purpose));
        }
        for (Connection one : held) {
            one.close();
        }
    }

    /** So much time goes by, in which the pools are looked at as once a second. */
    void pass(Duration time) {
        for (long seconds = time.toSeconds(); seconds > 0; seconds--) {
            now += Duration.ofSeconds(1).toNanos();
            pools.closeIdle(now);
        }
    }

    List<NodeConnection> open(Purpose purpose) {
        return node.liveConnections().stream()
                .filter(one -> one.purpose() == purpose)
                .toList();
    }

    void awaitOpen(int writes, int reads) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(List.of(
                                open(Purpose.WRITE).size(), open(Purpose.READ).size()))
                        .containsExactly(writes, reads));
    }

    void awaitClosed(CloseReason... reasons) {
        await().atMost(LONG).untilAsserted(() -> assertThat(closed).containsExactlyInAnyOrder(reasons));
    }

    @Override
    public void close() {
        pools.close();
        ticks.close();
        connector.close();
        identity.close();
    }

    private static final class Unheard implements LoginListener {
        @Override
        public void refused(Node node, String role) {}

        @Override
        public void weak(Node node, String role, AuthMethod method) {}

        @Override
        public void rotated(String role) {}
    }
}
