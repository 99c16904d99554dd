package dev.penstock.testkit.history;

import dev.penstock.testkit.PostgresNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What became of the cluster: written down while faults happen. Used by one thread. */
final class Course {
    private final HistoryTable table;
    private final List<Reign> ended = new ArrayList<>();
    private final List<Span> withoutPrimary = new ArrayList<>();
    private final List<Row> lost = new ArrayList<>();
    private String primary;
    private long since;

    Course(HistoryTable table) {
        this.table = table;
        this.primary = table.cluster().primary().name();
    }

    /** @param begun when its promotion began, which may be long before anybody else could know */
    void succeeded(PostgresNode next, long begun, long now) {
        ended.add(new Reign(primary, new Span(since, now)));
        primary = next.name();
        since = begun;
    }

    void nobodyReachedThePrimary(long from, long until) {
        withoutPrimary.add(new Span(from, until));
    }

    /**
     * Keeps what a former primary has and its successor has not, before its data are replaced.
     *
     * @return how many rows
     */
    int survey(PostgresNode former) throws SQLException {
        Set<Row> kept = new HashSet<>(table.rows(table.cluster().primary()));
        List<Row> missing =
                table.rows(former).stream().filter(row -> !kept.contains(row)).toList();
        lost.addAll(missing);
        return missing.size();
    }

    Evidence evidence() throws SQLException {
        List<Reign> reigns = new ArrayList<>(ended);
        reigns.add(new Reign(primary, new Span(since, Long.MAX_VALUE)));
        return new Evidence(table.rows(table.cluster().primary()), lost, reigns, withoutPrimary);
    }
}
