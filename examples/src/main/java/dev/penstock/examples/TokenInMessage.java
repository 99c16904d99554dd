package dev.penstock.examples;

import dev.penstock.Database;
import dev.penstock.Session;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.SessionToken;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A job in another process reads what its sender wrote: the token is a part of the message. */
public final class TokenInMessage {
    private TokenInMessage() {}

    /**
     * What is put into a queue.
     *
     * @param orderId what the job is about
     * @param token what the job's reads have to see; empty for nothing
     */
    public record Message(long orderId, String token) {}

    /** The sender: writes the order, and says with the message where it stands. */
    public static Message place(Database db, long orderId) throws SQLException {
        // begin sender
        Session session = db.session();
        session.write(c -> insertOrder(c, orderId));
        return new Message(orderId, session.token().map(SessionToken::encode).orElse(""));
        // end sender
    }

    /** The job: reads from a replica that has the order. */
    public static boolean isThere(Database db, Message message) throws SQLException {
        // begin job
        ReadOptions options = message.token().isEmpty()
                ? ReadOptions.defaults()
                : ReadOptions.defaults().after(SessionToken.parse(message.token()));
        return db.read(options, c -> hasOrder(c, message.orderId()));
        // end job
    }

    private static void insertOrder(Connection connection, long orderId) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into orders (id) values (?)")) {
            insert.setLong(1, orderId);
            insert.executeUpdate();
        }
    }

    private static boolean hasOrder(Connection connection, long orderId) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select 1 from orders where id = ?")) {
            query.setLong(1, orderId);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }
}
