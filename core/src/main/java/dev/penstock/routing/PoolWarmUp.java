package dev.penstock.routing;

import dev.penstock.connect.Node;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.WarmUp;
import dev.penstock.pool.NodePools;
import dev.penstock.tls.ServerText;
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
    private final int size;
    private final Duration patience;

    /** @param size how many each node is to have */
    PoolWarmUp(Map<Node, NodePools> pools, int size, Duration patience) {
        this.pools = pools;
        this.size = size;
        this.patience = patience;
    }

    /** Each pool that callers would be sent to now. */
    List<WarmUp> run(TopologyView view) throws SQLException {
        ExecutorService threads = Executors.newCachedThreadPool(PoolWarmUp::daemon);
        try {
            List<Future<WarmUp>> all = new ArrayList<>();
            for (Target target : targets(view)) {
                all.add(threads.submit(() -> fill(target, threads)));
            }
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

    /** One pool and what it is to hold. */
    private record Target(Node node, Purpose purpose, int wanted) {}

    /** A primary that serves the reads as well shares its {@code pool_size} between both pools: more would not fit. */
    private List<Target> targets(TopologyView view) {
        List<Target> targets = new ArrayList<>();
        view.primary().ifPresent(primary -> {
            int readsOnPrimary = view.readers().isEmpty() ? Math.min(size / 2, readLimit(primary.node())) : 0;
            targets.add(new Target(primary.node(), Purpose.WRITE, size - readsOnPrimary));
            targets.add(new Target(primary.node(), Purpose.READ, readsOnPrimary));
        });
        view.readers().forEach(node -> targets.add(new Target(node, Purpose.READ, size)));
        return targets.stream().filter(target -> target.wanted() > 0).toList();
    }

    private int readLimit(Node node) {
        return Objects.requireNonNull(pools.get(node)).readLimit();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "penstock-warm-up");
        thread.setDaemon(true);
        return thread;
    }

    private WarmUp fill(Target target, ExecutorService threads) throws InterruptedException {
        NodePools ofNode = Objects.requireNonNull(pools.get(target.node()));
        int wanted = target.wanted();
        long began = System.nanoTime();
        long deadline = began + patience.toNanos();
        CountDownLatch answered = new CountDownLatch(wanted);
        List<Future<Integer>> borrows = new ArrayList<>();
        for (int i = 0; i < wanted; i++) {
            borrows.add(threads.submit(() -> hold(ofNode, target.purpose(), deadline, answered)));
        }
        answered.await();
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        int opened = 0;
        Optional<String> failure = Optional.empty();
        for (Future<Integer> borrow : borrows) {
            try {
                opened += borrow.get();
            } catch (ExecutionException e) {
                failure = Optional.of(ServerText.of(Objects.requireNonNullElse(e.getCause(), e)));
            }
        }
        return new WarmUp(target.node().name(), target.purpose().label(), wanted, opened, took, failure);
    }

    /** Holds a connection until everybody has one, so that each is another. */
    private static int hold(NodePools ofNode, Purpose purpose, long deadline, CountDownLatch answered)
            throws SQLException, InterruptedException {
        Connection connection;
        try {
            connection = ofNode.borrow(purpose, deadline, () -> true);
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
