package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code penstock tls-check} on servers that show this and that, and what it says of pgjdbc beside itself. */
class TlsCheckIT {
    private static final CertificateAuthority CA = CertificateAuthority.create("Right CA");
    private static final CertificateAuthority OTHER = CertificateAuthority.create("Wrong CA");
    private static final String END = "-----END CERTIFICATE-----\n";
    private static final String IS_TLS = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";

    @TempDir
    static Path directory;

    private static PostgresCluster secured;
    private static PostgresCluster open;
    private static IssuedCertificate shownNow;

    private enum Server {
        RIGHT(CA.server("localhost").issue()),
        WRONG_CA(OTHER.server("localhost").issue()),
        EXPIRED(CA.server("localhost").expired().issue()),
        WRONG_NAME(CA.server("db.example.org").issue()),
        NO_TLS(null);

        private final IssuedCertificate shown;

        Server(IssuedCertificate shown) {
            this.shown = shown;
        }

        PostgresCluster start() {
            if (shown == null) {
                return open;
            }
            show(shown);
            return secured;
        }
    }

    @BeforeAll
    static void start() {
        secured = PostgresCluster.builder()
                .replicas(0)
                .certificateAuthority(CA)
                .hba(
                        "host all truster all trust",
                        "host all teller all password",
                        "host all nobody all reject",
                        "hostssl all tls_only all scram-sha-256",
                        "host all tls_only all reject",
                        "host all all all scram-sha-256")
                .start();
        open = PostgresCluster.builder().replicas(0).start();
        CA.writeCertificate(directory.resolve("ca.pem"));
    }

    @AfterAll
    static void stop() {
        secured.close();
        open.close();
    }

    /** A server loads its certificate again only for another one: a hundred checks ask for five. */
    private static void show(IssuedCertificate certificate) {
        if (certificate != shownNow) {
            secured.replaceServerCertificate(certificate);
            shownNow = certificate;
        }
    }

    private record Said(int status, String out, String err) {
        static Said of(String... arguments) throws UsageException {
            return by(new TlsCheckCommand(), arguments);
        }

        static Said by(TlsCheckCommand command, String... arguments) throws UsageException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Terminal terminal = new Terminal(
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    false);
            int status = command.run(List.of(arguments), terminal);
            return new Said(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RIGHT,      0, '',                    trusted,             true",
        "WRONG_CA,   1, TLS_UNTRUSTED_CHAIN,   TLS_UNTRUSTED_CHAIN, true",
        "EXPIRED,    1, TLS_EXPIRED,           TLS_EXPIRED,         true",
        "WRONG_NAME, 1, TLS_HOSTNAME_MISMATCH, trusted,             false",
        "NO_TLS,     1, TLS_NOT_OFFERED,       '',                  ",
    })
    void a_server_is_told_with_what_it_shows_and_what_is_wrong(
            Server server, int status, String code, String chain, String nameMatches) throws Exception {
        Said said = check(server, "verify-full", true);
        Map<String, String> node = flat(said.out());
        assertThat(said.status()).isEqualTo(status);
        assertThat(node.getOrDefault("nodes.failure.code", "")).isEqualTo(code);
        assertThat(node.get("nodes.reachable")).isEqualTo("true");
        assertThat(node.get("nodes.tlsOffered")).isEqualTo(String.valueOf(server != Server.NO_TLS));
        if (server != Server.NO_TLS) {
            assertThat(node).containsEntry("nodes.protocol", "TLSv1.3").containsEntry("nodes.chainResult", chain);
            assertThat(node).containsEntry("nodes.nameMatches", nameMatches);
            assertThat(node.get("nodes.chain.fingerprint")).matches("[0-9a-f]{64}");
        }
        if (!code.isEmpty()) {
            assertThat(node.get("nodes.failure.remedy")).isNotBlank();
        }
    }

