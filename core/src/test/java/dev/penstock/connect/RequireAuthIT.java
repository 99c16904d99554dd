package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.EnvironmentMode;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.Certificates;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.ClientCertificate;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsSource;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code require_auth} accepts of real {@code pg_hba.conf} rules, over TLS and not, in the six modes; and of what only a server that is
 * no PostgreSQL asks for. docs/authentication.md has the table.
 */
@TestInstance(Lifecycle.PER_CLASS)
class RequireAuthIT {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String PASSWORD = "Zq7CANARYpw";

    /** One role for each rule, and what its login comes to: md5 asks for SCRAM where the stored password is of that kind. */
    private enum Rule {
        TRUST("trust", AuthMethod.NONE),
        PASSWORD("password", AuthMethod.PASSWORD),
        MD5("md5", AuthMethod.MD5),
        MD5_OF_SCRAM("md5", AuthMethod.SCRAM_SHA_256),
        SCRAM("scram-sha-256", AuthMethod.SCRAM_SHA_256),
        CERT("cert", AuthMethod.NONE);

        private final String method;
        private final AuthMethod asked;

        Rule(String method, AuthMethod asked) {
            this.method = method;
            this.asked = asked;
        }

        String role(boolean tls) {
            return name().toLowerCase(Locale.ROOT) + (tls ? "_tls" : "_plain");
        }

        List<String> lines() {
            String tls = "hostssl all " + role(true) + " all " + method;
            // Without TLS there is no certificate to look at.
            return this == CERT ? List.of(tls) : List.of(tls, "hostnossl all " + role(false) + " all " + method);
        }
    }

    private PostgresCluster cluster;
    private Path secret;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        secret = Files.writeString(directory.resolve("password"), PASSWORD);
        List<String> lines = new ArrayList<>();
        for (Rule rule : Rule.values()) {
            lines.addAll(rule.lines());
            for (boolean tls : new boolean[] {true, false}) {
                lines.add("host all " + rule.role(tls) + " all reject");
            }
        }
        cluster = PostgresCluster.builder()
                .replicas(0)
                .tls(true)
                .hba(lines.toArray(String[]::new))
                .start();
        for (Rule rule : Rule.values()) {
            String stored = rule == Rule.MD5 ? "md5" : "scram-sha-256";
            for (boolean tls : new boolean[] {true, false}) {
                cluster.primary()
                        .execute("set password_encryption = '" + stored + "'; create role " + rule.role(tls)
                                + " login in role appuser password '" + PASSWORD + "'");
            }
        }
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    /** Whether the rule lets that mode as far as its question: what {@code hostssl} and {@code hostnossl} mean. */
    private static boolean isAsked(boolean tls, SslMode mode) {
        return tls ? mode != SslMode.DISABLE : !mode.requiresEncryption();
    }

    @ParameterizedTest
    @EnumSource(SslMode.class)
    void a_rule_is_accepted_where_its_method_is_required_and_refused_where_another_is(SslMode mode) throws Exception {
        int tried = 0;
        for (Rule rule : Rule.values()) {
            for (boolean tls : rule == Rule.CERT ? new boolean[] {true} : new boolean[] {true, false}) {
                for (String required : List.of("none", "password", "md5", "scram-sha-256")) {
                    String expected = expected(rule, tls, mode, required);
                    String got = login(config(mode, rule.role(tls), rule == Rule.CERT)
                            .requireAuth(required)
                            .build());
                    assertThat(got)
                            .as(rule + (tls ? " over TLS, " : " in plain text, ") + mode + ", " + required)
                            .isEqualTo(expected);
                    tried++;
                }
            }
        }
        assertThat(tried).isEqualTo(44);
    }

    private static String expected(Rule rule, boolean tls, SslMode mode, String required) {
        if (!isAsked(tls, mode)) {
            return "HBA";
        }
        return required.equals(rule.asked.libpqName()) ? "accepted" : "AUTH_METHOD_REFUSED";
    }

