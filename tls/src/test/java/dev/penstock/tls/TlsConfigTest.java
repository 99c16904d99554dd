package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.penstock.secret.PasswordSource;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TlsConfigTest {
    private static final Path FILE = Path.of("ca.pem");
    private static final TlsSource CA = TlsSource.file(FILE);

    static Stream<Arguments> contradictions() {
        return Stream.of(
                row(SslMode.VERIFY_CA, b -> b, "tls.ca must be set: sslmode=verify-ca has nothing to verify against"),
                row(
                        SslMode.VERIFY_FULL,
                        b -> b,
                        "tls.ca must be set: sslmode=verify-full has nothing to verify against"),
                row(
                        SslMode.VERIFY_CA,
                        b -> b.ca(TlsSource.system()),
                        "tls.ca is system, which needs sslmode=verify-full"),
                row(
                        SslMode.REQUIRE,
                        b -> b.ca(TlsSource.system()),
                        "tls.ca is system, which needs sslmode=verify-full"),
                row(SslMode.DISABLE, b -> b.ca(CA), "tls.ca is not used with sslmode=disable"),
                row(SslMode.DISABLE, b -> b.crl(CA), "tls.crl is not used with sslmode=disable"),
                row(
                        SslMode.DISABLE,
                        b -> b.clientCertificate(ClientCertificate.of(FILE)),
                        "tls.cert is not used with sslmode=disable"),
                row(
                        SslMode.VERIFY_FULL,
                        b -> b.ca(CA).certValidation(CertValidation.NONE),
                        "tls.certValidation is none, which contradicts sslmode=verify-full"),
                row(
                        SslMode.REQUIRE,
                        b -> b.ca(CA).certValidation(CertValidation.NONE),
                        "tls.certValidation is none, which contradicts tls.ca"),
                row(SslMode.REQUIRE, b -> b.crl(CA), "tls.crl is not used when no certificate is verified"),
                row(SslMode.VERIFY_CA, b -> b.ca(CA).crl(TlsSource.system()), "tls.crl cannot be system"),
                row(
                        SslMode.VERIFY_CA,
                        b -> b.ca(CA).verifyName("db"),
                        "tls.verifyName is not used with sslmode=verify-ca"),
                row(SslMode.VERIFY_FULL, b -> b.ca(CA).verifyName(" "), "tls.verifyName is blank"),
                row(
                        SslMode.REQUIRE,
                        b -> b.minVersion(TlsVersion.TLS_1_3).maxVersion(TlsVersion.TLS_1_2),
                        "tls.minVersion is TLSv1.3, above tls.max_version TLSv1.2"),
                row(
                        SslMode.PREFER,
                        b -> b.negotiation(SslNegotiation.DIRECT),
                        "tls.negotiation is direct, which needs sslmode=require or stronger"),
                row(
                        SslMode.DISABLE,
                        b -> b.channelBinding(ChannelBinding.REQUIRE),
                        "tls.channelBinding is require, which needs TLS"),
                row(
                        SslMode.PREFER,
                        b -> b.reloadInterval(Duration.ofMillis(999)),
                        "tls.reloadInterval must be 1 s to 86400 s"),
                row(
                        SslMode.PREFER,
                        b -> b.reloadInterval(Duration.ofDays(10)),
                        "tls.reloadInterval must be 1 s to 86400 s"));
    }

    private static Arguments row(SslMode mode, UnaryOperator<TlsConfig.Builder> change, String message) {
        return Arguments.of(mode, change, message);
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void contradictions_are_refused_with_the_key(
            SslMode mode, UnaryOperator<TlsConfig.Builder> change, String message) {
        TlsConfig.Builder builder = change.apply(TlsConfig.builder(mode));
        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(message);
    }

    @Test
    void all_contradictions_are_reported_at_once() {
        TlsConfig.Builder builder = TlsConfig.builder(SslMode.DISABLE)
                .ca(CA)
                .crl(CA)
                .channelBinding(ChannelBinding.REQUIRE)
                .negotiation(SslNegotiation.DIRECT)
                .reloadInterval(Duration.ZERO);
        InvalidConfigException refused = catchThrowableOfType(InvalidConfigException.class, builder::build);
        assertThat(refused.violations())
                .extracting(Violation::path)
                .containsExactly("tls.ca", "tls.crl", "tls.negotiation", "tls.channelBinding", "tls.reloadInterval");
    }

    @ParameterizedTest
    @EnumSource(SslMode.class)
    void a_CA_makes_every_mode_with_TLS_verify_the_chain(SslMode mode) {
        if (mode != SslMode.DISABLE) {
            assertThat(TlsConfig.builder(mode).ca(CA).build().verifiesChain()).isTrue();
        }
    }

    @Test
    void the_factories_say_what_they_are_named() {
        assertThat(TlsConfig.disabled().mode()).isEqualTo(SslMode.DISABLE);
        assertThat(TlsConfig.prefer().verifiesChain()).isFalse();
        assertThat(TlsConfig.require().verifiesChain()).isFalse();
        assertThat(TlsConfig.verifyCa(FILE).mode()).isEqualTo(SslMode.VERIFY_CA);
        assertThat(TlsConfig.verifyFull(FILE).ca()).isEqualTo(CA);
        assertThat(TlsConfig.verifyFull().ca()).isEqualTo(TlsSource.system());
        assertThat(TlsConfig.require().minVersion()).isEqualTo(TlsVersion.TLS_1_2);
    }

    @Test
    void a_copy_changes_one_thing() {
        TlsConfig config = TlsConfig.verifyFull(FILE).withVerifyName("db.example.org");
        assertThat(config.withClientCertificate(FILE, Path.of("key.pem")).verifyName())
                .isEqualTo("db.example.org");
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    @Test
    void it_lists_every_file_it_names() {
        TlsConfig config = TlsConfig.verifyFull(FILE)
                .withClientCertificate(ClientCertificate.of(Path.of("cert.pem"), Path.of("key.pem"))
                        .withKeyPassword(PasswordSource.file(Path.of("key.pw"))))
                .toBuilder()
                .crl(TlsSource.file(Path.of("ca.crl")))
                .build();
        assertThat(config.files())
                .extracting(Path::toString)
                .containsExactlyInAnyOrder("ca.pem", "cert.pem", "key.pem", "key.pw", "ca.crl");
    }

    @Test
    @SuppressWarnings("NullAway")
    void null_is_a_mistake_like_others() {
        TlsConfig.Builder builder =
                TlsConfig.builder(SslMode.REQUIRE).sni(null).ciphers(null).mode(null);
        InvalidConfigException refused = catchThrowableOfType(InvalidConfigException.class, builder::build);
        assertThat(refused.violations())
                .extracting(Violation::path)
                .containsExactly("tls.mode", "tls.ciphers", "tls.sni");
    }

    @Test
    void it_prints_no_inline_key() {
        ClientCertificate inline = new ClientCertificate(
                TlsSource.inline("-----BEGIN CERTIFICATE-----canary"),
                TlsSource.inline("-----BEGIN PRIVATE KEY-----canary"),
                PasswordSource.literal("canary"));
        assertThat(TlsConfig.require().withClientCertificate(inline).toString()).doesNotContain("canary");
    }

    @Test
    void a_configuration_value_is_system_or_PEM_or_a_path() {
        assertThat(TlsSource.of("system")).isEqualTo(TlsSource.system());
        assertThat(TlsSource.of("/run/secrets/ca.crt")).isEqualTo(TlsSource.file(Path.of("/run/secrets/ca.crt")));
        assertThat(TlsSource.of("-----BEGIN CERTIFICATE-----\nx")).isInstanceOf(TlsSource.Inline.class);
    }

    @Test
    void a_server_name_that_is_switched_off_has_no_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sni(false, "x"))
                .withMessageContaining("tls.sni");
        assertThatIllegalArgumentException().isThrownBy(() -> Sni.of(" "));
    }
}
