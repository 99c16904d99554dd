package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.TcpProxy;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a TLS connection ends, and that it is otherwise the JDK's. */
class TlsSocketTest {
    private static final CertificateAuthority CA = CertificateAuthority.create("CA");
    private static final Duration READ = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(20);

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_socket_whose_server_fell_silent_is_closed_without_waiting_for_it_once_more(String version) throws Exception {
        try (FakePostgres server = FakePostgres.with(CA.server("localhost").issue(), version);
                TcpProxy proxy = TcpProxy.open("localhost", server.port());
                TlsContext context = TlsContext.open(trusting());
                SSLSocket socket = connect(proxy.port(), context)) {
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            proxy.halfOpen();
            socket.setSoTimeout((int) READ.toMillis());
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            long begun = System.nanoTime();
            socket.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(READ);
            assertThat(socket.isClosed()).isTrue();
        }
    }

    @Test
    void closing_ends_the_read_of_another_thread() throws Exception {
        try (FakePostgres server = FakePostgres.with(CA.server("localhost").issue());
                TcpProxy proxy = TcpProxy.open("localhost", server.port());
                TlsContext context = TlsContext.open(trusting());
                SSLSocket socket = connect(proxy.port(), context)) {
            proxy.halfOpen();
            CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
                try {
                    socket.getInputStream().read();
                } catch (IOException ended) {
                    throw new IllegalStateException(ended);
                }
            });
            socket.close();
            await().atMost(LONG).until(reading::isCompletedExceptionally);
        }
    }

    @Test
    void every_method_but_close_is_the_one_of_the_JDK() {
        Stream<Method> inherited = Stream.of(SSLSocket.class, Socket.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic());
        assertThat(inherited)
                .allSatisfy(method -> assertThat(
                                TlsSocket.class.getDeclaredMethod(method.getName(), method.getParameterTypes()))
                        .isNotNull());
    }

    private static TlsConfig trusting() {
        return TlsConfig.builder(SslMode.VERIFY_FULL)
                .ca(TlsSource.inline(CA.certificate()))
                .build();
    }

    private static SSLSocket connect(int port, TlsContext context) throws IOException {
        Socket plain = new Socket("localhost", port);
        new DataOutputStream(plain.getOutputStream()).writeLong(8L << 32 | 80877103);
        assertThat(new DataInputStream(plain.getInputStream()).read()).isEqualTo('S');
        SSLSocket socket = context.current().sockets().layer(plain, "localhost", port, true);
        socket.startHandshake();
        return socket;
    }
}
