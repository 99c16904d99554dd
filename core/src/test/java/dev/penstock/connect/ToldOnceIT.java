package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.penstock.Database;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.SslNegotiation;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsSource;
import dev.penstock.tls.TlsVersion;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.PSQLException;

/** Whoever cannot connect reads what happened once and what to do once, in the whole of the exception with its causes. */
@TestInstance(Lifecycle.PER_CLASS)
class ToldOnceIT {
    private static final Duration WAIT = Duration.ofSeconds(2);
    private static final int MOST_CAUSES = 3;

    /** Shorter pieces are names and codes. */
    private static final int SHORTEST_SENTENCE = 20;

    private static final Pattern END_OF_SENTENCE = Pattern.compile("\\R|(?<=[.;])\\s+|\\[[A-Z_]+]");

    private PostgresCluster cluster;
    private PostgresCluster plain;

    private Path directory;

    @BeforeAll
    void start(@TempDir Path shared) {
        directory = shared;
        cluster = PostgresCluster.builder()
                .replicas(1)
                .tls(true)
                .setting("ssl_min_protocol_version", "TLSv1.3")
                .start();
        plain = PostgresCluster.builder().replicas(0).start();
    }

    @AfterAll
    void end() {
        cluster.close();
        plain.close();
    }

    /** A way to fail: the code that tells it, and what is written wrongly. */
    private record Wrong(String code, DatabaseConfig.Builder config) {
        @Override
        public String toString() {
            return code;
        }
    }

    private Stream<Wrong> mistakes() throws Exception {
        Path ca = cluster.certificates().caFile();
        Path empty =
                Files.createFile(Files.createTempDirectory(directory, "tls").resolve("empty.pem"));
        Path text = Files.writeString(directory.resolve("text.pem"), "no certificate");
        TlsConfig trusted = TlsConfig.verifyFull(ca);
        return Stream.of(
                new Wrong(
                        "TLS_UNTRUSTED_CHAIN",
                        tls(TlsConfig.verifyFull(cluster.certificates().otherCaFile()))),
                new Wrong("TLS_UNTRUSTED_CHAIN", tls(TlsConfig.verifyFull())),
                new Wrong("TLS_HOSTNAME_MISMATCH", tls(trusted.withVerifyName("db.elsewhere.internal"))),
                new Wrong("HBA_REJECTED", tls(TlsConfig.disabled())),
                new Wrong("TLS_NOT_OFFERED", tls(trusted).primary(TestConfigs.endpoint(plain.primary()))),
                new Wrong(
                        "CONNECT_FAILED",
                        tls(TlsConfig.builder(SslMode.VERIFY_FULL)
                                        .ca(TlsSource.file(ca))
                                        .negotiation(SslNegotiation.DIRECT)
                                        .build())
                                .primary(TestConfigs.endpoint(plain.primary()))),
                new Wrong(
                        "TLS_PROTOCOL_VERSION",
                        tls(TlsConfig.builder(SslMode.VERIFY_FULL)
                                .ca(TlsSource.file(ca))
                                .minVersion(TlsVersion.TLS_1_2)
                                .maxVersion(TlsVersion.TLS_1_2)
                                .build())),
                new Wrong("TLS_TRUST_FILE_MISSING", tls(TlsConfig.verifyFull(directory.resolve("none.pem")))),
                new Wrong("TLS_TRUST_FILE_EMPTY", tls(TlsConfig.verifyFull(empty))),
                new Wrong("TLS_TRUST_FILE_INVALID", tls(TlsConfig.verifyFull(text))),
                new Wrong(
                        "CLIENT_KEY_MISMATCH",
                        tls(trusted.withClientCertificate(
                                cluster.certificates().clientCertificateFile(),
                                cluster.certificates().clientKeyFile("appowner")))),
                new Wrong("SECRET_UNAVAILABLE", tls(trusted).password(PasswordSource.file(directory.resolve("none")))),
                new Wrong("AUTH_FAILED", tls(trusted).password(wrongPassword())),
                new Wrong("AUTH_FAILED", tls(trusted).replicas(replica()).password(wrongPassword())),
                new Wrong("UNKNOWN_DATABASE", tls(trusted).database("nowhere")),
                new Wrong("UNKNOWN_DATABASE", tls(trusted).replicas(replica()).database("nowhere")),
                new Wrong("REFUSED", tls(trusted).primary("localhost:1")),
                new Wrong("UNKNOWN_HOST", tls(trusted).primary("no-such-host.invalid")));
    }

