package dev.penstock.topology;

import dev.penstock.connect.UnusableSchema;
import dev.penstock.tls.ServerText;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks a server which of the configured schemas it passes over: PostgreSQL takes any list for a {@code search_path} and says nothing of what it does
 * not find. Never fails: migrations may be about to create them.
 */
final class SchemaQuestion {
    /** A name is cut to 63 bytes, as the server cuts it in a search path. */
    private static final String TEXT = """
            select wanted.name, found.oid is not null,
                   (select min(other.nspname) from pg_catalog.pg_namespace other where lower(other.nspname) = lower(wanted.name))
              from unnest(?::text[]) with ordinality wanted (name, place)
              left join pg_catalog.pg_namespace found on found.nspname = wanted.name::name
             where wanted.name not in ('$user', 'pg_temp')
               and (found.oid is null or not pg_catalog.has_schema_privilege(found.oid, 'usage'))
             order by wanted.place""";

    private SchemaQuestion() {}

    static List<UnusableSchema> ask(Connection connection, List<String> schemas) {
        List<UnusableSchema> unusable = new ArrayList<>();
        try (Question question = new Question(connection, TEXT)) {
            question.parameters().setArray(1, connection.createArrayOf("text", schemas.toArray()));
            try (ResultSet row = question.ask()) {
                while (row.next()) {
                    String similar = row.getString(3);
                    unusable.add(new UnusableSchema(
                            row.getString(1),
                            row.getBoolean(2),
                            similar == null ? null : ServerText.inOneLine(similar)));
                }
            }
        } catch (SQLException e) {
            // Should the session be gone, the next question finds that out.
            TopologyLog.LOG.debug("A server could not be asked for the configured schemas: {}", ServerText.of(e));
        }
        return unusable;
    }
}
