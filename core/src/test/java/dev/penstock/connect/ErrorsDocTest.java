package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.sizing.Conflict;
import dev.penstock.tls.TlsReason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/** docs/errors.md has a row for every code that the sources know, and what it says of a symptom is what happens. */
class ErrorsDocTest {
    private static final Path PAGE = Path.of("..", "docs", "errors.md");
    private static final Path DIAGNOSIS =
            Path.of("src", "main", "java", "dev", "penstock", "connect", "Diagnosis.java");
    private static final Path DRIVER =
            Path.of("src", "main", "java", "dev", "penstock", "connect", "DriverVersion.java");
    private static final Path CONFIG = Path.of("src", "main", "java", "dev", "penstock", "config");
    private static final Path TLS = Path.of("..", "tls", "src", "main", "java", "dev", "penstock", "tls");
    private static final Path POLICY_FILE = TLS.resolve("PolicyFile.java");
    private static final Path TLS_RULES = TLS.resolve("TlsConfigRules.java");

    private static final Path ROUTING = Path.of("src", "main", "java", "dev", "penstock", "routing");

    private static final Pattern FINDING = Pattern.compile("new Finding\\(\\s*\"([A-Z_]+)\"");
    private static final Pattern WARNING = Pattern.compile("new Warning\\(\\s*\"([A-Z_]+)\"");
    private static final Pattern FAILED =
            Pattern.compile("new ConnectFailedException\\([^;]*?\"([A-Z]+(?:_[A-Z]+)+)\"");
    private static final Pattern CAPITALS = Pattern.compile("\"([A-Z]+(?:_[A-Z]+)*)\"");
    private static final Pattern CODE = Pattern.compile("`([A-Z]+(?:_[A-Z]+)*)`");

    /** Capitals in config's sources that are no codes: names of variables and parameters, and a placeholder. */
    private static final Pattern NO_CODE =
            Pattern.compile("(POSTGRES|APP|PENSTOCK|DATABASE_(?!NAME$)).*|PG(HOST|PORT|DBNAME)|UNKNOWN|OFF");

    /** What an operator meets, as the driver throws it, and what must be said of it. */
    private record Symptom(String seen, SQLException thrown, String code, String remedy) {
        @Override
        public String toString() {
            return seen;
        }
    }

