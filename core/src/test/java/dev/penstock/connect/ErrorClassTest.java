package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.connect.ErrorClass.Again;
import dev.penstock.observe.ConnectFailedException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/**
 * The table of SQLSTATEs, as one table: each error with its class, and what follows from it. The letters are: session (E
 * ended, - stands), topology (L looks, - leaves the node alone), a read may run again (Y, -), a write runs again
 * (Y, B unless COMMIT was sent, -).
 */
class ErrorClassTest {
    private record Row(String name, SQLException error, ErrorClass expected, String follows) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        List<Row> rows = Stream.of(connecting(), losing(), refusing(), working())
                .flatMap(part -> part)
                .toList();
        Stream<Row> translated = rows.stream()
                .flatMap(row -> translated(row.error())
                        .map(error -> new Row(row + ", in Russian", error, row.expected(), row.follows()))
                        .stream());
        return Stream.concat(rows.stream(), translated);
    }

    /** As a server says it whose {@code lc_messages} is Russian: the first severity and the text change, and nothing else. */
    private static Optional<SQLException> translated(SQLException error) {
        if (error instanceof PSQLException server && server.getServerErrorMessage() != null) {
            return Optional.of(new PSQLException(translated(server.getServerErrorMessage())));
        }
        return error instanceof PSQLWarning warning
                ? Optional.of(new PSQLWarning(translated(warning.getServerErrorMessage())))
                : Optional.empty();
    }

    private static ServerErrorMessage translated(ServerErrorMessage message) {
        String word = Map.of("ERROR", "ОШИБКА", "FATAL", "ВАЖНО", "PANIC", "ПАНИКА", "WARNING", "ПРЕДУПРЕЖДЕНИЕ")
                .get(message.getSeverity());
        return new ServerErrorMessage("S" + word + "\0V" + message.getSeverity() + "\0C" + message.getSQLState()
                + "\0MНе вышло\0R" + message.getRoutine() + "\0\0");
    }

    private static Stream<Row> connecting() {
        return Stream.of(
                client("08001 refused", "08001", new ConnectException(), ErrorClass.NOT_CONNECTED, "E L Y Y"),
                client("08001 timed out", "08001", new SocketTimeoutException(), ErrorClass.NOT_CONNECTED, "E L Y Y"),
                client("08001 unknown host", "08001", new UnknownHostException(), ErrorClass.NOT_CONNECTED, "E L Y Y"),
                connect("08006 while connecting", "08006", ErrorClass.NOT_CONNECTED, "E L Y Y"),
                connect("08P01 a pooler without its server", "08P01", ErrorClass.NOT_CONNECTED, "E L Y Y"),
                connect("57P01 while connecting", "57P01", ErrorClass.NOT_CONNECTED, "E L Y Y"),
                fatal("57P03 starting", "57P03", ErrorClass.NOT_NOW, "E L Y Y"),
                connect("57P03 diagnosed", "57P03", ErrorClass.NOT_NOW, "E L Y Y"),
                fatal("53300 too many connections", "53300", ErrorClass.SATURATED, "E - Y Y"),
                fatal("57P05 idle session", "57P05", ErrorClass.IDLE_TOO_LONG, "E - Y B"));
    }

    private static Stream<Row> losing() {
        return Stream.of(
                client("08003 closed on this side", "08003", null, ErrorClass.CLOSED, "E - Y B"),
                client("08006 end of stream", "08006", null, ErrorClass.CONNECTION, "E L Y B"),
                client("08006 no answer", "08006", new SocketTimeoutException(), ErrorClass.NO_ANSWER, "E L Y B"),
                client("08007 outcome unknown", "08007", null, ErrorClass.OUTCOME_UNKNOWN, "E - - -"),
                client(
                        "08006 a handshake that broke off",
                        "08006",
                        new SSLHandshakeException("Remote host terminated the handshake"),
                        ErrorClass.CONNECTION,
                        "E L Y B"),
                fatal("57P01 terminated", "57P01", ErrorClass.CONNECTION, "E L Y B"),
                server("57P02 crash of another", "WARNING", "57P02", "quickdie", ErrorClass.CONNECTION, "E L Y B"),
                fatal("57P04 database dropped", "57P04", ErrorClass.SESSION_ENDED, "E - - -"),
                fatal("25P03 idle in transaction", "25P03", ErrorClass.SESSION_ENDED, "E - - -"),
                fatal("25P04 transaction too long", "25P04", ErrorClass.SESSION_ENDED, "E - - -"),
                server("53100 disk full, PANIC", "PANIC", "53100", "XLogWrite", ErrorClass.EXHAUSTED, "E L Y B"),
                error("08006 of a foreign server", "08006", ErrorClass.STATEMENT, "- - - -"),
                error("08001 of dblink", "08001", ErrorClass.STATEMENT, "- - - -"),
                error("57P01 raised by a function", "57P01", ErrorClass.STATEMENT, "- - - -"),
                error("53100 disk full", "53100", ErrorClass.EXHAUSTED, "- L Y B"),
                error("53200 out of memory", "53200", ErrorClass.EXHAUSTED, "- L Y B"),
                fatal("58030 input or output failed", "58030", ErrorClass.INTERNAL, "E L Y -"),
                error("58P01 no such file", "58P01", ErrorClass.INTERNAL, "- L Y -"),
                error("XX001 data corrupted", "XX001", ErrorClass.INTERNAL, "- L Y -"),
                new Row(
                        "a wrapper around a lost connection",
                        new SQLException("wrapped", null, new SQLException("lost", "08006")),
                        ErrorClass.CONNECTION,
                        "E L Y B"));
    }

    private static Stream<Row> refusing() {
        return Stream.of(
                client("08004 rejected", "08004", null, ErrorClass.AUTHENTICATION, "- - - -"),
                new Row(
                        "08004 of a host that production refuses",
                        new ConnectFailedException("node-1", "PRODUCTION_TLS", "x", "y", "08004", null),
                        ErrorClass.TLS,
                        "E - - -"),
                fatal("28P01 wrong password", "28P01", ErrorClass.AUTHENTICATION, "E - - -"),
                connect("28P01 diagnosed", "28P01", ErrorClass.AUTHENTICATION, "- - - -"),
                fatal("28000 no pg_hba entry", "28000", ErrorClass.AUTHENTICATION, "E - - -"),
                fatal("28000 no pg_hba.conf entry for host", "28000", ErrorClass.AUTHENTICATION, "E - - -"),
                fatal("3D000 unknown database", "3D000", ErrorClass.CONFIGURATION, "E - - -"),
                fatal("42501 no CONNECT", "42501", ErrorClass.CONFIGURATION, "E - - -"),
                connect("42501 diagnosed", "42501", ErrorClass.CONFIGURATION, "- - - -"),
                fatal("55000 database closed", "55000", ErrorClass.CONFIGURATION, "E - - -"),
                connect("55000 diagnosed", "55000", ErrorClass.CONFIGURATION, "- - - -"),
                fatal("42704 unknown setting", "42704", ErrorClass.CONFIGURATION, "E - - -"),
                fatal("42602 setting's name", "42602", ErrorClass.CONFIGURATION, "E - - -"),
                fatal("55P02 setting of the server", "55P02", ErrorClass.CONFIGURATION, "E - - -"),
                error("55P02 of a statement", "55P02", ErrorClass.STATEMENT, "- - - -"),
                connect("42704 diagnosed", "42704", ErrorClass.CONFIGURATION, "- - - -"),
                fatal("22023 bad value of a setting", "22023", ErrorClass.CONFIGURATION, "E - - -"),
                fatal("42601 bad option", "42601", ErrorClass.CONFIGURATION, "E - - -"),
                error("42704 of a statement", "42704", ErrorClass.STATEMENT, "- - - -"),
                error("22023 of a statement", "22023", ErrorClass.STATEMENT, "- - - -"),
                fatal("28001 another refusal", "28001", ErrorClass.AUTHENTICATION, "E - - -"),
                new Row(
                        "08P01 no PostgreSQL",
                        new ConnectFailedException("node-1", "NOT_POSTGRESQL", "x", "y", "08P01", null),
                        ErrorClass.FOREIGN,
                        "E L Y Y"),
                new Row(
                        "08P01 a startup parameter that a pooler does not take",
                        new ConnectFailedException("node-1", "POOLER", "x", "y", "08P01", null),
                        ErrorClass.CONFIGURATION,
                        "- - - -"),
                error("42501 on a table", "42501", ErrorClass.STATEMENT, "- - - -"),
                error("55000 of a statement", "55000", ErrorClass.STATEMENT, "- - - -"),
                error("3D000 of DROP DATABASE", "3D000", ErrorClass.STATEMENT, "- - - -"),
                client(
                        "08006 TLS that looks like an outage",
                        "08006",
                        new SSLHandshakeException("Received fatal alert: protocol_version"),
                        ErrorClass.TLS,
                        "E - - -"),
                new Row(
                        "08004 no TLS on the server",
                        new PSQLException("The server does not support SSL.", PSQLState.CONNECTION_REJECTED),
                        ErrorClass.TLS,
                        "E - - -"));
    }

    private static Stream<Row> working() {
        String conflict = "ProcessRecoveryConflictInterrupt";
        return Stream.of(
                error("57014 cancelled", "57014", ErrorClass.STATEMENT, "- - - -"),
                error("25006 write on a replica", "25006", ErrorClass.READ_ONLY, "- L - Y"),
                server("40001 conflict, 16 on", "ERROR", "40001", conflict, ErrorClass.CONFLICT, "- - Y -"),
                server("40001 conflict, to 15", "ERROR", "40001", "ProcessInterrupts", ErrorClass.CONFLICT, "- - Y -"),
                server("40001 conflict, idle", "FATAL", "40001", conflict, ErrorClass.CONFLICT, "E - Y -"),
                server("40P01 conflict over a buffer", "ERROR", "40P01", conflict, ErrorClass.CONFLICT, "- - Y -"),
                server("40001 serialization", "ERROR", "40001", "heap_update", ErrorClass.SERIALIZATION, "- - Y Y"),
                server("40P01 deadlock", "ERROR", "40P01", "DeadLockReport", ErrorClass.SERIALIZATION, "- - Y Y"),
                error("55P03 lock not available", "55P03", ErrorClass.STATEMENT, "- - - -"),
                error("0A000 serializable on a replica", "0A000", ErrorClass.STATEMENT, "- - - -"),
                server(
                        "0A000 the result of a plan has changed",
                        "ERROR",
                        "0A000",
                        "RevalidateCachedQuery",
                        ErrorClass.STALE_PLAN,
                        "- - Y Y"),
                error("26000 no such prepared statement", "26000", ErrorClass.STALE_PLAN, "- - Y Y"),
                error("42P05 prepared already", "42P05", ErrorClass.STALE_PLAN, "- - Y Y"),
                error("25P02 commit of a failed transaction", "25P02", ErrorClass.STATEMENT, "- - - -"),
                error("42601 syntax error", "42601", ErrorClass.STATEMENT, "- - - -"),
                error("23505 unique violation", "23505", ErrorClass.STATEMENT, "- - - -"),
                warning("01000 no synchronous replica", "SyncRepWaitForLSN", ErrorClass.LOCAL_ONLY, "- - - -"),
                warning("01000 of a function", "exec_stmt_raise", ErrorClass.STATEMENT, "- - - -"),
                error("72000 with ERROR", "72000", ErrorClass.STATEMENT, "- - - -"),
                fatal("72000 with FATAL", "72000", ErrorClass.STATEMENT, "E - - -"),
                new Row("no SQLSTATE at all", new SQLException("what"), ErrorClass.STATEMENT, "- - - -"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void every_error_has_its_class_and_what_follows_from_it(Row row) {
        assertThat(ErrorClass.of(row.error())).isEqualTo(row.expected());
        assertThat(follows(row.error())).isEqualTo(row.follows());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void trust_passwords_and_configuration_are_never_a_reason_to_look_for_another_node(Row row) {
        ErrorClass kind = ErrorClass.of(row.error());
        if (kind.isFinal() && kind != ErrorClass.FOREIGN) {
            assertThat(kind.isNodeSignal()).isFalse();
            assertThat(kind.readMayRunAgain()).isFalse();
            assertThat(kind.writeMayRunAgain(false)).isFalse();
        }
    }

    private static Stream<Arguments> answers() {
        List<Arguments> answers = said();
        Stream<Arguments> translated = answers.stream()
                .flatMap(one ->
                        translated((SQLException) one.get()[1])
                                .map(error -> Arguments.of(one.get()[0], error))
                                .stream());
        return Stream.concat(answers.stream(), translated);
    }

    private static List<Arguments> said() {
        String checks = "ProcessInterrupts";
        return List.of(
                Arguments.of(true, new SQLException("end of stream", "08006")),
                Arguments.of(true, new SQLException("no answer", "08006", new SocketTimeoutException())),
                Arguments.of(true, new SQLException("not understood", "08P01")),
                Arguments.of(true, new BatchUpdateException("of a batch", "08006", new int[0])),
                Arguments.of(true, new PSQLException(message("log not flushed", "PANIC", "53100", "XLogWrite"))),
                Arguments.of(true, new PSQLException(message("server conn crashed?", "FATAL", "08P01", "pooler"))),
                Arguments.of(false, new PSQLException(message("terminated", "FATAL", "57P01", checks))),
                Arguments.of(false, batch(new PSQLException(message("terminated", "FATAL", "57P01", checks)))),
                Arguments.of(false, new PSQLException(message("bind", "ERROR", "08P01", "exec_bind_message"))),
                Arguments.of(false, new PSQLException(message("cancelled", "ERROR", "57014", checks))),
                Arguments.of(false, new SQLException("closed before", "08003")),
                Arguments.of(false, new SQLException("no state")));
    }

    private static SQLException batch(SQLException cause) {
        return new BatchUpdateException("of a batch", cause.getSQLState(), new int[0], cause);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void an_answer_is_lost_with_its_connection_and_not_by_what_the_server_says(boolean lost, SQLException error) {
        assertThat(ErrorClass.losesAnswer(error)).isEqualTo(lost);
    }

    private static String follows(SQLException error) {
        ErrorClass kind = ErrorClass.of(error);
        String session = ErrorClass.endsSession(error) ? "E" : "-";
        String node = kind.isNodeSignal() ? "L" : "-";
        String read = letter(kind.readMayRunAgain() ? Again.YES : Again.NO);
        String write = letter(again(kind.writeMayRunAgain(false), kind.writeMayRunAgain(true), Again.BEFORE_COMMIT));
        return String.join(" ", session, node, read, write);
    }

    private static Again again(boolean first, boolean later, Again onlyFirst) {
        if (!first) {
            return Again.NO;
        }
        return later ? Again.YES : onlyFirst;
    }

    private static String letter(Again again) {
        return switch (again) {
            case NO -> "-";
            case BEFORE_COMMIT -> "B";
            case YES -> "Y";
        };
    }

    private static Row client(String name, String state, @Nullable Throwable cause, ErrorClass kind, String follows) {
        return new Row(name, new SQLException(name, state, cause), kind, follows);
    }

    private static Row connect(String name, String state, ErrorClass kind, String follows) {
        return new Row(name, new ConnectFailedException("node-1", "CODE", "x", "y", state, null), kind, follows);
    }

    private static Row fatal(String name, String state, ErrorClass kind, String follows) {
        return server(name, "FATAL", state, "ProcessInterrupts", kind, follows);
    }

    private static Row error(String name, String state, ErrorClass kind, String follows) {
        return server(name, "ERROR", state, "ExecutorRun", kind, follows);
    }

    private static Row server(
            String name, String severity, String state, String routine, ErrorClass kind, String follows) {
        return new Row(name, new PSQLException(message(name, severity, state, routine)), kind, follows);
    }

    private static Row warning(String name, String routine, ErrorClass kind, String follows) {
        return new Row(name, new PSQLWarning(message(name, "WARNING", "01000", routine)), kind, follows);
    }

    /** The wire format: a field's letter, its text, a zero byte. */
    private static ServerErrorMessage message(String text, String severity, String state, String routine) {
        return new ServerErrorMessage(
                "S" + severity + "\0V" + severity + "\0C" + state + "\0M" + text + "\0R" + routine + "\0\0");
    }
}
