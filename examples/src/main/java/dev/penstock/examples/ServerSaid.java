package dev.penstock.examples;

import dev.penstock.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What docs/errors.md shows: everything that a server says of an error, whatever stands in the exception's text. */
public final class ServerSaid {
    private ServerSaid() {}

    /** Whether the address was free, and is registered now. */
    public static boolean register(Database db, String email) throws SQLException {
        // begin server-said
        try {
            db.write(c -> insertAccount(c, email));
            return true;
        } catch (PSQLException e) {
            ServerErrorMessage said = e.getServerErrorMessage();
            if (said != null && "account_email_key".equals(said.getConstraint())) {
                return false; // said.getDetail() is: Key (email)=(jane@example.org) already exists.
            }
            throw e;
        }
        // end server-said
    }

    private static void insertAccount(Connection connection, String email) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into account (email) values (?)")) {
            insert.setString(1, email);
            insert.executeUpdate();
        }
    }
}