    @Test
    void the_text_says_the_same_to_people() throws Exception {
        Server.WRONG_NAME.start();
        Said said = Said.of("--host", "localhost:" + secured.primary().port(), "--sslrootcert", directory + "/ca.pem");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.out())
                .contains("TLSv1.3")
                .contains("db.example.org")
                .containsPattern("name 'localhost' +is NOT in it")
                .containsPattern("chain +leads to a configured CA")
                .containsPattern("days left")
                .containsPattern("TLS_HOSTNAME_MISMATCH +Connect by a name");
    }

    @Test
    void a_server_that_cannot_be_reached_does_not_hide_the_others() throws Exception {
        Server.RIGHT.start();
        int closed;
        try (ServerSocket free = new ServerSocket(0)) {
            closed = free.getLocalPort();
        }
        String hosts = "localhost:" + closed + ",localhost:" + secured.primary().port() + ",no-such-host.invalid:1";
        Said said = Said.of("--json", "--host", hosts, "--sslrootcert", directory + "/ca.pem");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.out()).contains("nothing accepts connections there", "cannot be resolved", "\"trusted\"");
        assertThat(said.err()).isEmpty();
    }

    @Test
    void an_IPv6_address_is_compared_by_its_bytes_here_and_as_text_by_pgjdbc() throws Exception {
        show(CA.server("localhost").names("::1").issue());
        String host = "[::1]:" + secured.primary().port();
        Map<String, String> said = flat(Said.of("--json", "--host", host, "--sslrootcert", directory + "/ca.pem")
                .out());
        assertThat(said)
                .containsEntry("nodes.penstock.outcome", "tls")
                .containsEntry("nodes.pgjdbc.outcome", "refused");
        assertThat(pgjdbc(secured, "verify-full", true, host)).isEqualTo("refused");
    }

    @Test
    void nobody_logs_in() throws Exception {
        Server.RIGHT.start();
        secured.primary().execute("alter system set log_connections = on");
        secured.primary().execute("select pg_reload_conf()");
        int before = secured.primary().log().length();
        check(Server.RIGHT, "verify-full", true);
        assertThat(secured.primary().log().substring(before))
                .doesNotContain("connection authenticated: identity=\"penstock", "FATAL");
    }

    @Test
    void a_CA_file_that_is_missing_is_status_2_with_its_code() throws Exception {
        Said said = Said.of("--json", "--host", "localhost", "--sslrootcert", directory + "/absent.pem");
        assertThat(said.status()).isEqualTo(2);
        assertThat(flat(said.out())).containsEntry("failure.code", "TLS_TRUST_FILE_MISSING");
    }

    @Test
    void servers_and_TLS_come_from_a_connection_string_too() throws Exception {
        Server.RIGHT.start();
        String url = "postgresql://app@localhost:" + secured.primary().port()
                + "/appdb?sslmode=verify-full&sslrootcert=" + directory + "/ca.pem";
        Said said = Said.of("--url", url, "--json");
        assertThat(said.status()).isZero();
        assertThat(flat(said.out())).containsEntry("mode", "verify-full").containsEntry("connects", "true");
    }

    @Test
    void with_nothing_set_a_public_server_among_others_has_all_of_them_verified_and_the_remedy_says_so()
            throws Exception {
        Server.RIGHT.start();
        String url = "postgresql://app@localhost:" + secured.primary().port() + ",no-such-host.invalid/appdb";
        Said said = Said.of("--url", url);
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.out())
                .contains(
                        "TLS_UNTRUSTED_CHAIN",
                        "'no-such-host.invalid' is a public host",
                        "APP_ENVIRONMENT=development");
    }

    @Test
    void a_server_that_a_configuration_would_not_dial_is_told_as_refused_and_is_not_asked_for_a_login()
            throws Exception {
        Said said = Said.of(
                "--url", "postgresql://app@localhost/appdb", "--host", "no-such-host.invalid", "--login", "--json");
        Map<String, String> node = flat(said.out());
        assertThat(said.status()).isEqualTo(1);
        assertThat(node).containsEntry("nodes.penstock.outcome", "refused").doesNotContainKey("nodes.login.role");
        assertThat(node.get("nodes.penstock.why")).contains("sslmode=prefer", "environment_mode is not set");
    }

    @Test
    void a_certificate_that_ends_sooner_than_the_policy_demands_is_status_1_although_it_connects() throws Exception {
        Server.RIGHT.start();
        Path policy = policy(
                "loopback = true",
                "sslmode_at_least = verify-full",
                "ca = " + directory.resolve("ca.pem"),
                "days_before_expiry = 3650");
        Path config = Files.writeString(
                directory.resolve("config.yaml"),
                "database:\n  url: postgresql://app@localhost:"
                        + secured.primary().port() + "/appdb\n  policy: " + policy + "\n");

        Said said = Said.of("--config", config.toString(), "--json");

        assertThat(said.status()).isEqualTo(1);
        assertThat(flat(said.out()))
                .containsEntry("mode", "verify-full")
                .containsEntry("connects", "true")
                .hasEntrySatisfying(
                        "ending", ending -> assertThat(ending).contains(policy + ":4 demands 3650 days before that"));
        assertThat(Said.of("--config", config.toString()).out())
                .contains("CERTIFICATE_EXPIRES: the server certificate '", "CERTIFICATE_EXPIRES: the ca certificate '");
        policy(
                "loopback = true",
                "sslmode_at_least = verify-full",
                "ca = " + directory.resolve("ca.pem"),
                "days_before_expiry = 1");
        assertThat(Said.of("--config", config.toString()).status()).isZero();
    }

    /** The options are a configuration like any other, so that what is accepted here is accepted of a service. */
    @Test
    void the_policy_of_the_machine_completes_the_options_and_refuses_weaker_ones() throws Exception {
        Server.RIGHT.start();
        Path policy =
                policy("loopback = true", "sslmode_at_least = verify-full", "ca = " + directory.resolve("ca.pem"));
        TlsCheckCommand command = new TlsCheckCommand(() -> TlsPolicy.read(policy));
        String host = "localhost:" + secured.primary().port();

        assertThat(flat(Said.by(command, "--host", host, "--json").out()))
                .containsEntry("connects", "true")
                .containsEntry("nodes.chainResult", "trusted");
        Said weaker = Said.by(command, "--host", host, "--sslmode", "prefer");
        assertThat(weaker.status()).isEqualTo(2);
        assertThat(weaker.err()).contains("tls.mode is prefer; " + policy + ":2 demands verify-full (options)");
        assertThat(Said.by(command, "--host", host, "--sslmode", "prefer", "--json")
                        .out())
                .contains("\"violations\"", "TLS_POLICY");
    }

    private static Path policy(String... lines) throws IOException {
        Path file = Files.write(directory.resolve("policy.conf"), List.of(lines));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    /** role, parameters of the connection string, exit status, what was asked for, what is said. */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            app      | sslmode=require                             | 0 | scram-sha-256 | asks for SCRAM
            app      | sslmode=disable                             | 0 | scram-sha-256 | asks for SCRAM
            truster  | sslmode=require&require_auth=scram-sha-256  | 1 | none          | asks for no proof (trust, or cert), and require_auth allows scram-sha-256 alone
            truster  | sslmode=require&require_auth=none           | 0 | none          | asks for no proof
            teller   | sslmode=prefer&require_auth=!password       | 1 | password      | asks for the password in clear text
            teller   | sslmode=prefer                              | 0 | password      | asks for the password in clear text
            tls_only | sslmode=allow                               | 0 | scram-sha-256 | asks for SCRAM
            tls_only | sslmode=disable                             | 1 | ''            | refuses the login before it asks for a password (28000
            nobody   | sslmode=prefer                              | 1 | ''            | refuses the login before it asks for a password (28000
            """)
    void a_login_is_asked_for_on_demand_and_judged_by_require_auth(
            String role, String parameters, int status, String asked, String why) throws Exception {
        Server.RIGHT.start();
        String url = "postgresql://" + role + ":Zq7CANARYpw@localhost:"
                + secured.primary().port() + "/appdb?" + parameters;
        Said said = Said.of("--url", url, "--login", "--json");
        assertThat(said.status()).isEqualTo(status);
        Map<String, String> node = flat(said.out());
        assertThat(node)
                .containsEntry("nodes.login.role", role)
                .containsEntry("nodes.login.asked", asked)
                .containsEntry("nodes.login.accepted", String.valueOf(status == 0));
        assertThat(node.get("nodes.login.why")).contains(why);
        Said text = Said.of("--url", url, "--login");
        assertThat(text.out())
                .contains(why)
                .contains("require_auth")
                .contains(status == 0 ? "accepted: " : "REFUSED: ");
        assertThat(said.out() + text.out() + secured.primary().log()).doesNotContain("CANARY");
    }

    @Test
    void require_auth_is_told_without_a_question_and_a_question_needs_a_role() throws Exception {
        Server.RIGHT.start();
        String url = "postgresql://truster@localhost:" + secured.primary().port() + "/appdb?sslmode=require";
        Map<String, String> said =
                flat(Said.of("--url", url + "&require_auth=!none", "--json").out());
        assertThat(said).containsEntry("nodes.requireAuth", "password,md5,gss,sspi,scram-sha-256");
        assertThat(said).containsEntry("connects", "true").doesNotContainKey("nodes.login.asked");
        assertThatThrownBy(() -> Said.of("--host", "localhost", "--login"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--config or --url");
    }

    /** Every mode, with and without a CA, against what pgjdbc does. */
    @ParameterizedTest
    @EnumSource(Server.class)
    void pgjdbc_does_what_is_said_of_it(Server server) throws Exception {
        for (String mode : List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full")) {
            for (boolean withCa : new boolean[] {false, true}) {
                if (withCa == mode.equals("disable") || (!withCa && mode.startsWith("verify"))) {
                    continue;
                }
                Map<String, String> said = flat(check(server, mode, withCa).out());
                assertThat(said.get("nodes.pgjdbc.outcome"))
                        .as(server + " " + mode + (withCa ? " with a CA" : ""))
                        .isEqualTo(pgjdbc(server, mode, withCa));
            }
        }
    }

    /** Penstock wants the root as libpq does; pgjdbc is content with the intermediate, and reads no directory. */
    @Test
    void a_CA_that_only_pgjdbc_is_content_with_is_told_as_such() throws Exception {
        CertificateAuthority middle = CA.intermediate("Middle");
        IssuedCertificate whole = middle.server("localhost").issue();
        String leaf = whole.chain().substring(0, whole.chain().indexOf(END) + END.length());
        show(new IssuedCertificate(leaf, whole.key(), whole.serialNumber()));
        Path ca = Files.writeString(directory.resolve("middle.pem"), middle.certificate() + OTHER.certificate());
        String port = String.valueOf(secured.primary().port());
        Map<String, String> said =
                flat(Said.of("--json", "--host", "localhost", "--port", port, "--sslrootcert", ca.toString())
                        .out());
        assertThat(said)
                .containsEntry("nodes.penstock.outcome", "refused")
                .containsEntry("nodes.pgjdbc.outcome", "tls")
                .doesNotContainKey("nodes.libpq.outcome");
        assertThat(pgjdbc(secured, "verify-full", ca, "localhost:" + port)).isEqualTo("tls");
        Path folder = Files.createDirectories(directory.resolve("cas"));
        CA.writeCertificate(folder.resolve("a.pem"));
        Server.RIGHT.start();
        said = flat(Said.of("--json", "--host", "localhost", "--port", port, "--sslrootcert", folder.toString())
                .out());
        assertThat(said)
                .containsEntry("nodes.penstock.outcome", "tls")
                .containsEntry("nodes.pgjdbc.outcome", "refused");
        assertThat(pgjdbc(secured, "verify-full", folder, "localhost:" + port)).isEqualTo("refused");
    }

    private static Said check(Server server, String mode, boolean withCa) throws UsageException {
        List<String> line = new ArrayList<>(List.of("--json", "--host", "localhost", "--sslmode", mode));
        line.addAll(List.of("--port", String.valueOf(server.start().primary().port())));
        if (withCa) {
            line.addAll(List.of("--sslrootcert", directory.resolve("ca.pem").toString()));
        }
        return Said.of(line.toArray(String[]::new));
    }

    private static String pgjdbc(Server server, String mode, boolean withCa) {
        PostgresCluster cluster = server.start();
        return pgjdbc(cluster, mode, withCa, "localhost:" + cluster.primary().port());
    }

    private static String pgjdbc(PostgresCluster cluster, String mode, boolean withCa, String host) {
        return pgjdbc(cluster, mode, withCa ? directory.resolve("ca.pem") : null, host);
    }

    private static String pgjdbc(PostgresCluster cluster, String mode, Path ca, String host) {
        Properties properties = new Properties();
        properties.setProperty("user", "appuser");
        properties.setProperty("password", cluster.password("appuser"));
        properties.setProperty("sslmode", mode);
        properties.setProperty("gssEncMode", "disable");
        if (ca != null) {
            properties.setProperty("sslrootcert", ca.toString());
        }
        String url = "jdbc:postgresql://" + host + "/appdb";
        try (Connection connection = DriverManager.getConnection(url, properties);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(IS_TLS)) {
            row.next();
            return row.getBoolean(1) ? "tls" : "plain";
        } catch (SQLException refused) {
            return "refused";
        }
    }

    /** Every scalar by its path; of several nodes or certificates the first. Also proves that the text is JSON. */
    private static Map<String, String> flat(String json) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isScalarValue()) {
                    String path = parser.getParsingContext()
                            .pathAsPointer()
                            .toString()
                            .replaceAll("/[0-9]+", "")
                            .substring(1)
                            .replace('/', '.');
                    values.putIfAbsent(path, parser.getText());
                }
            }
        }
        return values;
    }
}
