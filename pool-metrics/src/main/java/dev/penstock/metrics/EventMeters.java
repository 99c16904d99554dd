package dev.penstock.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What happens to a whole database now and then. Thread-safe. */
final class EventMeters {
    private static final String OTHER = "other";

    /** Classes of SQLSTATEs for which something is run again. */
    private static final List<String> STATES = List.of("08", "25", "40", "53", "57", "58", "xx", OTHER);

    private final Map<String, Counter> reads;
    private final Map<String, Counter> writes;
    private final Counter unproven;
    private final Counter rotations;
    private final Counter accepted;
    private final Counter refused;

    EventMeters(Meters meters) {
        this.reads = retries(meters, "read");
        this.writes = retries(meters, "write");
        this.unproven = meters.counter(
                new Meters.Spec(
                        "penstock.unproven.tokens",
                        "tokens",
                        "Histories of session tokens that the cluster does not have"),
                Tags.empty());
        this.rotations = meters.counter(
                new Meters.Spec(
                        "penstock.credentials.rotations",
                        "rotations",
                        "Times that a server took another password than before"),
                Tags.empty());
        Meters.Spec reloads = new Meters.Spec("penstock.tls.reloads", "reloads", "Changes of the TLS files");
        this.accepted = meters.counter(reloads, Tags.of("outcome", "accepted"));
        this.refused = meters.counter(reloads, Tags.of("outcome", "refused"));
    }

    private static Map<String, Counter> retries(Meters meters, String purpose) {
        Meters.Spec spec = new Meters.Spec("penstock.retries", "retries", "Closures that ran again");
        Map<String, Counter> all = new HashMap<>();
        STATES.forEach(state -> all.put(state, meters.counter(spec, Tags.of("purpose", purpose, "sqlstate", state))));
        return all;
    }

    void retried(String purpose, String sqlState) {
        String known = sqlState.substring(0, Math.min(2, sqlState.length())).toLowerCase(Locale.ROOT);
        Map<String, Counter> counters = purpose.equals("read") ? reads : writes;
        Objects.requireNonNull(counters.get(STATES.contains(known) ? known : OTHER))
                .increment();
    }

    void tokenUnproven() {
        unproven.increment();
    }

    void passwordRotated() {
        rotations.increment();
    }

    void tlsReloaded(boolean taken) {
        (taken ? accepted : refused).increment();
    }
}
