package dev.penstock.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.penstock.cli.launcher.Launcher.Fetcher;
import dev.penstock.cli.launcher.Launcher.Library;
import dev.penstock.cli.launcher.Launcher.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a download, with a repository of our own. */
class FetcherTest {
    private static final byte[] CONTENT = "what a library consists of".getBytes();
    private static final String PLACE = "org/example/thing/1.0/thing-1.0.jar";

    @TempDir
    Path directory;

    private final Queue<String> ranges = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void a_library_of_the_local_repository_is_not_fetched() throws Exception {
        Path here = directory.resolve("m2/repository").resolve(PLACE);
        Files.createDirectories(here.getParent());
        Files.write(here, CONTENT);

        assertThat(fetch(library(CONTENT))).isEqualTo(here);
    }

    @Test
    void a_download_that_breaks_is_continued_where_it_was() throws Exception {
        answer(exchange -> {
            String range = String.valueOf(exchange.getRequestHeaders().getFirst("Range"));
            ranges.add(range);
            if (range.equals("null")) {
                exchange.sendResponseHeaders(200, CONTENT.length);
                exchange.getResponseBody().write(CONTENT, 0, 10);
                exchange.getResponseBody().flush();
            } else {
                exchange.sendResponseHeaders(206, CONTENT.length - 10);
                exchange.getResponseBody().write(CONTENT, 10, CONTENT.length - 10);
            }
            exchange.close();
        });

        assertThat(fetch(library(CONTENT))).hasBinaryContent(CONTENT);
        assertThat(ranges).containsExactly("null", "bytes=10-");
    }

    @Test
    void another_file_than_the_listed_one_is_refused_and_not_kept() throws Exception {
        byte[] other = CONTENT.clone();
        other[3]++;
        answer(exchange -> send(exchange, other));

        assertThatThrownBy(() -> fetch(library(CONTENT)))
                .hasMessageContaining(PLACE + " is not the file that cli/libraries.txt names");
        try (var files = Files.list(directory.resolve("lib"))) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void what_cannot_be_fetched_is_an_error_that_says_what_to_do() {
        answer(exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });

        assertThatThrownBy(() -> fetch(library(CONTENT)))
                .hasMessageContaining("cannot fetch " + remote() + "/" + PLACE)
                .hasMessageContaining("set MVNW_REPOURL, for a proxy https_proxy")
                .hasMessageContaining("./mvnw install -DskipTests");
    }

    @Test
    void a_proxy_of_the_environment_is_asked() throws Exception {
        answer(exchange -> send(exchange, CONTENT));
        Map<String, String> environment = Map.of(
                "MAVEN_USER_HOME", directory.resolve("m2").toString(),
                "MVNW_REPOURL", "http://repository.invalid/maven2",
                "http_proxy", remote());

        assertThat(fetch(library(CONTENT), environment, System.err)).hasBinaryContent(CONTENT);
    }

    @Test
    void a_repository_that_falls_silent_is_told_with_what_is_there_and_what_comes_next() throws Exception {
        Lines lines = new Lines("no answer for");
        answer(exchange -> {
            exchange.sendResponseHeaders(200, CONTENT.length);
            exchange.getResponseBody().write(CONTENT, 0, 10);
            exchange.getResponseBody().flush();
            lines.await();
            exchange.getResponseBody().write(CONTENT, 10, CONTENT.length - 10);
            exchange.close();
        });

        fetch(library(CONTENT), environment(), lines);

        assertThat(lines.text())
                .containsPattern(
                        "penstock: fetching 0\\.0 of 0\\.0 MB, no answer for [0-9]+ s; then compiling, then demo");
    }

    /** A stream on which one may wait for a text. */
    private static final class Lines extends PrintStream {
        private final CountDownLatch seen = new CountDownLatch(1);
        private final String wanted;
        private final ByteArrayOutputStream all;

        Lines(String wanted) {
            this(wanted, new ByteArrayOutputStream());
        }

        private Lines(String wanted, ByteArrayOutputStream all) {
            super(all, true);
            this.wanted = wanted;
            this.all = all;
        }

        @Override
        public void println(String line) {
            super.println(line);
            if (line.contains(wanted)) {
                seen.countDown();
            }
        }

        void await() {
            try {
                assertThat(seen.await(25, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        String text() {
            return all.toString();
        }
    }

    private void answer(HttpHandler handler) {
        server.createContext("/", handler);
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }

    private String remote() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    private Map<String, String> environment() {
        return Map.of("MAVEN_USER_HOME", directory.resolve("m2").toString(), "MVNW_REPOURL", remote());
    }

    private Path fetch(Library library) throws IOException {
        return fetch(library, environment(), System.err);
    }

    private Path fetch(Library library, Map<String, String> environment, PrintStream err) throws IOException {
        Path lib = Files.createDirectories(directory.resolve("lib"));
        try (Progress progress = new Progress(err, false)) {
            return new Fetcher(lib, environment, progress)
                    .fetchAll(List.of(library), "demo")
                    .get(library);
        }
    }

    private static Library library(byte[] content) throws Exception {
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        return new Library("run", content.length, digest, PLACE);
    }
}