    @Test
    void the_page_has_the_table_that_is_tried_here() throws Exception {
        List<String> rows = Files.readAllLines(Path.of("..", "docs", "authentication.md")).stream()
                .filter(line -> line.startsWith("| `host"))
                .toList();
        List<String> tried = new ArrayList<>();
        for (Rule rule : Rule.values()) {
            for (boolean tls : rule == Rule.CERT ? new boolean[] {true} : new boolean[] {true, false}) {
                tried.add("| `" + (tls ? "hostssl" : "hostnossl") + " … " + rule.method + "`"
                        + (rule.method.equals("md5") ? ", stored as " + (rule == Rule.MD5 ? "MD5" : "SCRAM") : "")
                        + Stream.of(SslMode.values())
                                .map(mode -> isAsked(tls, mode) ? (tls ? "TLS" : "plain") : "28000")
                                .collect(Collectors.joining(" | ", " | ", " | `"))
                        + rule.asked.libpqName() + "` |");
            }
        }
        assertThat(rows).isEqualTo(tried);
    }

    private String login(DatabaseConfig config) throws Exception {
        Optional<SQLException> refusal = refusal(config);
        if (refusal.isEmpty()) {
            return "accepted";
        }
        assertThat(refusal.get().toString()).doesNotContain(PASSWORD);
        if (refusal.get().getSQLState().equals("28000")) {
            return "HBA";
        }
        assertThat(refusal.get().getSQLState()).isEqualTo("08004");
        return ((ConnectFailedException) refusal.get()).code();
    }

    private Optional<SQLException> refusal(DatabaseConfig config) throws Exception {
        Node node = new Node("node-1", config.primary());
        try (Identity identity = Identity.open(config, LONG);
                Connector connector = new Connector(config, identity, new Unheard())) {
            connector.open(node, Purpose.WRITE, LONG, ended -> {}).close();
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(e);
        }
    }

    private DatabaseConfig.Builder config(SslMode mode, String role, boolean certificate) {
        Certificates certificates = cluster.certificates();
        TlsConfig.Builder tls = TlsConfig.builder(mode);
        if (mode.verifiesCertificate()) {
            tls.ca(TlsSource.file(certificates.caFile()));
        }
        if (certificate && mode != SslMode.DISABLE) {
            tls.clientCertificate(
                    ClientCertificate.of(certificates.clientCertificateFile(role), certificates.clientKeyFile(role)));
        }
        return DatabaseConfig.builder()
                .primary(cluster.primary().host() + ":" + cluster.primary().port())
                .database(cluster.database())
                .user(role)
                .password(PasswordSource.file(secret))
                .tls(tls.build());
    }

    private static final class Unheard implements LoginListener {
        @Override
        public void refused(Node node, String role) {
            throw new AssertionError(role + " was refused by " + node);
        }

        @Override
        public void weak(Node node, String role, AuthMethod method) {
            throw new AssertionError(role + " logs in by " + method + ", which is written");
        }

        @Override
        public void rotated(String role) {
            throw new AssertionError(role + " has another password");
        }
    }

    @Test
    void a_refusal_says_what_the_server_asked_for_what_is_accepted_and_both_remedies() throws Exception {
        SQLException told = refusal(config(SslMode.REQUIRE, Rule.PASSWORD.role(true), false)
                        .requireAuth("scram-sha-256,none")
                        .build())
                .orElseThrow();
        assertThat((Throwable) told)
                .hasMessageContaining("the server asks for the password in clear text")
                .hasMessageContaining("require_auth allows none,scram-sha-256 alone")
                .hasMessageContaining("Let pg_hba.conf ask for scram-sha-256")
                .hasMessageContaining("name password in require_auth")
                .hasMessageContaining("No password was sent");
        assertThat(ErrorClass.of(told)).isEqualTo(ErrorClass.AUTHENTICATION);
    }

