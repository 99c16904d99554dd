package dev.penstock.routing;

import dev.penstock.tls.CertificateReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which certificates are worth a word now: each is named once when a fifth of its life is left (21 days at most), once more at
 * a twentieth (3 days at most), and when it has ended. Renewal at two thirds of the life, as cert-manager and Let's Encrypt's
 * clients do it, stays silent whatever the length of the life. Not thread-safe.
 */
final class ExpiryWatch {
    private static final int ENDED = 3;

    /** By fingerprint: how far each was told. */
    private Map<String, Integer> told = new HashMap<>();

    List<CertificateReport> toTell(List<CertificateReport> seen, Instant now) {
        List<CertificateReport> due = new ArrayList<>();
        Map<String, Integer> stages = new HashMap<>();
        for (CertificateReport certificate : worthWatching(seen)) {
            int stage = stage(certificate, now);
            if (stage > told.getOrDefault(certificate.fingerprint(), 0)) {
                due.add(certificate);
            }
            stages.put(certificate.fingerprint(), stage);
        }
        told = stages;
        return due;
    }

    /** Of many CAs the one that lasts longest: a bundle keeps old ones beside their successors on purpose. */
    private static List<CertificateReport> worthWatching(List<CertificateReport> seen) {
        Map<String, CertificateReport> watched = new LinkedHashMap<>();
        seen.stream()
                .filter(certificate -> certificate.role().equals("ca"))
                .max(Comparator.comparing(CertificateReport::notAfter))
                .ifPresent(last -> watched.put(last.fingerprint(), last));
        seen.stream()
                .filter(certificate -> !certificate.role().equals("ca"))
                .forEach(certificate -> watched.put(certificate.fingerprint(), certificate));
        return List.copyOf(watched.values());
    }

    private static int stage(CertificateReport certificate, Instant now) {
        Duration left = Duration.between(now, certificate.notAfter());
        Duration life = Duration.between(certificate.notBefore(), certificate.notAfter());
        if (left.isNegative()) {
            return ENDED;
        }
        if (left.compareTo(atMost(life.dividedBy(20), Duration.ofDays(3))) < 0) {
            return 2;
        }
        return left.compareTo(atMost(life.dividedBy(5), Duration.ofDays(21))) < 0 ? 1 : 0;
    }

    private static Duration atMost(Duration part, Duration limit) {
        return part.compareTo(limit) < 0 ? part : limit;
    }
}
