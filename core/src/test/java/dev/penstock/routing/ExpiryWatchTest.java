package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.tls.CertificateReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpiryWatchTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final ExpiryWatch watch = new ExpiryWatch();

    @ParameterizedTest
    @CsvSource({
        "P3650D, P21D,     P3D",
        "P365D,  P21D,     P3D",
        "P90D,   P18D,     P3D",
        "P6D,    PT28H48M, PT7H12M",
        "PT24H,  PT4H48M,  PT1H12M",
    })
    void a_certificate_is_told_when_a_fifth_and_a_twentieth_of_its_life_is_left_and_when_it_has_ended(
            Duration life, Duration soon, Duration verySoon) {
        CertificateReport one = certificate("server", "one", life);
        assertThat(told(one, life.minus(life.dividedBy(3))))
                .as("renewal is due")
                .isFalse();
        assertThat(told(one, life.minus(soon).minusSeconds(60))).isFalse();
        assertThat(told(one, life.minus(soon).plusSeconds(60))).isTrue();
        assertThat(told(one, life.minus(soon).plusSeconds(120))).as("once").isFalse();
        assertThat(told(one, life.minus(verySoon).minusSeconds(60))).isFalse();
        assertThat(told(one, life.minus(verySoon).plusSeconds(60))).isTrue();
        assertThat(told(one, life.plusSeconds(1))).isTrue();
        assertThat(told(one, life.plus(Duration.ofDays(1)))).isFalse();
    }

    @Test
    void of_a_bundle_only_the_CA_that_lasts_longest_counts() {
        CertificateReport old = certificate("ca", "old", Duration.ofDays(10));
        CertificateReport successor = certificate("ca", "successor", Duration.ofDays(400));
        assertThat(watch.toTell(List.of(old, successor), START.plus(Duration.ofDays(11))))
                .isEmpty();
        assertThat(watch.toTell(List.of(old, successor), START.plus(Duration.ofDays(390))))
                .containsExactly(successor);
    }

    @Test
    void a_renewed_certificate_is_another_one() {
        CertificateReport first = certificate("client", "first", Duration.ofDays(10));
        CertificateReport second = certificate("client", "second", Duration.ofDays(20));
        assertThat(watch.toTell(List.of(first), START.plus(Duration.ofDays(9)))).containsExactly(first);
        assertThat(watch.toTell(List.of(second), START.plus(Duration.ofDays(9))))
                .isEmpty();
        assertThat(watch.toTell(List.of(second), START.plus(Duration.ofDays(19))))
                .containsExactly(second);
    }

    private boolean told(CertificateReport certificate, Duration after) {
        return !watch.toTell(List.of(certificate), START.plus(after)).isEmpty();
    }

    private static CertificateReport certificate(String role, String fingerprint, Duration life) {
        return new CertificateReport(role, "CN=x", List.of(), "CN=ca", START, START.plus(life), fingerprint);
    }
}
