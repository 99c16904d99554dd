package dev.penstock.examples.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.testcontainers.containers.GenericContainer;

/**
 * The application of examples/compose in its own container, with its secrets where Docker mounts them. The servers are lost in the last
 * test, so the order matters.
 */
@Tag("containers")
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ComposeApplicationIT {
    private static final int PORT = 8080;
    private static final Duration SOON = Duration.ofSeconds(40);

    private ComposeServers servers;
    private GenericContainer<?> application;

    @BeforeAll
    void start() throws Exception {
        servers = ComposeServers.start();
        application = servers.project().start("application", PORT);
    }

    @AfterAll
    void end() {
        if (servers != null) {
            servers.close();
        }
    }

    @Test
    @Order(1)
    void it_counts_visits_on_the_replica_and_a_visitor_sees_his_own() throws Exception {
        HttpClient visitor = visitor();
        assertThat(post(visitor).statusCode()).isEqualTo(201);
        assertThat(get(visitor, "/visits").body()).startsWith("1 visits");
        await().atMost(SOON).until(() -> get(visitor(), "/visits").body().equals("1 visits, counted by the replica\n"));
        assertThat(get(visitor(), "/health").body())
                .startsWith("UP\n")
                .contains("node-1: primary, up", "node-2: replica, up");
    }

    @Test
    @Order(2)
    void it_runs_as_an_ordinary_user_on_a_file_system_that_it_cannot_change() throws Exception {
        String script = "id -u; grep CapBnd /proc/1/status; touch /application/changed 2>&1";
        assertThat(application
                        .execInContainer("/bin/sh", "-c", script)
                        .getStdout()
                        .lines())
                .hasSize(3)
                .startsWith("10001", "CapBnd:\t0000000000000000")
                .last()
                .asString()
                .contains("Read-only file system");
    }

    @Test
    @Order(3)
    void it_follows_a_rotation_of_the_mounted_secret_without_a_restart() throws Exception {
        Files.writeString(servers.secretFile("appuser"), "rotated\n");
        servers.onPrimary("alter role appuser password 'rotated'");
        servers.onPrimary("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'appuser'");
        servers.onReplica("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'appuser'");
        await().atMost(SOON).until(() -> post(visitor()).statusCode() == 201);
        await().atMost(SOON).until(() -> get(visitor(), "/visits").body().endsWith("counted by the replica\n"));
    }

    @Test
    @Order(4)
    void it_writes_to_the_promoted_replica_when_the_primary_was_killed() throws Exception {
        servers.killPrimary();
        assertThat(get(visitor(), "/visits").statusCode()).isEqualTo(200);
        servers.promoteReplica();
        await().atMost(SOON).until(() -> post(visitor()).statusCode() == 201);
        await().atMost(SOON).until(() -> get(visitor(), "/health").statusCode() == 200);
        assertThat(servers.onReplica("select count(*) >= 3 from app.visit")).isEqualTo("t");
    }

    /** With a cookie of his own. */
    private static HttpClient visitor() {
        return HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    }

    private HttpResponse<String> post(HttpClient visitor) throws IOException, InterruptedException {
        return visitor.send(request("/visits").POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> get(HttpClient visitor, String path) throws IOException, InterruptedException {
        return visitor.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + application.getMappedPort(PORT) + path))
                .timeout(SOON);
    }
}
