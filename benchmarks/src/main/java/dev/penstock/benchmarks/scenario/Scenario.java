package dev.penstock.benchmarks.scenario;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.Role;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What one scenario gets, and what all of them share. */
interface Scenario {
    /** Connections of each client's pool. */
    int CONNECTIONS = 8;

    /** What a caller waits for a connection: HikariCP's default, and Penstock's. */
    Duration BORROW = Duration.ofSeconds(30);

    Duration LIMIT = Duration.ofSeconds(90);

    /** As on the command line. */
    String name();

    /** In one line, with what it is measured against. */
    String title();

    /** Runs it and prints what it saw. */
    void run(int rounds, Random random) throws Exception;

    /** A primary with two replicas and the table that the writers fill. */
    static PostgresCluster cluster() throws SQLException {
        PostgresCluster cluster = PostgresCluster.builder().replicas(2).start();
        cluster.primary()
                .execute("create table app.written (client text, id bigint, port int default inet_server_port())");
        cluster.primary().execute("create table app.polled (id int)");
        cluster.awaitReplicas();
        return cluster;
    }

    /** Penstock's defaults, in plain text like the others. */
    static DatabaseConfig.Builder config(PostgresCluster cluster) {
        return DatabaseConfig.builder()
                .primary(endpoint(cluster.node(0)))
                .replicas(
                        cluster.nodes().stream().skip(1).map(Scenario::endpoint).toArray(String[]::new))
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.disabled())
                .pool(CONNECTIONS, 0, BORROW);
    }

    static String endpoint(PostgresNode node) {
        return node.host() + ":" + node.port();
    }

    /**
     * The replica that has received most, a random one of equals: what a cluster manager promotes, and what the other one can
     * follow.
     */
    static PostgresNode mostAdvanced(PostgresCluster cluster, Random random) throws SQLException {
        List<PostgresNode> replicas = new ArrayList<>(cluster.replicas());
        Collections.shuffle(replicas, random);
        PostgresNode best = replicas.get(0);
        for (PostgresNode other : replicas) {
            best = received(other) > received(best) ? other : best;
        }
        return best;
    }

    private static long received(PostgresNode replica) throws SQLException {
        return Long.parseLong(replica.execute("select pg_wal_lsn_diff(greatest(pg_last_wal_receive_lsn(),"
                        + " pg_last_wal_replay_lsn()), '0/0')")
                .get(0)
                .get(0));
    }

    /** Waits until one node is the primary and every other one a replica, all of them up. */
    static void awaitCalm(Database database) {
        await("the database to see every node up", () -> {
            List<NodeStatus> nodes = database.status().nodes();
            long primaries =
                    nodes.stream().filter(node -> node.role() == Role.PRIMARY).count();
            return primaries == 1 && nodes.stream().allMatch(node -> node.state() == NodeState.UP);
        });
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("waited " + LIMIT + " for " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Lets time pass, which is part of what is measured. */
    static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
