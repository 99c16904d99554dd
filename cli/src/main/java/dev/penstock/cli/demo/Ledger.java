package dev.penstock.cli.demo;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** What the program was told about each of its writes. Thread-safe. */
final class Ledger {
    private final AtomicLong lastId = new AtomicLong();
    /** The id of each acknowledged write, and when ({@link System#nanoTime}) it was acknowledged. */
    private final ConcurrentSkipListMap<Long, Long> acknowledged = new ConcurrentSkipListMap<>();

    private final Map<Long, SQLException> failed = new ConcurrentHashMap<>();
    private final Set<Long> unknown = ConcurrentHashMap.newKeySet();

    long newId() {
        return lastId.incrementAndGet();
    }

    void acknowledged(long id) {
        acknowledged.put(id, System.nanoTime());
    }

    /** Penstock said that it was not committed. */
    void failed(long id, SQLException error) {
        failed.put(id, error);
    }

    /** Penstock said that it may have been committed, or may be later: SQLSTATE 08007. */
    void unknown(long id) {
        unknown.add(id);
    }

    /**
     * How long ago, seen from {@code askedAt}, the first write was acknowledged that a reader did not see; zero when it saw
     * all of them.
     */
    Duration staleness(long newestSeen, long askedAt) {
        Map.Entry<Long, Long> missed = acknowledged.higherEntry(newestSeen);
        return missed == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, askedAt - missed.getValue()));
    }

    int acknowledgedCount() {
        return acknowledged.size();
    }

    /** Compares with the rows that are there. */
    Reconciliation reconcile(Set<Long> rows) {
        Set<Long> lost = new TreeSet<>(acknowledged.keySet());
        lost.removeAll(rows);
        return new Reconciliation(
                acknowledged.size(),
                lost,
                failed.size(),
                common(failed.keySet(), rows),
                unknown.size(),
                common(unknown, rows).size());
    }

    private static Set<Long> common(Set<Long> ids, Set<Long> rows) {
        Set<Long> both = new TreeSet<>(ids);
        both.retainAll(rows);
        return both;
    }

    /**
     * What the program was told against what is in the table.
     *
     * @param lost acknowledged and not there
     * @param failedButThere said to have failed, and there nevertheless
     */
    record Reconciliation(
            int acknowledged, Set<Long> lost, int failed, Set<Long> failedButThere, int unknown, int unknownButThere) {
        int found() {
            return acknowledged - lost.size();
        }
    }
}