    @Test
    void a_refusal_is_told_in_any_language_of_the_JVM() throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertThat(login(config(SslMode.REQUIRE, Rule.TRUST.role(true), false)
                            .requireAuth("scram-sha-256")
                            .build()))
                    .isEqualTo("AUTH_METHOD_REFUSED");
        } finally {
            Locale.setDefault(before);
        }
    }

    /** The pools would wait for half a minute, the monitor for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"TRUST", "PASSWORD", "MD5"})
    void opening_ends_at_once_in_production_where_the_server_asks_for_less_than_SCRAM(Rule rule) {
        DatabaseConfig config = production(rule.role(true)).build();
        SQLException told = assertTimeoutPreemptively(
                LONG,
                () -> catchThrowableOfType(
                        SQLException.class, () -> Database.open(config).close()));
        assertThat(told.getSQLState()).isEqualTo("08004");
        assertThat((Throwable) told)
                .hasMessageContaining("AUTH_METHOD_REFUSED")
                .hasMessageContaining("No node lets us in.");
    }

    @ParameterizedTest
    @CsvSource({"SCRAM, ''", "MD5_OF_SCRAM, ''", "MD5, md5", "TRUST, none", "PASSWORD, password"})
    void production_takes_SCRAM_and_what_is_written(Rule rule, String written) throws Exception {
        DatabaseConfig.Builder config = production(rule.role(true));
        try (Database db = Database.open(
                written.isEmpty() ? config.build() : config.requireAuth(written).build())) {
            assertThat(db.health().status()).isNotNull();
        }
    }

    private DatabaseConfig.Builder production(String role) {
        return config(SslMode.VERIFY_FULL, role, false)
                .environmentMode(EnvironmentMode.PRODUCTION)
                .timeouts(LONG.dividedBy(2), LONG);
    }

    /** What no rule of pg_hba.conf asks for here, and servers that are no PostgreSQL. Nothing is sent in answer. */
    @ParameterizedTest(name = "{0} with {1}")
    @CsvSource(delimiter = '|', textBlock = """
        3  | scram-sha-256,md5,none | asks for the password in clear text
        5  | scram-sha-256          | asks for an MD5 hash
        7  | scram-sha-256          | asks for Kerberos
        9  | !sspi                  | asks for Windows' SSPI
        10 | password,none          | asks for SCRAM
        0  | scram-sha-256          | asks for no proof
        """)
    void a_server_gets_no_answer_to_a_question_that_is_not_accepted(int code, String required, String deed)
            throws Exception {
        String data = code == 10 ? "SCRAM-SHA-256\0\0" : code == 5 ? "salt" : "";
        for (SslMode mode : List.of(SslMode.DISABLE, SslMode.ALLOW, SslMode.PREFER)) {
            try (AskingServer server = new AskingServer(code, data)) {
                DatabaseConfig config = config(mode, "appuser", false)
                        .primary("localhost:" + server.port())
                        .requireAuth(required)
                        .build();
                assertThat((Throwable) refusal(config).orElseThrow())
                        .hasMessageContaining("AUTH_METHOD_REFUSED")
                        .hasMessageContaining(deed);
                assertThat(server.answers()).isEmpty();
                assertThat(server.asked()).isEqualTo(1);
            }
        }
    }

    @Test
    void development_sends_no_password_in_clear_text_to_another_machine_and_says_why() throws Exception {
        try (AskingServer server = new AskingServer(3, "")) {
            DatabaseConfig config = config(SslMode.PREFER, "appuser", false)
                    .primary("db-1:" + server.port())
                    .build();
            Node node = new Node("node-1", config.primary());
            try (Identity identity = Identity.open(config, LONG);
                    Connector connector = new Connector(
                            config, identity, new Unheard(), host -> List.of(InetAddress.getLoopbackAddress()))) {
                Throwable told = catchThrowable(() -> connector.open(node, Purpose.WRITE, LONG, ended -> {}));
                assertThat(told).hasMessageContaining("AUTH_METHOD_REFUSED");
            }
            assertThat(server.answers()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"TRUST, true, NONE", "PASSWORD, false, PASSWORD", "MD5, true, MD5", "SCRAM, true, "})
    void development_on_this_machine_takes_each_and_tells_once_of_what_production_refuses(
            Rule rule, boolean tls, AuthMethod weak) throws Exception {
        DatabaseConfig config = config(SslMode.PREFER, rule.role(tls), false).build();
        List<AuthMethod> told = new ArrayList<>();
        Node node = new Node("node-1", config.primary());
        LoginListener listener = new LoginListener() {
            @Override
            public void refused(Node by, String role) {}

            @Override
            public void weak(Node by, String role, AuthMethod method) {
                told.add(method);
            }

            @Override
            public void rotated(String role) {}
        };
        try (Identity identity = Identity.open(config, LONG);
                Connector connector = new Connector(config, identity, listener)) {
            for (Purpose purpose : List.of(Purpose.MONITOR, Purpose.WRITE, Purpose.READ, Purpose.UNPOOLED)) {
                connector.open(node, purpose, LONG, ended -> {}).close();
            }
        }
        assertThat(told).isEqualTo(weak == null ? List.of() : List.of(weak));
    }
}
