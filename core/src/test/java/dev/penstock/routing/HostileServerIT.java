package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.ReadOptions;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.testkit.Sharing;
import dev.penstock.tls.ServerText;
import dev.penstock.tls.TlsConfig;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server whose errors would forge lines of a log and steer the terminal that shows it. */
@PostgresTest(replicas = 0, sharing = Sharing.JVM)
class HostileServerIT {
    private static final String FORGED = "2026-11-30 ERROR root forged";
    private static final String TEXT =
            "evil \u001b[2J\u001b[31mred\u0007\r\n" + FORGED + " line\n\u202e\u2028\u0085 rtl\u009b1m";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final PrintStream standardError = System.err;

    @AfterEach
    void end() {
        System.setErr(standardError);
        threads.shutdownNow();
    }

    @Test
    void its_text_reaches_neither_log_nor_status_as_it_came(PostgresCluster cluster) throws Exception {
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        try (ServerSocket hostile = hostile("XX000");
                Database db = Database.open(config(cluster)
                        .replicas("127.0.0.1:" + hostile.getLocalPort())
                        .build())) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> logged.toString(StandardCharsets.UTF_8).contains("forged"));
            db.read(Served::by);
            Optional<String> failure = db.status().nodes().stream()
                    .map(node -> node.monitor().lastFailure())
                    .flatMap(Optional::stream)
                    .findFirst();
            assertThat(failure.orElseThrow()).contains("\\u001b[31mred").satisfies(HostileServerIT::isOneLine);
            assertIsHarmless(db.explain(ReadOptions.defaults()).toString());
        }
        assertIsHarmless(logged.toString(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"28000", "28P01", "3D000", "42501", "42704", "53300", "57P03", "08P01", "08004", "XX000"})
    void its_text_is_harmless_in_an_exception_and_its_causes(String state, PostgresCluster cluster) throws Exception {
        try (ServerSocket hostile = hostile(state)) {
            SQLException refused = catchThrowableOfType(
                    SQLException.class,
                    () -> Database.open(config(cluster)
                                    .primary("127.0.0.1:" + hostile.getLocalPort())
                                    .timeouts(Duration.ofSeconds(1), Duration.ofSeconds(5))
                                    .build())
                            .close());

            StringWriter printed = new StringWriter();
            refused.printStackTrace(new PrintWriter(printed, true));
            assertIsHarmless(printed.toString());
        }
    }

    private static void isOneLine(String text) {
        assertThat(ServerText.isPrintable(text)).isTrue();
    }

    /** Our own line breaks and the tabs of a stack trace aside. */
    private static void assertIsHarmless(String text) {
        assertThat(text.lines().filter(line -> line.strip().startsWith(FORGED))).isEmpty();
        assertThat(ServerText.isPrintable(text.replace("\n", "").replace("\t", "")))
                .as(text)
                .isTrue();
    }

    private static DatabaseConfig.Builder config(PostgresCluster cluster) {
        return TestConfigs.of(cluster, List.of(cluster.primary())).tls(TlsConfig.disabled());
    }

    private ServerSocket hostile(String state) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(() -> {
            while (!server.isClosed()) {
                try (Socket client = server.accept()) {
                    DataInputStream in = new DataInputStream(client.getInputStream());
                    in.readNBytes(in.readInt() - 4);
                    refuse(client, state);
                } catch (IOException e) {
                    // A client that is gone, or the end of the test.
                    continue;
                }
            }
        });
        return server;
    }

    private static void refuse(Socket client, String state) throws IOException {
        byte[] error = ("SFATAL\0VFATAL\0C" + state + "\0M" + TEXT + "\0D" + TEXT + "\0H" + TEXT + "\0\0")
                .getBytes(StandardCharsets.UTF_8);
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.writeByte('E');
        out.writeInt(error.length + 4);
        out.write(error);
        out.flush();
    }
}
