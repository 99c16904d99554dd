package dev.penstock.benchmarks.scenario;

import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** The primary is killed, and the same server comes back after a while. */
final class SameHostScenario implements Scenario {
    @Override
    public String name() {
        return "same-host";
    }

    @Override
    public String title() {
        return "the same primary back after 1, 4 and 12 s: from its first write by an independent session to each"
                + " client's; goal 300 ms";
    }

    @Override
    public void run(int rounds, Random random) throws Exception {
        int each = Math.max(1, rounds / 7);
        try (PostgresCluster cluster = Scenario.cluster();
                Database database = Database.open(Scenario.config(cluster).build());
                PooledClient pooled = PooledClient.of(cluster)) {
            AtomicLong ids = new AtomicLong();
            List<Writer> writers = List.of(Writer.start(new PenstockClient(database), ids), Writer.start(pooled, ids));
            for (int seconds : List.of(1, 4, 12)) {
                Map<String, List<Long>> late = new LinkedHashMap<>();
                for (int round = 0; round < each; round++) {
                    round(cluster, database, writers, Duration.ofSeconds(seconds), late);
                }
                late.forEach((name, times) -> System.out.printf("  %2d s  %-18s %s ms%n", seconds, name, all(times)));
            }
            for (Writer writer : writers) {
                writer.close();
            }
        }
    }

    private static void round(
            PostgresCluster cluster,
            Database database,
            List<Writer> writers,
            Duration outage,
            Map<String, List<Long>> late)
            throws Exception {
        Scenario.awaitCalm(database);
        PostgresNode primary = cluster.primary();
        primary.kill();
        long killed = System.nanoTime();
        Scenario.pass(outage);
        CompletableFuture<Long> accepted = Poller.firstWrite(primary);
        primary.start();
        long accepts = accepted.get(60, TimeUnit.SECONDS);
        for (Writer writer : writers) {
            OptionalLong first = writer.awaitFirstAt(primary.port(), killed + outage.toNanos() / 2, LIMIT);
            late.computeIfAbsent(writer.client().name(), name -> new ArrayList<>())
                    .add(first.orElse(accepts + LIMIT.toNanos()) - accepts);
        }
        cluster.awaitReplicas();
    }

    private static String all(List<Long> nanos) {
        return nanos.stream()
                .map(one -> String.format(Locale.ROOT, "%.0f", one / 1e6))
                .collect(Collectors.joining(", "));
    }
}
