package dev.penstock.tls;

import static java.nio.file.attribute.PosixFilePermissions.fromString;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.penstock.secret.FilePermissions;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsPolicyTest {
    private static final CertificateAuthority TEAM = CertificateAuthority.create("Team CA");
    private static final CertificateAuthority OTHER = CertificateAuthority.create("Other CA");
    private static final List<String> REMOTE = List.of("db.example.com");

    @TempDir
    Path directory;

    private Path machine;
    private Path ca;

    @BeforeEach
    void files() throws IOException {
        machine = directory.resolve("policy.conf");
        ca = TEAM.writeCertificate(directory.resolve("team.pem"));
    }

    @Test
    void without_any_file_nothing_is_demanded() {
        TlsPolicy policy = policy();

        assertThat(policy.isEmpty()).isTrue();
        assertThat(policy.faults()).isEmpty();
        assertThat(policy.config()).isEqualTo(TlsConfig.prefer());
        assertThat(policy.apply(TlsConfig.disabled(), REMOTE)).isEqualTo(TlsConfig.disabled());
    }

    @Test
    void who_says_nothing_gets_what_is_demanded() throws IOException {
        machine(
                "# the team's standard",
                "",
                "sslmode_at_least = verify-full",
                "ca=" + ca + "   # of the team",
                "ssl_min_protocol_version = TLSv1.3",
                "channel_binding = require");

        assertThat(policy().config())
                .isEqualTo(TlsConfig.verifyFull(ca).toBuilder()
                        .minVersion(TlsVersion.TLS_1_3)
                        .channelBinding(ChannelBinding.REQUIRE)
                        .build());
    }

    @Test
    void what_is_stricter_than_demanded_stays() throws IOException {
        machine("sslmode_at_least = require");

        assertThat(policy().apply(TlsConfig.verifyFull(), REMOTE)).isEqualTo(TlsConfig.verifyFull());
    }

    @Test
    void everything_that_is_weaker_is_told_at_once_with_the_place_that_demands_more() throws IOException {
        machine(
                "sslmode_at_least = verify-full",
                "ca = " + ca,
                "ca_only = true",
                "ssl_min_protocol_version = TLSv1.3",
                "channel_binding = prefer",
                "client_certificate_required = true",
                "crl_required = true");
        TlsConfig weak = TlsConfig.builder(SslMode.REQUIRE)
                .ca(TlsSource.file(OTHER.writeCertificate(directory.resolve("other.pem"))))
                .channelBinding(ChannelBinding.DISABLE)
                .keyPermissions(FilePermissions.OFF)
                .build();

        assertThat(refusals(policy(), weak))
                .containsExactlyInAnyOrder(
                        "tls.mode: is require; " + machine + ":1 demands verify-full",
                        "tls.ca: is " + directory.resolve("other.pem") + "; " + machine + ":3 demands the CA of "
                                + machine + ":2",
                        "tls.channel_binding: is disable; " + machine + ":5 demands prefer",
                        "tls.cert: is not set; " + machine + ":6 demands a client certificate",
                        "tls.crl: is not set; " + machine + ":7 demands revocation lists",
                        "tls.key_permissions: is off, which " + machine + " does not allow");
    }

    @Test
    void a_loosening_needs_a_line_that_allows_it() throws IOException {
        TlsConfig named = TlsConfig.verifyFull(ca).withVerifyName("db");
        TlsConfig waived = TlsConfig.builder(SslMode.REQUIRE)
                .certValidation(CertValidation.NONE)
                .build();
        machine("ssl_min_protocol_version = TLSv1.2");
        assertThat(refusals(policy(), named))
                .containsExactly("tls.verify_name: is set, which " + machine + " does not allow");
        assertThat(refusals(policy(), waived))
                .containsExactly("tls.cert_validation: is none, which " + machine + " does not allow");

        machine("allow_verify_name = true", "allow_cert_validation_none = true", "ca = " + ca);

        assertThat(policy().apply(named, REMOTE)).isEqualTo(named);
        assertThat(policy().apply(waived, REMOTE)).isEqualTo(waived);
    }

    @Test
    void of_two_files_the_stricter_line_holds_whichever_comes_first() throws IOException {
        machine(
                "sslmode_at_least = verify-ca",
                "days_before_expiry = 7",
                "require_auth = scram-sha-256,gss",
                "ca_only = true");
        Path added = file(
                "added.conf",
                "sslmode_at_least = require",
                "days_before_expiry = 30",
                "require_auth = password, scram-sha-256",
                "ca_only = false",
                "ca = " + ca,
                "channel_binding = require");
        TlsPolicy policy = policy(added);

        assertThat(policy.faults()).isEmpty();
        assertThat(policy.files()).containsExactly(machine, added);
        assertThat(policy.requireAuth()).containsExactly(AuthMethod.SCRAM_SHA_256);
        assertThat(policy.placeOfRequireAuth()).contains(machine + ":3 and " + added + ":3");
        assertThat(refusals(
                        policy,
                        TlsConfig.require().toBuilder()
                                .channelBinding(ChannelBinding.DISABLE)
                                .build()))
                .containsExactly(
                        "tls.mode: is require; " + machine + ":1 demands verify-ca",
                        "tls.channel_binding: is disable; " + added + ":6 demands require");
        assertThat(refusals(policy, TlsConfig.verifyFull()))
                .containsExactly("tls.ca: is system; " + machine + ":4 demands the CA of " + added + ":5");
    }

    @Test
    void an_added_file_cannot_allow_what_the_first_one_forbids_by_its_silence_but_can_forbid() throws IOException {
        TlsConfig named = TlsConfig.verifyFull(ca).withVerifyName("db");
        machine("sslmode_at_least = verify-full");
        Path allowing = file("allowing.conf", "allow_verify_name = true");
        assertThat(refusals(policy(allowing), named))
                .containsExactly("tls.verify_name: is set, which " + machine + " does not allow");

        machine("allow_verify_name = true");
        Path forbidding = file("forbidding.conf", "allow_verify_name = false");
        assertThat(policy(file("silent.conf", "channel_binding = prefer")).apply(named, REMOTE))
                .isEqualTo(named);
        assertThat(refusals(policy(forbidding), named))
                .containsExactly("tls.verify_name: is set, which " + forbidding + ":1 does not allow");
    }

    @Test
    void two_demands_that_no_configuration_meets_are_a_mistake_of_the_files() throws IOException {
        machine("ca = " + ca, "require_auth = gss");
        Path added = file("added.conf", "ca = system", "require_auth = scram-sha-256");

        assertThat(faults(policy(added)))
                .containsExactlyInAnyOrder(
                        added + ":1: has another ca than " + machine + ":1, and none of the two is stricter",
                        added + ":2: has another require_auth than " + machine + ":2, and none of the two is stricter");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "sslmode_at_least               | is not a line 'key = value'",
                "sslmode = verify-full          | has the unknown key 'sslmode'",
                "frobnicate = 1                 | has the unknown key 'frobnicate'",
                "sslmode_at_least = strict      | has a wrong value: sslmode_at_least must be disable, allow, prefer,"
                        + " require, verify-ca, verify-full",
                "ca = ca.pem                    | has a wrong value: ca must be an absolute path, or system",
                "ca_only = yes                  | has a wrong value: ca_only must be false, true",
                "require_auth = scram           | has a wrong value: require_auth must be a list of"
                        + " none,password,md5,gss,sspi,scram-sha-256",
                "require_auth = gss,gss         | has a wrong value: require_auth must be a list of"
                        + " none,password,md5,gss,sspi,scram-sha-256",
                "require_auth =                 | has a wrong value: require_auth must be a list of"
                        + " none,password,md5,gss,sspi,scram-sha-256",
                "days_before_expiry = 0         | has a wrong value: days_before_expiry must be a number of days, 1 to"
                        + " 3650",
                "days_before_expiry = 2 weeks   | has a wrong value: days_before_expiry must be a number of days, 1 to"
                        + " 3650",
                "ssl_min_protocol_version = 1.3 | has a wrong value: ssl_min_protocol_version must be TLSv1.2, TLSv1.3",
                "? loopback = maybe             | has a wrong value: loopback must be false, true",
                "ca_only = true                 | has ca_only = true, and no file has ca"
            })
    void a_line_that_is_wrong_refuses_every_configuration_with_its_place(String line, String told) throws IOException {
        machine("", line);

        assertThat(faults(policy())).containsExactly(machine + ":2: " + told);
        assertThatThrownBy(() -> TlsContext.open(TlsConfig.disabled(), policy(), List.of("localhost")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll("policy " + told, " (" + machine + ":2). ");
    }

    @Test
    void a_key_twice_is_a_mistake_and_the_lines_that_are_right_are_judged_with_it() throws IOException {
        machine("sslmode_at_least = verify-full", "sslmode_at_least = prefer");

        assertThat(refusals(policy(), TlsConfig.require()))
                .containsExactly(
                        machine + ":2: has sslmode_at_least a second time, after " + machine + ":1",
                        "tls.mode: is require; " + machine + ":1 demands verify-full");
    }

    @Test
    void an_unknown_key_with_a_question_mark_only_warns() throws IOException {
        machine("?post_quantum = true", "? channel_binding = require");

        assertThat(policy().faults()).isEmpty();
        assertThat(sentences(policy().warnings()))
                .containsExactly(machine + ":1: has a key that this version does not know: 'post_quantum'");
        assertThat(policy().config().channelBinding()).isEqualTo(ChannelBinding.REQUIRE);
    }

    @Test
    void a_file_that_cannot_be_used_refuses_everything() throws IOException {
        Path absent = directory.resolve("absent.conf");
        Path latin = Files.write(directory.resolve("latin.conf"), "# é".getBytes(StandardCharsets.ISO_8859_1));
        Path open = file("open.conf", "loopback = true");
        Files.setPosixFilePermissions(open, fromString("rw-rw-r--"));
        Path link = Files.createSymbolicLink(machine, directory.resolve("nowhere.conf"));

        assertThat(faults(policy(absent, Path.of("/dev/null"), directory, latin, open)))
                .satisfiesExactly(
                        fault -> assertThat(fault).isEqualTo(link + ": does not exist"),
                        fault -> assertThat(fault).isEqualTo(absent + ": does not exist"),
                        fault -> assertThat(fault).isEqualTo("/dev/null: is not a regular file"),
                        fault -> assertThat(fault).isEqualTo(directory + ": is a directory"),
                        fault -> assertThat(fault).isEqualTo(latin + ": is not UTF-8 text"),
                        fault -> assertThat(fault)
                                .startsWith(open + ": may be written by others (mode rw-rw-r--, owner "));
    }

    /** The first file counts as there although nobody may look into its directory; the superuser may look anywhere. */
    @Test
    void only_a_file_that_is_known_to_be_absent_binds_nobody() throws IOException {
        Path notADirectory = Files.writeString(directory.resolve("etc"), "");

        assertThat(PolicyFile.isThere(directory.resolve("absent.conf"))).isFalse();
        assertThat(PolicyFile.isThere(notADirectory.resolve("policy.conf"))).isTrue();
        assertThat(faults(TlsPolicy.read(notADirectory.resolve("policy.conf"), "", List.of())))
                .singleElement()
                .asString()
                // As the JDK tells it.
                .containsAnyOf("cannot be read", "does not exist");
    }

    @ParameterizedTest
    @CsvSource({
        "rw-r--r--, 0, 1000, false",
        "rw-r--r--, 1000, 1000, false",
        "rw-r--r--, 1000, 0, true",
        "rw-r--r--, 1001, 1000, true",
        "r--r-----, 0, 1000, false",
        "rw-rw-r--, 0, 1000, true",
        "rw-r--rw-, 0, 0, true",
        "rw--w----, 1000, 1000, true"
    })
    void only_root_and_this_process_may_write_a_policy(String mode, int owner, int self, boolean isOpen) {
        assertThat(PolicyFile.isWritableByOthers(fromString(mode), owner, self)).isEqualTo(isOpen);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost.",
                "db.localhost",
                "127.0.0.1",
                "127.9.9.9",
                "::1",
                "[::1]",
                "::ffff:127.0.0.1",
                "0.0.0.0",
                "::"
            })
    void a_host_on_this_machine_is_exempt_unless_the_policy_says_otherwise(String host) throws IOException {
        machine("sslmode_at_least = verify-full");
        assertThat(policy().apply(TlsConfig.disabled(), List.of(host))).isEqualTo(TlsConfig.disabled());
        assertThat(refusals(policy(), TlsConfig.disabled(), host, "db-2")).hasSize(1);

        machine("sslmode_at_least = verify-full", "loopback = true");
        assertThat(refusals(policy(), TlsConfig.disabled(), host)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"db", "localhost.example.com", "127.1", "127.0.0.1.nip.io", "10.0.0.1", "::2", "mylocalhost"})
    void a_host_elsewhere_is_not(String host) throws IOException {
        machine("sslmode_at_least = verify-full");

        assertThat(refusals(policy(), TlsConfig.disabled(), host)).hasSize(1);
    }

    @Test
    void a_context_for_this_machine_makes_no_attempt_elsewhere() throws IOException {
        machine("sslmode_at_least = verify-full");

        try (TlsContext context = TlsContext.open(TlsConfig.prefer(), policy(), List.of("localhost"))) {
            assertThatCode(() -> context.attempt("localhost").close()).doesNotThrowAnyException();
            assertThatThrownBy(() -> context.attempt("db-2"))
                    .hasMessageContaining("tls.mode is prefer; " + machine + ":1 demands verify-full");
        }
    }

    @Test
    void a_context_is_opened_with_what_the_policy_gives() throws IOException {
        machine("ca = " + ca, "channel_binding = require", "require_auth = scram-sha-256");

        try (TlsContext context =
                TlsContext.open(TlsConfig.builder(SslMode.REQUIRE).build(), policy(), REMOTE)) {
            assertThat(context.config().verifiesChain()).isTrue();
            assertThat(context.driverProperties())
                    .containsEntry("channelBinding", "require")
                    .containsEntry("requireAuth", "scram-sha-256");
        }
        try (TlsContext exempt = TlsContext.open(TlsConfig.prefer(), policy(), List.of("localhost"))) {
            assertThat(exempt.driverProperties()).doesNotContainKey("requireAuth");
        }
    }

    /** A link that led to the right CA when it was looked at. */
    @Test
    void a_ca_by_another_name_is_the_policys_own_after_every_reload() throws IOException {
        machine("ca = " + ca, "ca_only = true");
        Path link = Files.createSymbolicLink(directory.resolve("mine.pem"), ca);

        try (TlsContext context = TlsContext.open(TlsConfig.verifyFull(link), policy(), REMOTE)) {
            Files.delete(link);
            Files.createSymbolicLink(link, OTHER.writeCertificate(directory.resolve("other.pem")));

            assertThat(context.reload()).isTrue();
            assertThat(context.config().files()).containsExactly(ca);
            assertThat(context.material().certificates())
                    .extracting(CertificateReport::subject)
                    .allMatch(subject -> subject.contains("Team CA"));
        }
    }

    @Test
    void certificates_that_end_too_soon_are_told_and_refuse_nothing() throws IOException {
        machine("days_before_expiry = 21");
        Instant now = Instant.parse("2026-06-01T00:00:00Z");
        CertificateReport server = ends("server", now.plus(Duration.ofDays(20)));
        CertificateReport oldCa = ends("ca", now.plus(Duration.ofDays(3)));
        CertificateReport newCa = ends("ca", now.plus(Duration.ofDays(300)));
        CertificateReport client = ends("client", now.plus(Duration.ofDays(22)));

        assertThat(policy().endingTooSoon(List.of(server, oldCa, newCa, client, server), now))
                .containsExactly(server);
        assertThat(policy().demandedOf(server))
                .isEqualTo("the server certificate 'CN=x' ends at 2026-06-21T00:00:00Z; " + machine
                        + ":1 demands 21 days before that");
        assertThatCode(() -> policy().apply(TlsConfig.verifyFull(ca), REMOTE)).doesNotThrowAnyException();
    }

    private static CertificateReport ends(String role, Instant end) {
        return new CertificateReport(
                role, "CN=x", List.of(), "CN=ca", end.minus(Duration.ofDays(365)), end, role + end);
    }

    @Test
    void the_variable_adds_a_file_and_a_blank_one_adds_none() throws IOException {
        machine("sslmode_at_least = verify-ca");
        Path named = file("named.conf", "sslmode_at_least = require", "channel_binding = require");

        assertThat(TlsPolicy.read(machine, " ", List.of()).files()).containsExactly(machine);
        assertThat(TlsPolicy.read(machine, named.toString(), List.of(named)).files())
                .containsExactly(machine, named);
        assertThat(faults(TlsPolicy.read(machine, "/dev/null", List.of())))
                .containsExactly("/dev/null: is not a regular file");
    }

    @Test
    void policies_that_say_the_same_are_equal_and_print_no_line() throws IOException {
        machine("sslmode_at_least = verify-ca");

        assertThat(policy()).isEqualTo(policy()).hasSameHashCodeAs(policy()).hasToString("TlsPolicy[" + machine + "]");
        TlsPolicy before = policy();
        machine("sslmode_at_least = require");
        assertThat(policy()).isNotEqualTo(before);
    }

    @Test
    void judging_leaves_what_was_asked_as_it_is_and_names_what_it_gave() throws IOException {
        machine("sslmode_at_least = verify-full", "ca = system");
        TlsConfig.Builder asked = TlsConfig.builder(SslMode.PREFER);

        TlsPolicy.Verdict verdict = policy().judge(asked, Set.of(), REMOTE);

        assertThat(asked.build()).isEqualTo(TlsConfig.prefer());
        assertThat(verdict.breaches()).isEmpty();
        assertThat(verdict.completed().build()).isEqualTo(TlsConfig.verifyFull());
        assertThat(verdict.given()).isEqualTo(Map.of("tls.mode", machine + ":2", "tls.ca", machine + ":2"));
    }

    private TlsPolicy policy(Path... added) {
        return TlsPolicy.read(machine, "", List.of(added));
    }

    private void machine(String... lines) throws IOException {
        file("policy.conf", lines);
    }

    private Path file(String name, String... lines) throws IOException {
        Path file = Files.write(directory.resolve(name), List.of(lines));
        Files.setPosixFilePermissions(file, fromString("rw-r--r--"));
        return file;
    }

    private static List<String> refusals(TlsPolicy policy, TlsConfig config, String... hosts) {
        List<String> dialled = hosts.length == 0 ? REMOTE : List.of(hosts);
        InvalidConfigException refused =
                catchThrowableOfType(InvalidConfigException.class, () -> policy.apply(config, dialled));
        return refused == null ? new ArrayList<>() : sentences(refused.violations());
    }

    private static List<String> faults(TlsPolicy policy) {
        return sentences(policy.faults());
    }

    private static List<String> sentences(List<Violation> faults) {
        return faults.stream()
                .map(fault -> (fault.path().equals("policy") ? fault.origin() : fault.path()) + ": " + fault.message())
                .toList();
    }
}
