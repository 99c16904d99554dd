package dev.penstock.testkit;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Brings a cluster up. Every node begins as a copy of one template, so replicas need no base backup; they are copied while
 * the primary starts, and started as soon as the role they log in with exists.
 */
final class ClusterStart {
    private static final int ATTEMPTS = 3;

    /** Copying and starting are bounded; this only has to be longer than both. */
    private static final Duration START_ENDS = Duration.ofSeconds(60);

    private final ClusterPlan plan;
    private final Workspace workspace;
    private final RunDirectory run;

    private ClusterStart(ClusterPlan plan, Workspace workspace, RunDirectory run) {
        this.plan = plan;
        this.workspace = workspace;
        this.run = run;
    }

    static PostgresCluster run(ClusterPlan plan) {
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(plan);
            } catch (PostgresClusterException e) {
                // Somebody took the port between our look and the server's start.
                boolean portTaken = String.valueOf(e.getMessage()).contains("Address already in use");
                if (!portTaken || !plan.ports().isEmpty() || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static PostgresCluster attempt(ClusterPlan plan) {
        Workspace workspace = Workspace.open();
        try {
            RunDirectory run = RunDirectory.create(workspace);
            Thread hook = new Thread(() -> run.close(false), "penstock-testkit-shutdown");
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                return new ClusterStart(plan, workspace, run).start(hook);
            } catch (RuntimeException | IOException | Error e) {
                Runtime.getRuntime().removeShutdownHook(hook);
                cleanUp(run, e);
                throw e;
            }
        } catch (IOException e) {
            throw new PostgresClusterException("cannot start a cluster in " + workspace.root(), e);
        }
    }

    /** What went wrong first is what the caller is told. */
    private static void cleanUp(RunDirectory run, Throwable reason) {
        try {
            run.close(false);
        } catch (PostgresClusterException e) {
            reason.addSuppressed(e);
        }
    }

    private PostgresCluster start(Thread hook) throws IOException {
        ServerBinaries binaries = ServerBinaries.find(plan.binaries(), workspace, run.root());
        ClusterTemplate template = ClusterTemplate.find(binaries, plan.settings(), workspace, run.number());
        Passwords passwords = Passwords.create(run.root().resolve("secrets"), template.superuserPassword());
        PostgresCluster cluster = new PostgresCluster(plan, binaries, run, passwords, hook);
        ExecutorService threads = Executors.newFixedThreadPool(plan.nodes(), task -> {
            Thread thread = new Thread(task, "penstock-testkit-start");
            thread.setDaemon(true);
            return thread;
        });
        try {
            start(cluster, template, passwords, threads);
            return cluster;
        } finally {
            end(threads);
        }
    }

    /** When one node fails the others are still being made: whoever cleans up must not meet files that are just being copied. */
    private static void end(ExecutorService threads) {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(START_ENDS.toSeconds(), TimeUnit.SECONDS)) {
                throw new PostgresClusterException("a node was still being started after " + START_ENDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void start(PostgresCluster cluster, ClusterTemplate template, Passwords passwords, ExecutorService threads)
            throws IOException {
        PostgresNode primary = cluster.primary();
        Future<?> main = threads.submit(prepared(cluster, primary, template));
        List<Future<?>> copies = new ArrayList<>();
        for (PostgresNode replica : others(cluster)) {
            copies.add(threads.submit(prepared(cluster, replica, template)));
        }
        await(main);
        primary.launch();
        createRoles(primary, passwords);
        copies.forEach(ClusterStart::await);
        List<Future<?>> starts = new ArrayList<>();
        for (PostgresNode replica : others(cluster)) {
            starts.add(threads.submit(replica::start));
        }
        cluster.createDatabase(Roles.DATABASE);
        starts.forEach(ClusterStart::await);
        cluster.awaitReplicas();
    }

    private static List<PostgresNode> others(PostgresCluster cluster) {
        return cluster.nodes().stream()
                .filter(node -> !node.equals(cluster.primary()))
                .toList();
    }

    private static Callable<Void> prepared(PostgresCluster cluster, PostgresNode node, ClusterTemplate template) {
        return () -> {
            node.data().copyCold(template.data());
            cluster.furnish(node);
            if (!node.equals(cluster.primary())) {
                node.data().markStandby();
            }
            return null;
        };
    }

    private static void createRoles(PostgresNode primary, Passwords passwords) {
        try (Connection superuser = primary.session()) {
            Roles.create(superuser, passwords);
        } catch (SQLException e) {
            throw new PostgresClusterException("cannot make the roles: " + e.getMessage() + primary.logTail(), e);
        }
    }

    private static void await(Future<?> work) {
        try {
            work.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof PostgresClusterException known
                    ? known
                    : new PostgresClusterException("cannot prepare a node: " + cause, cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostgresClusterException("interrupted while a cluster started", e);
        }
    }
}
