package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.KeyKind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a web server that answers as Patroni does, or not. The bounds are ten times what is asked for. */
class PatroniDiscoveryTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(300);

    @Test
    void the_cluster_page_names_three_members() throws Exception {
        AtomicReference<String> path = new AtomicReference<>();
        try (HttpStub patroni = HttpStub.answering(exchange -> {
            path.set(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            HttpStub.send(exchange, 200, PatroniAnswerTest.V3);
        })) {
            assertThat(of(patroni.url()).look(LIMIT)).hasSize(3);
            assertThat(path.get()).isEqualTo("GET /cluster");
            of(patroni.url().resolve("/behind/a-proxy/")).look(LIMIT);
            assertThat(path.get()).isEqualTo("GET /behind/a-proxy/cluster");
        }
    }

    @Test
    void a_dead_url_is_passed_over_and_the_one_that_answered_is_asked_first_from_then_on() throws Exception {
        try (HttpStub first = HttpStub.answering(503, "{}");
                HttpStub second = HttpStub.answering(200, PatroniAnswerTest.V3)) {
            Discovery discovery = of(dead(), first.url(), second.url());
            assertThat(discovery.look(LIMIT)).hasSize(3);
            assertThat(discovery.look(LIMIT)).hasSize(3);
            assertThat(first.requests()).isEqualTo(1);
            assertThat(second.requests()).isEqualTo(2);
        }
    }

    @Test
    void an_answer_is_followed_by_the_next_request_at_once() throws Exception {
        try (HttpStub patroni = HttpStub.answering(200, PatroniAnswerTest.V3)) {
            Discovery discovery = of(patroni.url());
            for (int i = 0; i < 300; i++) {
                assertThat(discovery.look(LIMIT)).hasSize(3);
            }
        }
    }

    @Test
    void a_silent_url_leaves_time_for_the_next() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                HttpStub second = HttpStub.answering(200, PatroniAnswerTest.V3)) {
            URI first = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            assertThat(of(first, second.url()).look(Duration.ofSeconds(3))).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nX-Long: ",
                "HTTP/1.1 200 OK\r\n\r\n{",
                "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;"
            })
    void an_answer_that_comes_drop_by_drop_is_given_up_in_time(String beginning) throws Exception {
        try (HttpStub.Drip drip = new HttpStub.Drip(beginning)) {
            Discovery discovery = of(drip.url());
            long begun = System.nanoTime();
            assertThatThrownBy(() -> discovery.look(SHORT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(drip.url() + "/cluster");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(SHORT.multipliedBy(10));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nX-Long: ", "HTTP/1.1 200 OK\r\n\r\n{"})
    void the_connection_that_was_given_up_is_closed(String beginning) throws Exception {
        try (HttpStub.Drip drip = new HttpStub.Drip(beginning)) {
            assertThatThrownBy(() -> of(drip.url()).look(SHORT)).isInstanceOf(IOException.class);
            assertThat(drip.wasLeft()).isTrue();
        }
    }

    @Test
    void a_request_that_does_not_end_is_not_joined_by_a_second() throws Exception {
        // The JDK reads a chunk's length as one piece, however long it takes.
        try (HttpStub.Drip drip = new HttpStub.Drip("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;")) {
            Discovery discovery = of(drip.url());
            assertThatThrownBy(() -> discovery.look(SHORT)).hasMessageContaining("no complete answer within");
            assertThatThrownBy(() -> discovery.look(SHORT))
                    .hasMessageContaining("an earlier request has not ended yet");
        }
    }

    @Test
    void an_answer_of_more_than_a_megabyte_is_refused() throws Exception {
        try (HttpStub huge = HttpStub.answering(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] much = " ".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 10_000; i++) {
                exchange.getResponseBody().write(much);
            }
        })) {
            assertThatThrownBy(() -> of(huge.url()).look(LIMIT)).hasMessageContaining("longer than 1048576 bytes");
        }
    }

    @Test
    void every_url_and_what_was_wrong_with_it_is_named() throws Exception {
        try (HttpStub busy = HttpStub.answering(503, "{}");
                HttpStub other = HttpStub.answering(200, "<html><body>Sign in</body></html>");
                HttpStub empty = HttpStub.answering(200, "{\"members\": []}")) {
            URI dead = dead();
            assertThatThrownBy(
                            () -> of(busy.url(), other.url(), empty.url(), dead).look(LIMIT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(busy.url() + "/cluster: answered with status 503")
                    .hasMessageContaining(other.url() + "/cluster: the answer is no JSON object")
                    .hasMessageContaining(empty.url() + "/cluster: knows no member")
                    .hasMessageContaining(dead + "/cluster: Connection refused");
        }
    }

    @Test
    void text_that_is_not_UTF_8_is_refused() throws Exception {
        try (HttpStub latin = HttpStub.answering(exchange -> {
            exchange.sendResponseHeaders(200, 1);
            exchange.getResponseBody().write(0xE4);
        })) {
            assertThatThrownBy(() -> of(latin.url()).look(LIMIT)).hasMessageContaining("not UTF-8");
        }
    }

    @Test
    void nobody_is_sent_elsewhere() throws Exception {
        try (HttpStub elsewhere = HttpStub.answering(200, PatroniAnswerTest.V3);
                HttpStub redirecting = HttpStub.answering(exchange -> redirect(exchange, elsewhere.url()))) {
            assertThatThrownBy(() -> of(redirecting.url()).look(LIMIT))
                    .hasMessageContaining("answered with status 302");
            assertThat(elsewhere.requests()).isZero();
        }
    }

    private static void redirect(HttpExchange exchange, URI to) throws IOException {
        exchange.getResponseHeaders().add("Location", to + "/cluster");
        exchange.sendResponseHeaders(302, -1);
    }

    @Test
    void the_proxy_that_the_application_uses_takes_no_part() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        try (HttpStub patroni = HttpStub.answering(200, PatroniAnswerTest.V3);
                HttpStub proxy = HttpStub.answering(500, "")) {
            ProxySelector.setDefault(ProxySelector.of(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), proxy.url().getPort())));
            assertThat(of(patroni.url()).look(LIMIT)).hasSize(3);
            assertThat(proxy.requests()).isZero();
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    @Test
    void https_trusts_who_it_is_given_and_only_the_name_that_was_asked_for() throws Exception {
        CertificateAuthority ca = CertificateAuthority.create("Patroni CA", KeyKind.EC);
        IssuedCertificate ours = ca.server("127.0.0.1").key(KeyKind.EC).issue();
        IssuedCertificate another = ca.server("db-9.internal").key(KeyKind.EC).issue();
        SSLContext trusting = HttpStub.trusting(ca.certificate());
        HttpStub.Page page = exchange -> HttpStub.send(exchange, 200, PatroniAnswerTest.V3);
        try (HttpStub patroni = HttpStub.withTls(ours.chain(), ours.key(), page);
                HttpStub impostor = HttpStub.withTls(another.chain(), another.key(), page)) {
            assertThat(new PatroniDiscovery(List.of(patroni.url()), trusting.getSocketFactory()).look(LIMIT))
                    .hasSize(3);
            assertThatThrownBy(() -> of(patroni.url()).look(LIMIT)).hasMessageContaining("certification path");
            assertThatThrownBy(() ->
                            new PatroniDiscovery(List.of(impostor.url()), trusting.getSocketFactory()).look(LIMIT))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1");
            assertThat(impostor.requests()).isZero();
        }
    }

    @Test
    void an_interrupt_ends_the_look_at_once() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            URI url = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> of(url, url).look(LIMIT)).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user:hunter2@db-1:8008",
                "http://user:hunter2@db_1:8008",
                "ftp://db-1",
                "db-1:8008",
                "http:db-1",
                "http:///cluster",
                "http://db-1:8008/?token=hunter2",
                "http://db-1:8008/#hunter2"
            })
    void what_is_no_base_url_is_refused_and_not_shown(String url) {
        assertThatThrownBy(() -> of(URI.create(url)))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"));
    }

    @Test
    void at_least_one_url_is_needed_and_an_IPv6_address_will_do() {
        assertThatThrownBy(() -> new PatroniDiscovery(List.of(), null)).isInstanceOf(IllegalArgumentException.class);
        assertThatCode(() -> of(URI.create("HTTPS://[::1]:8008/"))).doesNotThrowAnyException();
    }

    private static Discovery of(URI... urls) {
        return new PatroniDiscovery(List.of(urls), null);
    }

    /** A port that nothing listens on. */
    private static URI dead() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }
}
