package dev.penstock.cli.demo;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param writes what was acknowledged against what is there
 * @param traffic what the servers answered
 * @param failover the loss of the primary
 * @param untilFirstWrite from the first moment that the new primary was seen to be writable until a write on it was
 *     acknowledged through Penstock; empty when none was
 */
record Result(
        Ledger.Reconciliation writes,
        Traffic traffic,
        Incidents.Failover failover,
        Optional<Duration> untilFirstWrite) {

    /** One sentence per thing that went wrong; empty when nothing did. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        check(faults, writes.lost().size(), "acknowledged writes were lost: ids " + first(writes.lost()));
        check(
                faults,
                writes.failedButThere().size(),
                "writes were said to have failed and are there: ids " + first(writes.failedButThere()));
        check(faults, traffic.writesOnReplicas(), "writes were answered by a server in recovery");
        check(faults, traffic.failedReads(), "reads failed, the first one with: " + text(traffic.firstFailedRead()));
        check(
                faults,
                traffic.staleReads(),
                "reads were more than " + DemoPlan.STALENESS_LIMIT.toSeconds() + " s behind");
        if (traffic.reads() == 0) {
            faults.add("nothing was read");
        }
        if (untilFirstWrite.isEmpty()) {
            faults.add("no write reached the new primary");
        }
        return faults;
    }

    private static void check(List<String> faults, long count, String what) {
        if (count > 0) {
            faults.add(count + " " + what);
        }
    }

    private static String first(Iterable<Long> ids) {
        List<String> shown = new ArrayList<>();
        for (Long id : ids) {
            if (shown.size() == 10) {
                return String.join(", ", shown) + ", ...";
            }
            shown.add(String.valueOf(id));
        }
        return String.join(", ", shown);
    }

    private static String text(@Nullable SQLException error) {
        return error == null ? "" : error.getSQLState() + " " + error.getMessage();
    }
}
