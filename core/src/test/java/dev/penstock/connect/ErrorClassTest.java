package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.observe.ConnectFailedException;
import java.sql.SQLException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The table of SQLSTATEs, as one table. */
class ErrorClassTest {
    private record Row(String name, SQLException error, ErrorClass expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                new Row(
                        "not allowed to connect",
                        new ConnectFailedException("node-1", "NOT_ALLOWED", "x", "y", "42501", null),
                        ErrorClass.CONFIGURATION),
                new Row(
                        "a startup parameter that a pooler does not take",
                        new ConnectFailedException("node-1", "POOLER", "x", "y", "08P01", null),
                        ErrorClass.CONFIGURATION),
                new Row(
                        "a pooler that cannot reach its server",
                        new ConnectFailedException("node-1", "UNREACHABLE", "x", "y", "08P01", null),
                        ErrorClass.CONNECTION),
                server("not allowed to read a table", "ERROR", "42501", "aclcheck_error", ErrorClass.STATEMENT),
                client("could not connect", "08001", ErrorClass.CONNECTION),
                client("closed on the client side", "08003", ErrorClass.CONNECTION),
                client("connection lost", "08006", ErrorClass.CONNECTION),
                server("terminated by an administrator", "FATAL", "57P01", "ProcessInterrupts", ErrorClass.CONNECTION),
                server("crash of another process", "WARNING", "57P02", "quickdie", ErrorClass.CONNECTION),
                server("starting up", "FATAL", "57P03", "ProcessStartupPacket", ErrorClass.NOT_NOW),
                server(
                        "database dropped",
                        "FATAL",
                        "57P04",
                        "ProcessRecoveryConflictInterrupt",
                        ErrorClass.SESSION_ENDED),
                server("idle session timeout", "FATAL", "57P05", "ProcessInterrupts", ErrorClass.SESSION_ENDED),
                server("idle in transaction timeout", "FATAL", "25P03", "ProcessInterrupts", ErrorClass.SESSION_ENDED),
                server("no slot left", "FATAL", "53300", "InitProcess", ErrorClass.SATURATED),
                server("wrong password", "FATAL", "28P01", "auth_failed", ErrorClass.AUTHENTICATION),
                server("no pg_hba entry", "FATAL", "28000", "ClientAuthentication", ErrorClass.AUTHENTICATION),
                server("unknown database", "FATAL", "3D000", "InitPostgres", ErrorClass.CONFIGURATION),
                server("write on a replica", "ERROR", "25006", "PreventCommandIfReadOnly", ErrorClass.READ_ONLY),
                server(
                        "recovery conflict, 16 and newer",
                        "ERROR",
                        "40001",
                        "ProcessRecoveryConflictInterrupt",
                        ErrorClass.CONFLICT),
                server("recovery conflict, up to 15", "ERROR", "40001", "ProcessInterrupts", ErrorClass.CONFLICT),
                server("serialization failure", "ERROR", "40001", "heap_update", ErrorClass.STATEMENT),
                server("deadlock", "ERROR", "40P01", "DeadLockReport", ErrorClass.STATEMENT),
                server("statement timeout", "ERROR", "57014", "ProcessInterrupts", ErrorClass.STATEMENT),
                server("syntax error", "ERROR", "42601", "scanner_yyerror", ErrorClass.STATEMENT),
                server("unique violation", "ERROR", "23505", "_bt_check_unique", ErrorClass.STATEMENT),
                server(
                        "serializable on a replica",
                        "ERROR",
                        "0A000",
                        "GetSerializableTransactionSnapshot",
                        ErrorClass.STATEMENT),
                new Row(
                        "a wrapper around a lost connection",
                        new SQLException("wrapped", null, new SQLException("lost", "08006")),
                        ErrorClass.CONNECTION),
                new Row(
                        "a handshake that broke off",
                        new SQLException(
                                "x", "08006", new SSLHandshakeException("Remote host terminated the handshake")),
                        ErrorClass.CONNECTION),
                new Row("no SQLSTATE at all", new SQLException("what"), ErrorClass.STATEMENT),
                new Row(
                        "TLS that looks like an outage",
                        new SQLException(
                                "x", "08006", new SSLHandshakeException("Received fatal alert: protocol_version")),
                        ErrorClass.TLS));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void every_error_has_its_class(Row row) {
        assertThat(ErrorClass.of(row.error())).isEqualTo(row.expected());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void trust_passwords_and_configuration_are_never_a_reason_to_look_for_another_node(Row row) {
        ErrorClass kind = ErrorClass.of(row.error());
        if (kind.isFinal()) {
            assertThat(kind.isNodeSignal()).isFalse();
            assertThat(kind.readMayMove()).isFalse();
        }
    }

    private static Row client(String name, String state, ErrorClass expected) {
        return new Row(name, new SQLException(name, state), expected);
    }

    private static Row server(String name, String severity, String state, String routine, ErrorClass expected) {
        // The wire format: a field's letter, its text, a zero byte.
        String wire = "S" + severity + "\0V" + severity + "\0C" + state + "\0M" + name + "\0R" + routine + "\0\0";
        return new Row(name, new PSQLException(new ServerErrorMessage(wire)), expected);
    }
}
