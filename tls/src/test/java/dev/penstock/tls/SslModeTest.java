package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SslModeTest {
    @ParameterizedTest
    @CsvSource({
        "disable,     DISABLE,     false, false, false",
        "allow,       ALLOW,       false, false, false",
        "prefer,      PREFER,      false, false, false",
        "require,     REQUIRE,     true,  false, false",
        "verify-ca,   VERIFY_CA,   true,  true,  false",
        "verify-full, VERIFY_FULL, true,  true,  true"
    })
    void a_mode_has_libpqs_name_and_promises(
            String name, SslMode mode, boolean encrypts, boolean verifies, boolean checksName) {
        assertThat(SslMode.of(name)).contains(mode);
        assertThat(mode.libpqName()).isEqualTo(name);
        assertThat(mode.requiresEncryption()).isEqualTo(encrypts);
        assertThat(mode.verifiesCertificate()).isEqualTo(verifies);
        assertThat(mode.verifiesHostname()).isEqualTo(checksName);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Require", "VERIFY-FULL", "verify_full", "verify-full ", "true"})
    void any_other_text_is_no_mode(String text) {
        assertThat(SslMode.of(text)).isEmpty();
    }

    @Test
    void modes_are_ordered_by_what_they_promise() {
        assertThat(SslMode.DISABLE.isWeakerThan(SslMode.ALLOW)).isTrue();
        assertThat(SslMode.VERIFY_CA.isWeakerThan(SslMode.VERIFY_FULL)).isTrue();
        assertThat(SslMode.VERIFY_FULL.isWeakerThan(SslMode.VERIFY_FULL)).isFalse();
    }

    @Test
    void the_other_words_of_libpq_are_read_the_same_way() {
        assertThat(ChannelBinding.of("require")).contains(ChannelBinding.REQUIRE);
        assertThat(ChannelBinding.of("Require")).isEmpty();
        assertThat(SslNegotiation.of("direct")).contains(SslNegotiation.DIRECT);
        assertThat(SslNegotiation.of("")).isEmpty();
        assertThat(TlsVersion.of("TLSv1.3")).contains(TlsVersion.TLS_1_3);
        assertThat(TlsVersion.of("TLSv1.1")).isEmpty();
    }
}
