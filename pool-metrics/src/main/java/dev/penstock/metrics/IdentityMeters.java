package dev.penstock.metrics;

import dev.penstock.observe.CredentialStatus;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.function.ToDoubleFunction;

/** What the process shows to servers, and what they show to it. */
final class IdentityMeters {
    private static final Meters.Spec RELOADS = new Meters.Spec(
            "penstock.credentials.reloads",
            "reloads",
            "Times that a password's source gave another value, or could not be read");

    private IdentityMeters() {}

    static void register(Meters meters, Scrape scrape) {
        for (CredentialStatus credential : scrape.status().credentials()) {
            String purpose = credential.purpose();
            Tags own = Tags.of("purpose", purpose);
            meters.timeGauge(
                    "penstock.credentials.age",
                    "Since the password was changed, by its file's time or when it was first seen",
                    own,
                    () -> of(scrape, purpose, one -> -until(one.since())));
            meters.counter(
                    RELOADS, own.and("outcome", "changed"), () -> of(scrape, purpose, CredentialStatus::changes));
            meters.counter(
                    RELOADS, own.and("outcome", "failed"), () -> of(scrape, purpose, CredentialStatus::failures));
        }
        for (String role : new String[] {"ca", "client", "server"}) {
            meters.timeGauge(
                    "penstock.tls.certificate.expiry",
                    "Until the certificate ends",
                    Tags.of("certificate", role),
                    () -> scrape.status()
                            .certificateEnd(role)
                            .map(IdentityMeters::until)
                            .orElse(Double.NaN));
        }
    }

    private static double of(Scrape scrape, String purpose, ToDoubleFunction<CredentialStatus> value) {
        return scrape.status().credentials().stream()
                .filter(one -> one.purpose().equals(purpose))
                .mapToDouble(value)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** In nanoseconds, to the millisecond. */
    private static double until(Instant end) {
        return Duration.between(Instant.now(), end).toMillis() * 1e6;
    }
}
