package dev.penstock.examples.compose;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.examples.SessionInCookie;
import dev.penstock.observe.Health;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Counts visits. {@code POST /visits} writes one on the primary, {@code GET /visits} counts them on the replica, and a client that
 * keeps its cookie sees the visit that it made. {@code GET /health} is 200 while there is a primary to write to.
 */
public final class VisitsApplication implements AutoCloseable {
    static final int PORT = 8080;

    private static final int THREADS = 16;

    private final Database db;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    private VisitsApplication(Database db) throws IOException {
        this.db = db;
        this.server = HttpServer.create(new InetSocketAddress(PORT), 0);
        server.setExecutor(threads);
        server.createContext("/visits", answering(this::visits)).getFilters().add(new SessionInCookie(db));
        server.createContext("/health", answering(this::health));
    }

    public static void main(String[] arguments) throws SQLException, IOException {
        Database db = Database.open(DatabaseConfig.fromEnvironment());
        try {
            migrate(db);
            VisitsApplication application = new VisitsApplication(db);
            Runtime.getRuntime().addShutdownHook(new Thread(application::close, "application-end"));
            application.server.start();
        } catch (SQLException | IOException | RuntimeException e) {
            db.close();
            throw e;
        }
    }

    /** As the migration user in the owner's role; the application's own role may make no table. */
    private static void migrate(Database db) throws SQLException {
        try (Connection owner = db.migrations().getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute(
                    "create table if not exists app.visit (id bigint generated always as identity, at timestamptz"
                            + " not null default now())");
        }
    }

    private Answer visits(HttpExchange exchange) throws SQLException {
        if (exchange.getRequestMethod().equals("POST")) {
            db.write(c -> {
                try (Statement statement = c.createStatement()) {
                    statement.execute("insert into visit default values");
                }
            });
            SessionInCookie.remember(exchange);
            return new Answer(201, "");
        }
        return new Answer(200, db.read(VisitsApplication::count));
    }

    private static String count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*), pg_is_in_recovery() from visit")) {
            row.next();
            return row.getLong(1) + " visits, counted by the " + (row.getBoolean(2) ? "replica" : "primary") + "\n";
        }
    }

    private Answer health(HttpExchange exchange) {
        Health health = db.health();
        String nodes = health.nodes().stream().map(node -> node + "\n").collect(Collectors.joining());
        return new Answer(health.serves() ? 200 : 503, health.status() + "\n" + nodes);
    }

    private record Answer(int status, String text) {}

    @FunctionalInterface
    private interface Work {
        Answer answer(HttpExchange exchange) throws SQLException;
    }

    private static HttpHandler answering(Work work) {
        return exchange -> {
            try (exchange) {
                Answer answer = answerOrFailure(work, exchange);
                byte[] body = answer.text().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        };
    }

    private static Answer answerOrFailure(Work work, HttpExchange exchange) {
        try {
            return work.answer(exchange);
        } catch (SQLException e) {
            System.err.println("visits: " + e);
            return new Answer(503, "The database did not answer, SQLSTATE " + e.getSQLState() + "\n");
        }
    }

    @Override
    public void close() {
        server.stop(1);
        threads.shutdown();
        db.close();
    }
}
