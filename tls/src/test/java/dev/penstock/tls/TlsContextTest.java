package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.secret.FileWatcher;
import dev.penstock.secret.SecretFolder;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsContextTest {
    private static final CertificateAuthority OLD = CertificateAuthority.create("Old CA");
    private static final CertificateAuthority NEW = CertificateAuthority.create("New CA");

    @TempDir
    Path directory;

    @Test
    void plain_text_needs_no_factory() {
        try (TlsContext context = TlsContext.open(TlsConfig.disabled())) {
            assertThat(context.driverProperties()).isEqualTo(Map.of("sslmode", "disable"));
        }
    }

    @Test
    void the_driver_is_led_to_us_by_names_and_an_unguessable_key() {
        try (TlsContext context = TlsContext.open(TlsConfig.require())) {
            assertThat(context.driverProperties())
                    .containsEntry("sslmode", "require")
                    .containsEntry("sslfactory", "dev.penstock.tls.TlsSocketFactory")
                    .containsEntry("sslhostnameverifier", "dev.penstock.tls.TlsHostnameVerifier")
                    .containsEntry("channelBinding", "prefer")
                    .containsEntry("sslNegotiation", "postgres")
                    .containsEntry("gssEncMode", "disable");
            assertThat(context.driverProperties().get("sslfactoryarg")).hasSize(36);
        }
    }

    @Test
    void two_contexts_with_different_trust_live_side_by_side() {
        try (FakePostgres old = FakePostgres.with(OLD.server("localhost").issue());
                FakePostgres fresh = FakePostgres.with(NEW.server("localhost").issue());
                TlsContext trustsOld = TlsContext.open(trusting(OLD));
                TlsContext trustsNew = TlsContext.open(trusting(NEW))) {
            assertThat(Dial.to(old.url(), "localhost", trustsOld).outcome()).isEqualTo("TLS");
            assertThat(Dial.to(fresh.url(), "localhost", trustsNew).outcome()).isEqualTo("TLS");
            assertThat(Dial.to(old.url(), "localhost", trustsNew).outcome()).isEqualTo("TLS_UNTRUSTED_CHAIN");
            assertThat(Dial.to(fresh.url(), "localhost", trustsOld).outcome()).isEqualTo("TLS_UNTRUSTED_CHAIN");
        }
    }

    @Test
    void a_closed_context_makes_no_connections_and_leaves_nothing() {
        int before = TlsRegistry.size();
        TlsContext context = TlsContext.open(TlsConfig.require());
        TlsAttempt attempt = context.attempt("localhost");
        assertThat(TlsRegistry.size()).isEqualTo(before + 2);
        context.close();
        try (FakePostgres server = FakePostgres.with(OLD.server("localhost").issue())) {
            assertThat(Dial.to(server.url(), "localhost", context).outcome()).isEqualTo("TLS_CONTEXT_CLOSED");
        }
        attempt.close();
        context.close();
        assertThat(TlsRegistry.size()).isEqualTo(before);
    }

    @Test
    void a_context_that_did_not_open_leaves_nothing() {
        int before = TlsRegistry.size();
        assertThatThrownBy(() -> TlsContext.open(TlsConfig.verifyFull(directory.resolve("absent"))))
                .isInstanceOf(TlsMaterialException.class);
        assertThat(TlsRegistry.size()).isEqualTo(before);
        await().atMost(Duration.ofSeconds(5)).until(() -> watcherThreads() == 0);
    }

    @Test
    void its_watcher_ends_with_it() {
        TlsContext context = TlsContext.open(TlsConfig.verifyFull(OLD.writeCertificate(directory.resolve("ca.pem"))));
        assertThat(watcherThreads()).isEqualTo(1);
        context.close();
        await().atMost(Duration.ofSeconds(5)).until(() -> watcherThreads() == 0);
    }

    @Test
    void three_rotations_of_CA_certificate_and_key_reach_new_connections() {
        SecretFolder folder = new SecretFolder(directory);
        IssuedCertificate client = OLD.client("app-0").issue();
        folder.rotate("ca.crt", OLD.certificate(), "tls.crt", client.chain(), "tls.key", client.key());
        try (FileWatcher watcher = FileWatcher.start(Duration.ofMinutes(10));
                FakePostgres server =
                        FakePostgres.demanding(OLD, OLD.server("localhost").issue());
                TlsContext context = TlsContext.open(mounted(folder), watcher)) {
            for (int rotation = 1; rotation <= 3; rotation++) {
                IssuedCertificate next = OLD.client("app-" + rotation).issue();
                folder.rotate("ca.crt", OLD.certificate(), "tls.crt", next.chain(), "tls.key", next.key());
                long expected = 1 + rotation;
                await().atMost(Duration.ofSeconds(10)).until(() -> context.generation() == expected);
                assertThat(Dial.to(server.url(), "localhost", context).outcome())
                        .isEqualTo("TLS");
            }
            assertThat(server.clientCertificates())
                    .extracting(shown -> shown.getSubjectX500Principal().getName())
                    .containsExactly("CN=app-1", "CN=app-2", "CN=app-3");
        }
    }

    @Test
    void material_that_is_not_whole_is_not_published() {
        SecretFolder folder = new SecretFolder(directory);
        IssuedCertificate first = OLD.client("first").issue();
        IssuedCertificate second = OLD.client("second").issue();
        folder.write("ca.crt", OLD.certificate());
        folder.write("tls.crt", first.chain());
        folder.write("tls.key", first.key());
        Heard heard = new Heard();
        try (TlsContext context = TlsContext.open(mounted(folder))) {
            context.addListener(heard);
            folder.write("tls.crt", second.chain());
            await().atMost(Duration.ofSeconds(10)).until(() -> !heard.failures.isEmpty());
            assertThat(context.reloadFailure().orElseThrow().reason()).isEqualTo(TlsReason.CLIENT_KEY_MISMATCH);
            assertThat(context.material().certificates().get(1).subject()).isEqualTo("CN=first");
            folder.write("tls.key", second.key());
            await().atMost(Duration.ofSeconds(10)).until(() -> heard.generations.contains(2L));
            assertThat(context.reloadFailure()).isEmpty();
            assertThat(context.material().certificates().get(1).subject()).isEqualTo("CN=second");
        }
    }

    @Test
    void a_listener_that_fails_keeps_nothing_from_the_others_and_is_called_without_a_lock() {
        SecretFolder folder = new SecretFolder(directory);
        Path ca = folder.write("ca.crt", OLD.certificate());
        Heard heard = new Heard();
        try (TlsContext context = TlsContext.open(TlsConfig.verifyFull(ca))) {
            context.addListener(new TlsListener() {
                @Override
                public void reloaded(TlsMaterial material, long generation) {
                    if (generation == 2) {
                        assertThat(CompletableFuture.supplyAsync(context::reload))
                                .succeedsWithin(Duration.ofSeconds(10));
                    }
                    throw new NoSuchMethodError("planted");
                }
            });
            context.addListener(heard);
            assertThat(context.reload()).isTrue();
            assertThat(heard.generations).containsExactly(2L, 3L);
        }
    }

    @Test
    void a_CA_that_turns_bad_leaves_the_last_good_one() {
        SecretFolder folder = new SecretFolder(directory);
        Path ca = folder.write("ca.crt", OLD.certificate());
        try (FakePostgres server = FakePostgres.with(OLD.server("localhost").issue());
                TlsContext context = TlsContext.open(TlsConfig.verifyFull(ca))) {
            folder.write("ca.crt", "");
            assertThat(context.reload()).isFalse();
            assertThat(Dial.to(server.url(), "localhost", context).outcome()).isEqualTo("TLS");
            folder.write("ca.crt", NEW.certificate());
            assertThat(context.reload()).isTrue();
            assertThat(Dial.to(server.url(), "localhost", context).outcome()).isEqualTo("TLS_UNTRUSTED_CHAIN");
        }
    }

    @Test
    void a_mode_that_demands_TLS_is_proven_and_plain_text_is_a_downgrade() {
        try (TlsContext context = TlsContext.open(TlsConfig.require());
                TlsAttempt attempt = context.attempt("db")) {
            assertThat(attempt.proof().orElseThrow().reason()).isEqualTo(TlsReason.DOWNGRADED);
        }
        try (TlsContext context = TlsContext.open(TlsConfig.prefer());
                TlsAttempt attempt = context.attempt("db")) {
            assertThat(attempt.proof()).isEmpty();
        }
    }

    private static TlsConfig trusting(CertificateAuthority ca) {
        return TlsConfig.builder(SslMode.VERIFY_FULL)
                .ca(TlsSource.inline(ca.certificate()))
                .build();
    }

    private static TlsConfig mounted(SecretFolder folder) {
        return TlsConfig.verifyFull(folder.path("ca.crt"))
                .withClientCertificate(folder.path("tls.crt"), folder.path("tls.key"));
    }

    private static long watcherThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("penstock-file-watcher"))
                .count();
    }

    private static final class Heard implements TlsListener {
        private final List<Long> generations = new CopyOnWriteArrayList<>();
        private final List<TlsReason> failures = new CopyOnWriteArrayList<>();

        @Override
        public void reloaded(TlsMaterial material, long generation) {
            generations.add(generation);
        }

        @Override
        public void reloadFailed(TlsMaterialException failure) {
            failures.add(failure.reason());
        }
    }

    @Test
    void text_as_it_fits_into_one_variable_is_taken_for_the_text_it_stands_for() {
        CertificateAuthority ca = CertificateAuthority.create("One variable");
        IssuedCertificate client = ca.client("app").issue();
        for (UnaryOperator<String> form : List.<UnaryOperator<String>>of(
                text -> Base64.getEncoder().encodeToString(text.getBytes(UTF_8)),
                text -> Base64.getMimeEncoder().encodeToString(text.getBytes(UTF_8)),
                text -> text.replace("\n", "\\n"))) {
            TlsConfig config = TlsConfig.builder(SslMode.VERIFY_FULL)
                    .ca(TlsSource.of(form.apply(ca.certificate())))
                    .crl(TlsSource.of(form.apply(ca.crl())))
                    .clientCertificate(new ClientCertificate(
                            TlsSource.of(form.apply(client.chain())), TlsSource.of(form.apply(client.key())), null))
                    .build();
            try (TlsContext context = TlsContext.open(config)) {
                assertThat(context.material().certificates()).hasSize(2);
            }
        }
    }
}
