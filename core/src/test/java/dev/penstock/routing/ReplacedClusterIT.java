package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.Session;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.SessionToken;
import dev.penstock.config.TopologyConfig;
import dev.penstock.connect.NodeConnection;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.RouteReason;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Another cluster answers at the addresses of the one that a database was opened on. */
class ReplacedClusterIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<String> told = new CopyOnWriteArrayList<>();

    /** With as many connections as no other test asks for: it has a template of its own, while the former one's is free again. */
    private static PostgresCluster successorOf(PostgresCluster former) throws SQLException {
        int[] ports = former.nodes().stream().mapToInt(node -> node.port()).toArray();
        PostgresCluster next = PostgresCluster.builder()
                .replicas(former.nodes().size() - 1)
                .setting("max_connections", "87")
                .ports(ports)
                .start();
        next.primary().execute("alter role appuser password '" + former.password("appuser") + "'");
        prepare(next);
        return next;
    }

    private static void prepare(PostgresCluster cluster) throws SQLException {
        cluster.primary().execute("create table app.row (n int)");
        cluster.primary().execute("grant all on app.row to appuser");
        cluster.awaitReplicas();
    }

    private static DatabaseConfig configOf(PostgresCluster cluster, PostgresNode primary, PostgresNode replica) {
        return configOf(cluster, primary, replica, TopologyConfig.defaults());
    }

    private static DatabaseConfig configOf(
            PostgresCluster cluster, PostgresNode primary, PostgresNode replica, TopologyConfig topology) {
        return DatabaseConfig.builder()
                .primary("localhost:" + primary.port())
                .replicas("localhost:" + replica.port())
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.literal(cluster.password("appuser")))
                .pool(4, 2, Duration.ofSeconds(1))
                .topology(topology)
                .build();
    }

    private Database open(DatabaseConfig config) throws SQLException {
        Database db = Database.open(config);
        db.addListener(new DatabaseListener() {
            @Override
            public void historyLost(String node, int timeline, int lostTimeline) {
                told.add("historyLost");
            }

            @Override
            public void tokenUnproven(String token) {
                told.add(token);
            }
        });
        return db;
    }

    private static String systemOf(PostgresCluster cluster) throws SQLException {
        return cluster.primary()
                .execute("select system_identifier from pg_control_system()")
                .get(0)
                .get(0);
    }

    private static void insert(Connection c) throws SQLException {
        Served.run(c, "insert into app.row values (1)");
    }

    @Test
    void a_cluster_that_was_replaced_at_its_addresses_is_served_once_it_is_adopted() throws Exception {
        PostgresCluster former = PostgresCluster.builder().replicas(1).start();
        String old;
        Database db;
        Session session;
        try (former) {
            prepare(former);
            // As after failovers: the new cluster begins with a lower timeline.
            former.primary().stop();
            former.node(1).promote();
            former.node(0).rejoin();
            old = systemOf(former);
            db = open(configOf(former, former.node(0), former.node(1)));
            session = db.session();
            session.write(ReplacedClusterIT::insert);
        }
        SessionToken token = session.token().orElseThrow();
        try (db;
                PostgresCluster next = successorOf(former)) {
            String found = systemOf(next);
            assertThat(found).isNotEqualTo(old);
            await().atMost(SOON).until(() -> states(db).equals(Set.of(NodeState.FENCED)));
            for (SQLException refused : List.of(refusedWrite(db), refusedRead(db))) {
                assertThat(refused.getSQLState()).isEqualTo("08001");
                assertThat(refused.getMessage())
                        .contains("(system identifier " + found + ", expected " + old + ")")
                        .contains("Database.adopt(\"" + found + "\") goes on with it");
            }
            refusesWhatNobodyIs(db);
            db.adopt(found);
            isServed(db, session, token, next);
            assertThatCode(() -> db.adopt(found)).as("it is ours already").doesNotThrowAnyException();
        }
    }

    private static Set<NodeState> states(Database db) {
        Set<NodeState> states = ConcurrentHashMap.newKeySet();
        db.status().nodes().stream().map(NodeStatus::state).forEach(states::add);
        return states;
    }

    private static SQLException refusedWrite(Database db) {
        return catchThrowableOfType(SQLException.class, () -> db.write(ReplacedClusterIT::insert));
    }

    private static SQLException refusedRead(Database db) {
        return catchThrowableOfType(SQLException.class, () -> db.read(Served::by));
    }

    private static void refusesWhatNobodyIs(Database db) {
        assertThatThrownBy(() -> db.adopt("1234567890123456789"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("No server says that it belongs to the cluster 1234567890123456789")
                .hasMessageContaining("node-1")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("55000");
    }

    private void isServed(Database db, Session session, SessionToken token, PostgresCluster next) throws Exception {
        db.write(ReplacedClusterIT::insert);
        next.awaitReplicas();
        await().atMost(SOON)
                .until(() -> db.read(Served::by).equals(new Served(next.node(1).port(), true)));
        assertThat(db.status().primary().orElseThrow().name()).isEqualTo("node-1");
        assertThat(db.explain(ReadOptions.defaults().after(token)).reason()).isEqualTo(RouteReason.TOKEN_UNPROVEN);
        assertThat(session.read(Served::by)).isEqualTo(new Served(next.node(0).port(), false));
        session.write(ReplacedClusterIT::insert);
        long seen = session.read(c -> Served.count(c, "app.row"));
        assertThat(seen).isEqualTo(2);
        await().atMost(SOON).until(() -> !told.isEmpty());
        assertThat(told).containsExactly("another cluster than that of the primary");
        await().atMost(SOON)
                .until(() -> db.status().nodes().stream()
                        .allMatch(node ->
                                node.monitor().sessions().maxConnections().equals(OptionalInt.of(87))));
    }

    @Test
    void adopting_replaces_connections_that_stand_and_keeps_away_from_a_former_primary_that_still_answers()
            throws Exception {
        try (PostgresCluster former = PostgresCluster.builder().start();
                PostgresCluster other = PostgresCluster.builder().start()) {
            prepare(former);
            other.primary().execute("alter role appuser password '" + former.password("appuser") + "'");
            try (Database db = open(configOf(former, former.primary(), other.primary()))) {
                await().atMost(SOON).until(() -> states(db).contains(NodeState.FENCED));
                try (Connection held = db.writer().getConnection()) {
                    db.adopt(systemOf(other));
                    assertThat(held.unwrap(NodeConnection.class).isOfEarlierEpoch())
                            .isTrue();
                }
                assertThat(db.writeReturning(Served::by))
                        .isEqualTo(new Served(other.primary().port(), false));
                await().atMost(SOON).until(() -> db.status().nodes().get(0).state() == NodeState.FENCED);
            }
        }
    }

    @Test
    void a_pinned_cluster_refuses_another_one_and_says_where_it_is_pinned() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.builder().replicas(1).start()) {
            prepare(cluster);
            String pinned = systemOf(cluster);
            TopologyConfig topology = TopologyConfig.builder()
                    .maxLag(Duration.ofSeconds(10))
                    .systemIdentifier(pinned)
                    .build();
            try (Database db = open(configOf(cluster, cluster.node(0), cluster.node(1), topology))) {
                assertThatCode(() -> db.adopt(pinned)).doesNotThrowAnyException();
                assertThatThrownBy(() -> db.adopt("42"))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("The configuration pins the cluster " + pinned)
                        .hasMessageContaining("system_identifier");
                assertThatCode(() -> db.read(Served::by)).as("served as before").doesNotThrowAnyException();
            }
        }
    }
}
