package dev.penstock.benchmarks.scenario;

import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The primary is stopped cleanly, a replica promoted, and the old primary comes back as a replica, under four writers. */
final class SwitchoverScenario implements Scenario {
    private static final int WRITERS = 4;

    @Override
    public String name() {
        return "switchover";
    }

    @Override
    public String title() {
        return "no write lands on a replica, no acknowledged write is lost, what is reported as failed did not happen";
    }

    @Override
    public void run(int rounds, Random random) throws Exception {
        int switchovers = Math.max(1, rounds / 2);
        try (PostgresCluster cluster = Scenario.cluster();
                Database database = Database.open(Scenario.config(cluster).build())) {
            AtomicLong ids = new AtomicLong();
            List<Writer> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(Writer.start(new PenstockClient(database), ids));
            }
            List<Long> late = new ArrayList<>();
            for (int round = 0; round < switchovers; round++) {
                late.addAll(round(cluster, database, writers, random));
            }
            for (Writer writer : writers) {
                writer.close();
            }
            System.out.printf(
                    "  %d switchovers under %d writers; each writer's first write after the new primary took"
                            + " one: %s%n",
                    switchovers, WRITERS, Figures.of(late).p50p95max());
            System.out.println("  " + Reckoning.of("Penstock", writers, cluster.primary()));
        }
    }

    private static List<Long> round(PostgresCluster cluster, Database database, List<Writer> writers, Random random)
            throws Exception {
        Scenario.awaitCalm(database);
        PostgresNode old = cluster.primary();
        old.stop();
        long stopped = System.nanoTime();
        PostgresNode next = Scenario.mostAdvanced(cluster, random);
        CompletableFuture<Long> accepted = Poller.firstWrite(next);
        next.promote();
        long accepts = accepted.get(60, TimeUnit.SECONDS);
        List<Long> late = new ArrayList<>();
        for (Writer writer : writers) {
            writer.awaitFirstAt(next.port(), stopped, LIMIT).ifPresent(first -> late.add(first - accepts));
            strayed(writer, stopped, Set.of(next.port()));
        }
        old.rejoin();
        cluster.awaitReplicas();
        return late;
    }

    private static void strayed(Writer writer, long since, Set<Integer> allowed) {
        long stray = writer.acknowledged().stream()
                .filter(write -> write.nanos() - since > 0 && !allowed.contains(write.port()))
                .count();
        if (stray > 0) {
            System.out.println("  WRONG: " + stray + " writes were acknowledged by another server than the primary");
        }
    }
}
