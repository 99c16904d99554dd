package dev.penstock.connect;

import dev.penstock.tls.ServerText;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The error that a server sends before it has let us in. It becomes the cause of ours, which applications log with its stack trace, and who
 * sent it has proved nothing yet: if a field of it would break lines or steer a terminal, an equal exception with the fields escaped takes its
 * place. What servers say in a session is their users' text, and stays as it is in the driver's exceptions.
 */
final class FirstAnswer {
    private FirstAnswer() {}

    /** @param detail whether the driver's text has more than the message */
    static SQLException printable(SQLException error, boolean detail) {
        ServerErrorMessage said = error instanceof PSQLException server ? server.getServerErrorMessage() : null;
        if (said == null) {
            return error;
        }
        Map<Character, String> fields = fields(said);
        if (fields.values().stream().allMatch(ServerText::isPrintable)) {
            return error;
        }
        PSQLException escaped = new PSQLException(new ServerErrorMessage(written(fields)), detail);
        escaped.setStackTrace(error.getStackTrace());
        for (Throwable suppressed : error.getSuppressed()) {
            escaped.addSuppressed(suppressed instanceof SQLException other ? printable(other, detail) : suppressed);
        }
        return escaped;
    }

    /** By their letters in the protocol (55.8, Error and Notice Message Fields); those that the driver shows or we look at. */
    private static Map<Character, String> fields(ServerErrorMessage said) {
        Map<Character, String> fields = new TreeMap<>();
        put(fields, 'S', said.getSeverity());
        put(fields, 'V', Severity.of(said));
        put(fields, 'C', said.getSQLState());
        put(fields, 'M', said.getMessage());
        put(fields, 'D', said.getDetail());
        put(fields, 'H', said.getHint());
        put(fields, 'W', said.getWhere());
        put(fields, 'F', said.getFile());
        put(fields, 'R', said.getRoutine());
        return fields;
    }

    private static void put(Map<Character, String> fields, char letter, @Nullable String text) {
        if (text != null) {
            fields.put(letter, text);
        }
    }

    private static String written(Map<Character, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + ServerText.inOneLine(field.getValue()) + "\0")
                .collect(Collectors.joining());
    }
}
