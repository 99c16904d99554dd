package dev.penstock.cli.demo;

import dev.penstock.Database;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.Role;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Makes the lines of the table: what Penstock believes, and the answers counted since the last time. For one thread. */
final class Sampler {
    private final Database database;
    private final Traffic traffic;
    private final Map<Integer, Count> last = new HashMap<>();

    Sampler(Database database, Traffic traffic) {
        this.database = database;
        this.traffic = traffic;
        sample();
    }

    private record Count(long nanos, long reads, long writes) {
        long perSecond(long now, long before, long nowNanos) {
            double seconds = (nowNanos - nanos) / 1e9;
            return seconds <= 0 ? 0 : Math.round((now - before) / seconds);
        }
    }

    final List<NodeLine> sample() {
        return database.status().nodes().stream().map(this::line).toList();
    }

    private NodeLine line(NodeStatus node) {
        int port = port(node);
        Count now = new Count(System.nanoTime(), traffic.reads(port), traffic.writes(port));
        Count before = last.getOrDefault(port, now);
        last.put(port, now);
        boolean isBehind = node.role() == Role.REPLICA
                && node.lag().time().filter(Sampler::isTooMuch).isPresent();
        return new NodeLine(
                node.name(),
                node.role().name().toLowerCase(Locale.ROOT),
                node.state().name().toLowerCase(Locale.ROOT),
                node.role() == Role.REPLICA ? node.lag().time() : Optional.empty(),
                isBehind,
                node.checkedOut(),
                before.perSecond(now.reads, before.reads, now.nanos),
                before.perSecond(now.writes, before.writes, now.nanos));
    }

    private static boolean isTooMuch(Duration lag) {
        return lag.compareTo(DemoPlan.MAX_LAG) > 0;
    }

    static int port(NodeStatus node) {
        return Integer.parseInt(node.endpoint().substring(node.endpoint().lastIndexOf(':') + 1));
    }
}
