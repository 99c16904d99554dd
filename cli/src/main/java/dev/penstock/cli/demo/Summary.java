package dev.penstock.cli.demo;

import dev.penstock.testkit.PostgresCluster;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The last lines of a run. */
final class Summary {
    private Summary() {}

    static String of(Result result, PostgresCluster cluster) {
        return "\nSummary\n"
                + writes(result.writes(), result.failover().heir().name())
                + reads(result.traffic(), cluster)
                + failover(result.failover(), result.untilFirstWrite())
                + verdict(result.faults());
    }

    private static String writes(Ledger.Reconciliation writes, String heir) {
        return format(
                """
                  writes    %,d acknowledged, %,d of them found on %s
                            %,d failed and rolled back, %,d of them found
                            %,d of unknown outcome (08007), %,d of them found
                """,
                writes.acknowledged(),
                writes.found(),
                heir,
                writes.failed(),
                writes.failedButThere().size(),
                writes.unknown(),
                writes.unknownButThere());
    }

    private static String reads(Traffic traffic, PostgresCluster cluster) {
        String byNode = cluster.nodes().stream()
                .map(node -> format("%s %,d", node.name(), traffic.reads(node.port())))
                .collect(Collectors.joining(", "));
        return format(
                """
                  reads     %,d: %s
                            %,d failed, %,d run again on another node; none may be older than %s, the oldest was %s
                """,
                traffic.reads(),
                byNode,
                traffic.failedReads(),
                traffic.readsRunAgain(),
                seconds(DemoPlan.STALENESS_LIMIT),
                seconds(traffic.oldestRead()));
    }

    private static String failover(Incidents.Failover failover, Optional<Duration> untilFirstWrite) {
        return format(
                "  failover  primary killed at %s; first write %s after %s was writable%n",
                seconds(failover.killed()),
                untilFirstWrite.map(time -> time.toMillis() + " ms").orElse("never"),
                failover.heir().name());
    }

    private static String verdict(List<String> faults) {
        return faults.isEmpty()
                ? "\nNothing acknowledged was lost and no read went wrong."
                : "\nWrong:\n  " + String.join("\n  ", faults);
    }

    private static String seconds(Duration time) {
        return format("%.1f s", time.toMillis() / 1000.0);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
