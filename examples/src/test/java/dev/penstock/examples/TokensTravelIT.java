package dev.penstock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one process wrote is read in another one, while replicas show nothing of it. */
class TokensTravelIT {
    private PostgresCluster cluster;
    private Database one;
    private Database other;

    @BeforeEach
    void open() throws SQLException {
        cluster = PostgresCluster.builder().replicas(1).tls(true).start();
        cluster.primary().execute("create table app.orders (id bigint)");
        cluster.primary().execute("grant all on app.orders to appuser");
        cluster.awaitReplicas();
        one = Database.open(config());
        other = Database.open(config());
        cluster.replicas().forEach(PostgresNode::pauseReplay);
    }

    @AfterEach
    void close() {
        try (PostgresCluster ended = cluster) {
            one.close();
            other.close();
        }
    }

    private DatabaseConfig config() {
        return DatabaseConfig.builder()
                .primary("localhost:" + cluster.primary().port())
                .replicas("localhost:" + cluster.replicas().get(0).port())
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.verifyFull(cluster.certificates().caFile()))
                .build();
    }

    @Test
    void a_job_reads_what_its_sender_wrote() throws SQLException {
        TokenInMessage.Message message = TokenInMessage.place(one, 7);
        assertThat(TokenInMessage.isThere(other, message)).isTrue();
    }

    @Test
    void a_user_sees_in_another_process_what_he_did_in_the_request_before() throws Exception {
        HttpServer first = server(one);
        HttpServer second = server(other);
        try {
            HttpClient browser = HttpClient.newHttpClient();
            HttpResponse<String> added = browser.send(
                    request(first).POST(HttpRequest.BodyPublishers.noBody()).build(),
                    HttpResponse.BodyHandlers.ofString());
            String cookie =
                    added.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
            assertThat(get(browser, request(second).header("Cookie", "a=b; " + cookie)))
                    .isEqualTo("1");
            assertThat(get(browser, request(second).header("Cookie", "db-token=forged")))
                    .as("a cookie that is none of ours is as none")
                    .isIn("0", "1");
        } finally {
            first.stop(0);
            second.stop(0);
        }
    }

    private static String get(HttpClient browser, HttpRequest.Builder request) throws Exception {
        return browser.send(request.GET().build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static HttpRequest.Builder request(HttpServer server) {
        return HttpRequest.newBuilder(
                URI.create("http://localhost:" + server.getAddress().getPort() + "/orders"));
    }

    /** POST adds an order, GET says how many there are; neither knows of sessions but for the cookie. */
    private static HttpServer server(Database db) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/orders", exchange -> answer(db, exchange))
                .getFilters()
                .add(new SessionInCookie(db));
        server.start();
        return server;
    }

    private static void answer(Database db, HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("POST")) {
                db.write(c -> run(c, "insert into orders values (1)"));
            }
            byte[] body = String.valueOf(db.<Long>read(c -> count(c))).getBytes(StandardCharsets.US_ASCII);
            SessionInCookie.remember(exchange);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select count(*) from orders")) {
            result.next();
            return result.getLong(1);
        }
    }
}
