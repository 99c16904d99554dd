package dev.penstock.benchmarks.scenario;

import dev.penstock.testkit.PostgresNode;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the writers of one client were told, beside what is in the table.
 *
 * @param duplicates rows beyond the first of an id: each id was attempted once
 * @param lost acknowledged, and not there
 * @param unknown reported as 08007
 * @param failedButThere reported as failed with any other SQLSTATE, and there nevertheless
 * @param sentToReplicas refused by a replica with 25006
 * @param states how often each SQLSTATE was reported
 */
record Reckoning(
        int acknowledged,
        int duplicates,
        int lost,
        int unknown,
        int unknownButThere,
        int failedButThere,
        int sentToReplicas,
        Map<String, Long> states) {
    static Reckoning of(String client, List<Writer> writers, PostgresNode primary) throws SQLException {
        Map<Long, Integer> rows = new HashMap<>();
        for (List<String> row :
                primary.execute("select id, count(*) from app.written where client = '" + client + "' group by id")) {
            rows.put(Long.valueOf(row.get(0)), Integer.valueOf(row.get(1)));
        }
        Map<Long, String> failed = new HashMap<>();
        writers.forEach(writer -> failed.putAll(writer.failed()));
        List<Long> acknowledged = writers.stream()
                .flatMap(writer -> writer.acknowledged().stream())
                .map(Writer.Acknowledged::id)
                .toList();
        return new Reckoning(
                acknowledged.size(),
                rows.values().stream().mapToInt(count -> count - 1).sum(),
                (int) acknowledged.stream().filter(id -> !rows.containsKey(id)).count(),
                count(failed, rows, true, false),
                count(failed, rows, true, true),
                count(failed, rows, false, true),
                (int) failed.values().stream().filter("25006"::equals).count(),
                failed.values().stream().collect(Collectors.groupingBy(s -> s, TreeMap::new, Collectors.counting())));
    }

    private static int count(Map<Long, String> failed, Map<Long, Integer> rows, boolean unknown, boolean there) {
        return (int) failed.entrySet().stream()
                .filter(one -> one.getValue().equals("08007") == unknown)
                .filter(one -> !there || rows.containsKey(one.getKey()))
                .count();
    }

    @Override
    public String toString() {
        return "acknowledged " + acknowledged + ", of these not there " + lost + ", duplicates " + duplicates
                + ", outcome unknown " + unknown + " (there " + unknownButThere + "), failed but there "
                + failedButThere + ", sent to a replica " + sentToReplicas + ", SQLSTATEs " + states;
    }
}
