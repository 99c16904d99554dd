package dev.penstock.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** Turns a node, typically a former primary, into a replica of the current primary. */
record Rejoin(PostgresNode primary, PostgresNode node) {
    /** A node that can follow does so within a tenth of this; the log usually says before that it cannot. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    /** How the server says that it has WAL which the primary does not have. */
    private static final List<String> DIVERGED = List.of(
            "before current recovery point",
            "is not in this server's history",
            "is not a child of this server's history",
            "is ahead of the WAL flush position",
            "requested WAL segment",
            "system identifier differs between the primary and standby");

    void run() {
        if (node.equals(primary)) {
            throw new IllegalStateException(node.name() + " is the primary");
        }
        if (node.isSuspended()) {
            node.kill();
        }
        node.stop();
        node.clearCut();
        if (!follows()) {
            node.kill();
            new BaseCopy(primary, node.data()).take();
            cluster().furnish(node);
            startAsReplica();
            node.awaitReplay();
        }
    }

    private PostgresCluster cluster() {
        return node.cluster();
    }

    private void startAsReplica() {
        node.data().markStandby();
        node.start();
    }

    private boolean follows() {
        int logLength = node.log().length();
        try {
            startAsReplica();
        } catch (PostgresClusterException doesNotStart) {
            return false;
        }
        ReplayWait wait = new ReplayWait(primary, node);
        ReplayWait.Target target = wait.target();
        try (Connection connection = node.session();
                Statement statement = connection.createStatement()) {
            boolean[] reached = {false};
            Deadline.in(PATIENCE).waitFor(() -> {
                reached[0] = ReplayWait.isReached(statement, target);
                return reached[0] || !node.isRunning() || hasDiverged(logLength);
            });
            return reached[0];
        } catch (SQLException | PostgresClusterException endedMeanwhile) {
            return false;
        }
    }

    private boolean hasDiverged(int logLength) {
        String since = node.log().substring(logLength);
        return DIVERGED.stream().anyMatch(since::contains);
    }
}
