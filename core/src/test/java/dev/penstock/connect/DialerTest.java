package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.config.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A host of several addresses is reached as long as one of them answers. */
class DialerTest {
    private static final int FILLING = 4;

    private final ThreadPoolExecutor threads = (ThreadPoolExecutor) Executors.newCachedThreadPool();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
        threads.shutdownNow();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    private int listen(String address, int port) throws IOException {
        ServerSocket server = new ServerSocket();
        opened.add(server);
        server.bind(new InetSocketAddress(address, port), 1);
        return server.getLocalPort();
    }

    /** A server whose queue is full answers no further connect. */
    private void fallSilent(String address, int port) throws IOException {
        listen(address, port);
        for (int i = 0; i < FILLING; i++) {
            Socket waiting = new Socket();
            opened.add(waiting);
            threads.execute(() -> {
                try {
                    waiting.connect(new InetSocketAddress(address, port), 60_000);
                } catch (IOException e) {
                    assertThat(waiting.isClosed()).isTrue();
                }
            });
        }
    }

    private Socket dial(int port, InetAddress... addresses) throws IOException {
        Dialer dialer = new Dialer(new Endpoint("db", port), host -> List.of(addresses), Duration.ZERO, threads);
        Socket socket = new ConnectAttempt(0, dialer).dial();
        opened.add(socket);
        return socket;
    }

    /** So that what somebody wrote behind the consent to TLS is still there when TLS begins, and ends the connection. */
    @Test
    void the_answer_to_a_request_for_TLS_is_handed_over_alone() throws IOException {
        ServerSocket server = new ServerSocket(0, 1, address("127.0.0.1"));
        opened.add(server);
        Socket socket = dial(server.getLocalPort(), address("127.0.0.1"));
        InputStream answers = socket.getInputStream();
        try (Socket asked = server.accept()) {
            socket.getOutputStream().write(HexFormat.of().parseHex("0000000804d2162f"));
            asked.getOutputStream().write("Sbehind".getBytes(StandardCharsets.US_ASCII));
            await().until(() -> answers.available() == "Sbehind".length());
            assertThat(answers.read(new byte[10])).isEqualTo(1);
            assertThat(socket.getInputStream().available()).isEqualTo("behind".length());
        }
    }

    @Test
    void an_address_that_refuses_is_passed_over() throws IOException {
        int port = listen("127.0.0.1", 0);
        Socket socket = dial(port, address("127.0.0.2"), address("127.0.0.3"), address("127.0.0.1"));
        assertThat(socket.getInetAddress()).isEqualTo(address("127.0.0.1"));
    }

    @Test
    void an_address_that_is_silent_does_not_hold_up_the_next() throws IOException {
        int port = listen("127.0.0.1", 0);
        fallSilent("127.0.0.2", port);
        // Those that fill the queue go on waiting; whoever lost against another address does not.
        await().pollDelay(Duration.ofMillis(500)).until(() -> threads.getActiveCount() < FILLING);
        int filling = threads.getActiveCount();
        Socket socket = dial(port, address("127.0.0.2"), address("127.0.0.1"));
        assertThat(socket.isConnected()).isTrue();
        await().atMost(Duration.ofSeconds(10)).until(() -> threads.getActiveCount() <= filling);
    }

    @Test
    void when_every_address_refuses_all_refusals_are_told() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        int closed = port;
        assertThatThrownBy(() -> dial(closed, address("127.0.0.2"), address("127.0.0.3")))
                .isInstanceOf(ConnectException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void giving_the_attempt_up_ends_every_connect_in_progress() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        fallSilent("127.0.0.2", port);
        fallSilent("127.0.0.3", port);
        InetAddress[] silent = {address("127.0.0.2"), address("127.0.0.3")};
        ConnectAttempt attempt = new ConnectAttempt(
                0, new Dialer(new Endpoint("db", port), host -> List.of(silent), Duration.ZERO, threads));
        Future<Socket> dialled = threads.submit(attempt::dial);
        attempt.abandon();
        assertThatThrownBy(() -> dialled.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void an_address_that_does_not_take_the_connection_within_the_limit_is_given_up() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        fallSilent("127.0.0.2", port);
        await().pollDelay(Duration.ofMillis(500)).until(() -> threads.getActiveCount() < FILLING);
        InetAddress silent = address("127.0.0.2");
        Dialer dialer = new Dialer(new Endpoint("db", port), host -> List.of(silent), Duration.ofMillis(300), threads);
        assertThatThrownBy(() -> new ConnectAttempt(0, dialer).dial()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void the_families_take_turns() throws UnknownHostException {
        List<InetAddress> resolved =
                List.of(address("::1"), address("::2"), address("127.0.0.1"), address("127.0.0.2"));
        assertThat(Dialer.inTurns(resolved).stream().map(InetAddress::getHostAddress))
                .containsExactlyElementsOf(Stream.of("::1", "127.0.0.1", "::2", "127.0.0.2")
                        .map(DialerTest::written)
                        .toList());
    }

    private static String written(String text) {
        try {
            return address(text).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
