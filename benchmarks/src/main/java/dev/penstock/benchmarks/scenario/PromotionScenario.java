package dev.penstock.benchmarks.scenario;

import dev.penstock.Database;
import dev.penstock.testkit.Followers;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The primary is killed and the most advanced replica promoted at once; every client writes throughout, one thread each. */
final class PromotionScenario implements Scenario {
    private static final Duration GIVE_UP = Duration.ofSeconds(60);

    @Override
    public String name() {
        return "promotion";
    }

    @Override
    public String title() {
        return "from the moment at which the promoted node takes a write (seen by an independent session) to each"
                + " client's first write there; goal p95 100 ms, max 250 ms";
    }

    @Override
    public void run(int rounds, Random random) throws Exception {
        try (PostgresCluster cluster = Scenario.cluster();
                Database database = Database.open(Scenario.config(cluster).build());
                PooledClient pooled = PooledClient.of(cluster)) {
            AtomicLong ids = new AtomicLong();
            List<Writer> writers = List.of(Writer.start(new PenstockClient(database), ids), Writer.start(pooled, ids));
            Map<String, List<Long>> late = new LinkedHashMap<>();
            List<Long> bare = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                bare.add(round(cluster, database, writers, random, late));
            }
            for (Writer writer : writers) {
                writer.close();
            }
            print(rounds, late, bare, writers, cluster.primary());
        }
    }

    /** Returns what the promotion itself took: from the kill to the first write of the independent session. */
    private static long round(
            PostgresCluster cluster,
            Database database,
            List<Writer> writers,
            Random random,
            Map<String, List<Long>> late)
            throws Exception {
        Scenario.awaitCalm(database);
        // Spread over the interval at which the monitors probe.
        Scenario.pass(Duration.ofMillis(500 + random.nextInt(1000)));
        PostgresNode old = cluster.primary();
        old.kill();
        long killed = System.nanoTime();
        PostgresNode next = Scenario.mostAdvanced(cluster, random);
        CompletableFuture<Long> accepted = Poller.firstWrite(next);
        next.promote(Followers.STAY);
        long accepts = accepted.get(60, TimeUnit.SECONDS);
        for (Writer writer : writers) {
            OptionalLong first = writer.awaitFirstAt(next.port(), killed, GIVE_UP);
            late.computeIfAbsent(writer.client().name(), name -> new ArrayList<>())
                    .add(first.isPresent() ? first.getAsLong() - accepts : GIVE_UP.toNanos());
        }
        cluster.followPrimary();
        old.rejoin();
        cluster.awaitReplicas();
        return accepts - killed;
    }

    private static void print(
            int rounds, Map<String, List<Long>> late, List<Long> bare, List<Writer> writers, PostgresNode primary)
            throws Exception {
        System.out.printf(
                "  %d rounds; kill to the first write of the independent session: %s%n",
                rounds, Figures.of(bare).p50p95max());
        for (Writer writer : writers) {
            String name = writer.client().name();
            Figures figures = Figures.of(late.getOrDefault(name, List.of()));
            System.out.printf("  %-18s %s%n", name, figures.p50p95max());
            System.out.printf("  %-18s %s%n", "", Reckoning.of(name, List.of(writer), primary));
        }
        System.out.println("  (a write that was acknowledged just before the kill may be missing: replication is"
                + " asynchronous)");
    }
}
