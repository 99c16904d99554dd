package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Node;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.WarmUp;
import dev.penstock.pool.NodePools;
import dev.penstock.topology.TopologyView;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Fills the pools by asking each for as many connections at once as it is to keep, and giving them all back together. It
 * goes through the gate like everybody else, so it never passes a ceiling.
 */
final class PoolWarmUp {
    private final Map<Node, NodePools> pools;
    private final DatabaseConfig config;

    PoolWarmUp(Map<Node, NodePools> pools, DatabaseConfig config) {
        this.pools = pools;
        this.config = config;
    }

    /** The primary's writers, and the readers of every node that reads would go to. */
    List<WarmUp> run(TopologyView view) throws SQLException {
        ExecutorService threads = Executors.newCachedThreadPool(PoolWarmUp::daemon);
        try {
            List<Future<WarmUp>> all = new ArrayList<>();
            view.primary()
                    .ifPresent(primary -> all.add(threads.submit(() -> fill(primary.node(), Purpose.WRITE, threads))));
            view.readers().forEach(node -> all.add(threads.submit(() -> fill(node, Purpose.READ, threads))));
            List<WarmUp> reports = new ArrayList<>();
            for (Future<WarmUp> one : all) {
                reports.add(one.get());
            }
            return reports;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while warming up", "08001", e);
        } catch (ExecutionException e) {
            throw new SQLException("Warming up failed", "08001", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "penstock-warm-up");
        thread.setDaemon(true);
        return thread;
    }

    private WarmUp fill(Node node, Purpose purpose, ExecutorService threads) throws InterruptedException {
        NodePools ofNode = Objects.requireNonNull(pools.get(node));
        int wanted = config.pool().size();
        long began = System.nanoTime();
        long deadline = began + config.pool().timeout().toNanos();
        CountDownLatch answered = new CountDownLatch(wanted);
        List<Future<Integer>> borrows = new ArrayList<>();
        for (int i = 0; i < wanted; i++) {
            borrows.add(threads.submit(() -> hold(ofNode, purpose, deadline, answered)));
        }
        answered.await();
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        int opened = 0;
        Optional<String> failure = Optional.empty();
        for (Future<Integer> borrow : borrows) {
            try {
                opened += borrow.get();
            } catch (ExecutionException e) {
                failure = Optional.of(String.valueOf(
                        Objects.requireNonNullElse(e.getCause(), e).getMessage()));
            }
        }
        return new WarmUp(node.name(), purpose.label(), wanted, opened, took, failure);
    }

    /** Holds a connection until everybody has one, so that each is another. */
    private static int hold(NodePools ofNode, Purpose purpose, long deadline, CountDownLatch answered)
            throws SQLException, InterruptedException {
        Connection connection;
        try {
            connection = ofNode.borrow(purpose, deadline);
        } finally {
            answered.countDown();
        }
        if (connection == null) {
            return 0;
        }
        try (Connection held = connection) {
            answered.await();
            return held.isClosed() ? 0 : 1;
        }
    }
}