    private DatabaseConfig.Builder tls(TlsConfig tls) {
        return TestConfigs.of(cluster, List.of(cluster.primary()))
                .tls(tls)
                .timeouts(WAIT, WAIT)
                .pool(2, 0, WAIT);
    }

    private String replica() {
        return TestConfigs.endpoint(cluster.replicas().get(0));
    }

    private static PasswordSource wrongPassword() {
        return PasswordSource.provider("the test", () -> Secret.of("wrong"));
    }

    @ParameterizedTest(name = "{index} {0}")
    @MethodSource("mistakes")
    void what_keeps_a_database_from_being_opened_is_told_once(Wrong wrong) {
        DatabaseConfig config = wrong.config().build();
        assertToldOnce(
                wrong.code(),
                catchThrowable(() -> Database.open(config).close()),
                config.endpoints().size());
    }

    @ParameterizedTest(name = "{index} {0}")
    @MethodSource("mistakes")
    void what_keeps_one_session_from_being_opened_is_told_once(Wrong wrong) {
        assertToldOnce(wrong.code(), catchThrowable(() -> connect(wrong.config().build())), 1);
    }

    private static void connect(DatabaseConfig config) throws SQLException, InterruptedException {
        try (Identity identity = Identity.open(config, WAIT);
                Connector connector = new Connector(config, identity, new Unheard())) {
            Node node = new Node("node-1", config.endpoints().get(0));
            connector.open(node, Purpose.UNPOOLED, WAIT, ended -> {}).close();
        }
    }

    /** @param nodes how many may say the same, each for itself; what to do is told once all the same */
    private static void assertToldOnce(String code, Throwable thrown, int nodes) {
        assertThat(thrown).isNotNull();
        List<Throwable> all = all(thrown);
        String whole = all.stream().map(ToldOnceIT::message).collect(Collectors.joining("\n"));
        assertThat(thrown)
                .satisfiesAnyOf(
                        told -> assertThat(told).hasMessageContaining("[" + code + "]"),
                        told -> assertThat(((InvalidConfigException) told).violations())
                                .extracting(Violation::code)
                                .containsExactly(code));
        assertThat(causes(thrown)).as(whole).isLessThanOrEqualTo(MOST_CAUSES);
        for (String remedy : remedies(all)) {
            assertThat(whole.split(Pattern.quote(remedy), -1)).as(whole).hasSize(2);
        }
        assertThat(sentences(all).entrySet().stream()
                        .filter(sentence -> sentence.getValue() > nodes)
                        .map(Map.Entry::getKey))
                .as(whole)
                .isEmpty();
    }

    private static List<Throwable> all(Throwable thrown) {
        List<Throwable> all = new ArrayList<>();
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            all.add(t);
            Stream.of(t.getSuppressed()).forEach(other -> all.addAll(all(other)));
        }
        return all;
    }

    private static String message(Throwable thrown) {
        return String.valueOf(thrown.getMessage());
    }

    private static int causes(Throwable thrown) {
        int causes = 0;
        for (Throwable t = thrown.getCause(); t != null; t = t.getCause()) {
            causes++;
        }
        return causes;
    }

    private static List<String> remedies(List<Throwable> all) {
        return all.stream()
                .flatMap(thrown -> thrown instanceof InvalidConfigException invalid
                        ? invalid.violations().stream().map(Violation::remedy)
                        : thrown instanceof ConnectFailedException failed ? Stream.of(failed.remedy()) : Stream.empty())
                .distinct()
                .toList();
    }

    /** How often each occurs, where the driver's exception does not give the words of the server, which a message may quote. */
    private static Map<String, Integer> sentences(List<Throwable> all) {
        Map<String, Integer> counts = new HashMap<>();
        String ours = all.stream()
                .filter(thrown -> !(thrown instanceof PSQLException said && said.getServerErrorMessage() != null))
                .map(ToldOnceIT::message)
                .collect(Collectors.joining("\n"));
        for (String sentence : END_OF_SENTENCE.split(ours)) {
            String words =
                    sentence.strip().replaceFirst("^node-\\d \\([^)]*\\): ", "").replaceFirst("\\.$", "");
            if (words.length() >= SHORTEST_SENTENCE && words.indexOf(' ') > 0) {
                counts.put(words, ours.split(Pattern.quote(words), -1).length - 1);
            }
        }
        return counts;
    }

    private static final class Unheard implements LoginListener {
        @Override
        public void refused(Node node, String role) {}

        @Override
        public void rotated(String role) {}

        @Override
        public void weak(Node node, String role, AuthMethod method) {}
    }
}