    private static Stream<Symptom> symptoms() {
        return Stream.of(
                new Symptom(
                        "could not translate host name",
                        unreachable(new UnknownHostException("db-1")),
                        "UNKNOWN_HOST",
                        "Correct the name, or the DNS of this host or container network."),
                new Symptom(
                        "connection refused",
                        unreachable(new ConnectException("Connection refused")),
                        "REFUSED",
                        "Start the server, or correct host and port"),
                new Symptom(
                        "connection timed out",
                        unreachable(new SocketTimeoutException("Connect timed out")),
                        "CONNECT_TIMEOUT",
                        "no firewall drops packets; the limit is timeouts.connect."),
                new Symptom(
                        "password authentication failed for user",
                        fatal("28P01", "password authentication failed for user \"appuser\""),
                        "AUTH_FAILED",
                        "the role's on the server (ALTER ROLE ... PASSWORD)."),
                new Symptom(
                        "no pg_hba.conf entry for host",
                        fatal("28000", "no " + hba("entry for", "SSL encryption")),
                        "HBA_REJECTED",
                        TlsReason.HBA_REJECTED.remedy()),
                new Symptom(
                        "pg_hba.conf rejects connection",
                        fatal("28000", hba("rejects connection for", "no encryption")),
                        "HBA_REJECTED",
                        TlsReason.HBA_REJECTED.remedy()),
                new Symptom(
                        "The server does not support SSL",
                        new PSQLException("The server does not support SSL.", PSQLState.CONNECTION_REJECTED),
                        "TLS_NOT_OFFERED",
                        TlsReason.TLS_NOT_OFFERED.remedy()),
                new Symptom(
                        "is not permitted to log in",
                        fatal("28000", "role \"appowner\" is not permitted to log in"),
                        "HBA_REJECTED",
                        "that the role may log in."),
                new Symptom(
                        "database` … `does not exist",
                        fatal("3D000", "database \"shop\" does not exist"),
                        "UNKNOWN_DATABASE",
                        "Create it, or correct the configured name."),
                new Symptom(
                        "remaining connection slots are reserved",
                        fatal(
                                "53300",
                                "remaining connection slots are reserved for roles with the SUPERUSER attribute"),
                        "TOO_MANY_CONNECTIONS",
                        "Put a pooler in between, make the pools smaller, or raise max_connections."),
                new Symptom(
                        "sorry, too many clients already",
                        fatal("53300", "sorry, too many clients already"),
                        "TOO_MANY_CONNECTIONS",
                        "Put a pooler in between, make the pools smaller, or raise max_connections."),
                new Symptom(
                        "too many connections for role",
                        fatal("53300", "too many connections for role \"appuser\"", "InitializeSessionUserId"),
                        "TOO_MANY_CONNECTIONS",
                        "raise it (ALTER ROLE ... CONNECTION LIMIT), or make the pools smaller."),
                new Symptom(
                        "too many connections for database",
                        fatal("53300", "too many connections for database \"shop\"", "CheckMyDatabase"),
                        "TOO_MANY_CONNECTIONS",
                        "raise it (ALTER DATABASE ... CONNECTION LIMIT), or make the pools smaller."),
                new Symptom(
                        "unsupported startup parameter",
                        fatal("08P01", "unsupported startup parameter: statement_timeout"),
                        "POOLER",
                        "set pooler: transaction."),
                new Symptom(
                        "unrecognized configuration parameter",
                        fatal("42704", "unrecognized configuration parameter \"wrok_mem\""),
                        "SETTING_REFUSED",
                        "Correct this setting (options, schema, owner_user), or leave it out."),
                new Symptom(
                        "invalid value for parameter",
                        fatal("22023", "invalid value for parameter \"work_mem\": \"lots\""),
                        "SETTING_REFUSED",
                        "Correct this setting (options, schema, owner_user), or leave it out."),
                new Symptom(
                        "Session setup failed",
                        new PSQLException("Protocol error.  Session setup failed.", PSQLState.PROTOCOL_VIOLATION),
                        "NOT_POSTGRESQL",
                        "Correct host and port: another service listens there."),
                new Symptom(
                        "the database system is starting up",
                        fatal("57P03", "the database system is starting up"),
                        "SERVER_NOT_READY",
                        "Wait until the server has started."));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("symptoms")
    void a_symptom_leads_to_the_code_and_the_remedy_of_its_row(Symptom symptom) {
        String row = rowWith(symptom.seen());
        SQLException told = diagnosed(symptom.thrown());

        assertThat((Throwable) told)
                .isInstanceOf(ConnectFailedException.class)
                .hasMessageContaining("[" + symptom.code() + "]")
                .hasMessageContaining(symptom.remedy())
                .hasCause(symptom.thrown());
        assertThat(told.getSQLState()).isEqualTo(symptom.thrown().getSQLState());
        assertThat(row).contains("`" + symptom.code() + "`").contains(symptom.remedy());
    }

    /** Words are translated; SQLSTATE, the server's routine and the name of its file are not. */
    @ParameterizedTest
    @CsvSource({
        "28000, ClientAuthentication, 'в pg_hba.conf нет записи для компьютера', HBA_REJECTED",
        "28000, ClientAuthentication, 'соединение требует сертификат', CLIENT_CERT_REQUIRED",
        "53300, InitializeSessionUserId, 'слишком много подключений', ALTER ROLE",
        "53300, CheckMyDatabase, 'слишком много подключений', ALTER DATABASE"
    })
    void a_refusal_is_understood_in_any_language_of_the_server(
            String state, String routine, String message, String told) {
        assertThat((Throwable) diagnosed(fatal(state, message, routine))).hasMessageContaining(told);
    }

    @ParameterizedTest
    @EnumSource(TlsReason.class)
    void every_reason_of_tls_has_a_row_with_its_remedy(TlsReason reason) {
        assertThat(rows())
                .anySatisfy(row -> assertThat(row)
                        .startsWith("| `" + reason.name() + "` |")
                        .endsWith("| " + reason.remedy() + " |"));
    }

    @ParameterizedTest
    @EnumSource(Conflict.Code.class)
    void every_conflict_of_a_sizing_plan_has_a_row(Conflict.Code code) {
        assertThat(documented()).contains(code.name());
    }

    @Test
    void every_code_of_a_failed_connect_has_a_row() {
        Set<String> codes = found(FINDING, text(DIAGNOSIS));

        assertThat(codes).hasSizeGreaterThan(8);
        assertThat(documented()).containsAll(codes);
    }

    @Test
    void every_code_of_a_mistake_in_the_configuration_has_a_row() throws IOException {
        Set<String> codes = new TreeSet<>();
        try (Stream<Path> sources = Files.list(CONFIG)) {
            Stream.concat(sources, Stream.of(POLICY_FILE, TLS_RULES))
                    .forEach(source -> codes.addAll(found(CAPITALS, text(source))));
        }
        codes.removeIf(NO_CODE.asMatchPredicate());

        assertThat(codes).hasSizeGreaterThan(50);
        assertThat(documented()).containsAll(codes);
    }

    @Test
    void every_code_of_a_warning_that_stands_has_a_row() throws IOException {
        assertThat(warnings()).isNotEmpty();
        assertThat(documented()).containsAll(warnings());
    }

    @Test
    void every_code_of_a_topology_that_cannot_serve_has_a_row() throws IOException {
        assertThat(ofRouting(FAILED)).isNotEmpty();
        assertThat(documented()).containsAll(ofRouting(FAILED));
    }

    private static Set<String> warnings() throws IOException {
        return ofRouting(WARNING);
    }

    private static Set<String> ofRouting(Pattern pattern) throws IOException {
        Set<String> codes = new TreeSet<>();
        try (Stream<Path> sources = Files.list(ROUTING)) {
            sources.forEach(source -> codes.addAll(found(pattern, text(source))));
        }
        return codes;
    }

    @ParameterizedTest
    @MethodSource("documented")
    void no_row_tells_of_a_code_that_is_gone(String code) throws IOException {
        Pattern spelled = Pattern.compile("\"" + code + "\"");
        boolean isReason = Stream.of(TlsReason.values(), Conflict.Code.values())
                .flatMap(Stream::of)
                .anyMatch(reason -> reason.name().equals(code));
        try (Stream<Path> sources = Files.list(CONFIG)) {
            assertThat(isReason
                            || warnings().contains(code)
                            || ofRouting(FAILED).contains(code)
                            || Stream.concat(sources, Stream.of(POLICY_FILE, TLS_RULES, DIAGNOSIS, DRIVER))
                                    .anyMatch(source ->
                                            spelled.matcher(text(source)).find()))
                    .as(code)
                    .isTrue();
        }
    }

    @Test
    void the_states_that_callers_meet_have_a_row() {
        Set<String> documented = rows().stream()
                .filter(row -> row.matches("\\| [0-9A-Z]{5}[ ,].*"))
                .flatMap(row -> Stream.of(row.split("\\|")[1].strip().split(", ")))
                .collect(Collectors.toSet());

        assertThat(documented)
                .contains("08001", "08003", "08006", "08007", "25006", "25P02", "28000", "28P01", "40001")
                .contains("3D000", "53300", "57P01", "57P03");
    }

    private static SQLException diagnosed(SQLException thrown) {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(
                Map.of("DATABASE_URL", "postgresql://appuser@db-1/shop", "POSTGRES_APP_USER_PW", "x"));
        Node node = new Node("node-1", new Endpoint("db-1", 5432));
        return Diagnosis.of(node, config, config.login(node.endpoint()), thrown);
    }

    /** As the server sends it: fields that end with a zero byte. */
    private static SQLException fatal(String state, String message) {
        return fatal(state, message, "auth_failed");
    }

    private static SQLException fatal(String state, String message, String routine) {
        return new PSQLException(
                new ServerErrorMessage("SFATAL\0VFATAL\0C" + state + "\0M" + message + "\0R" + routine + "\0"));
    }

    private static String hba(String what, String encryption) {
        return "pg_hba.conf " + what + " host \"10.0.0.7\", user \"appuser\", database \"shop\", " + encryption;
    }

    private static SQLException unreachable(IOException cause) {
        return new PSQLException("The connection attempt failed.", PSQLState.CONNECTION_UNABLE_TO_CONNECT, cause);
    }

    private static String rowWith(String symptom) {
        List<String> matching = rows().stream()
                .filter(row -> row.contains("`" + symptom) || row.contains(symptom + "`"))
                .toList();
        assertThat(matching).as("rows with " + symptom).hasSize(1);
        return matching.get(0);
    }

    /** The codes in the first two columns; the third may name keys and methods. */
    private static Set<String> documented() {
        return rows().stream()
                .flatMap(row -> found(CODE, row.substring(0, row.lastIndexOf('|', row.length() - 2))).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> rows() {
        return text(PAGE).lines().filter(line -> line.startsWith("| ")).toList();
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
