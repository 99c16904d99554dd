package dev.penstock.routing;

import dev.penstock.connect.Node;
import dev.penstock.connect.ServerFacts;
import dev.penstock.observe.DatabaseStatus.Warning;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Compares the settings that a replica must have at least as high as its primary, because its replay pauses otherwise. Pure. */
final class StandbyFindings {
    private StandbyFindings() {}

    static List<Warning> of(Node node, Collection<Node> all) {
        ServerFacts replica = node.facts().filter(ServerFacts::inRecovery).orElse(null);
        Optional<ServerFacts> primary = all.stream()
                .flatMap(one -> one.facts().stream())
                .filter(facts -> !facts.inRecovery())
                .findFirst();
        if (replica == null || primary.isEmpty()) {
            return List.of();
        }
        Map<String, Integer> wanted = primary.get().limits();
        String lower = replica.limits().entrySet().stream()
                .filter(limit -> limit.getValue() < wanted.getOrDefault(limit.getKey(), 0))
                .map(limit -> limit.getKey() + " " + limit.getValue() + " below " + wanted.get(limit.getKey()))
                .sorted()
                .collect(Collectors.joining(", "));
        return lower.isEmpty()
                ? List.of()
                : List.of(new Warning(
                        "STANDBY_LIMITS",
                        node.name(),
                        "the replica has " + lower + " of its primary: its replay pauses, and it does not start again",
                        "Set it at least as high there and restart the replica; raise it on replicas first."));
    }
}
