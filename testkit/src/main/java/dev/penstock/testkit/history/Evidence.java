package dev.penstock.testkit.history;

import java.util.List;

/**
 * What the servers hold after all is over, and what happened to them. Immutable.
 *
 * @param rows the table on the last primary
 * @param lost rows that a former primary held, read from itself before its data were replaced, and the last primary has not:
 *     what its replicas had not received when it was lost. With asynchronous replication a failover may lose that, and no
 *     router can help it
 * @param reigns who was the primary when, in order
 * @param withoutPrimary when nobody could reach one
 */
public record Evidence(List<Row> rows, List<Row> lost, List<Reign> reigns, List<Span> withoutPrimary) {
    public Evidence {
        rows = List.copyOf(rows);
        lost = List.copyOf(lost);
        reigns = List.copyOf(reigns);
        withoutPrimary = List.copyOf(withoutPrimary);
    }
}
