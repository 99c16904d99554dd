package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.tls.TlsConfig;
import java.net.InetAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What hangs before the driver is asked, without any server. */
class ConnectorTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Node hangs = new Node("node-1", new Endpoint("hangs", 1));
    private final Node answers = new Node("node-2", new Endpoint("answers", 1));
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger hanging = new AtomicInteger();
    private final AtomicBoolean vaultHangs = new AtomicBoolean();
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @AfterEach
    void end() {
        end.countDown();
    }

    private void run(Work work) throws Exception {
        DatabaseConfig config = DatabaseConfig.builder()
                .primary("hangs:1")
                .database("shop")
                .user("shop_app")
                .password(PasswordSource.provider("the test's vault", this::vault))
                .tls(TlsConfig.disabled())
                .build();
        try (Identity identity = Identity.open(config, LONG);
                Connector connector = new Connector(config, identity, new Unheard(), this::resolve)) {
            work.with(connector);
        }
    }

    /** What is tried. */
    @FunctionalInterface
    private interface Work {
        void with(Connector connector) throws Exception;
    }

    private Secret vault() {
        try {
            if (vaultHangs.get()) {
                end.await();
            }
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
        return Secret.of("secret");
    }

    /** As a look-up in the operating system, which nothing interrupts. */
    private List<InetAddress> resolve(String host) {
        if (host.equals("hangs")) {
            hanging.incrementAndGet();
            boolean over = false;
            while (!over) {
                try {
                    end.await();
                    over = true;
                } catch (InterruptedException e) {
                    continue;
                }
            }
        }
        return List.of(InetAddress.getLoopbackAddress());
    }

    private static final class Unheard implements LoginListener {
        @Override
        public void refused(Node node, String role) {
            throw new AssertionError(role + " was refused by " + node);
        }

        @Override
        public void rotated(String role) {
            throw new AssertionError(role + " has another password");
        }
    }

    @Test
    void connects_that_hang_at_one_server_take_no_thread_from_another_and_are_not_told_as_a_closed_database()
            throws Exception {
        run(connector -> {
            for (int i = 0; i < ThreadShare.SIZE; i++) {
                assertThat(connector.addresses(hangs, Duration.ZERO)).isEmpty();
            }
            await().atMost(LONG).until(() -> hanging.get() == ThreadShare.SIZE);
            assertThat(connector.addresses(answers, LONG)).hasSize(1);
            assertThat(connector.resolve("answers", LONG)).hasSize(1);
            SQLException told = catchThrowableOfType(
                    SQLException.class, () -> connector.open(hangs, Purpose.WRITE, LONG, ended -> {}));
            assertThat(told.getSQLState()).isEqualTo("08001");
            assertThat(told.getMessage()).contains("CONNECTS_HANG", "64 earlier connects have not ended");
        });
    }

    @Test
    void a_provider_that_hangs_is_named_and_interrupted_at_the_connect_deadline() throws Exception {
        run(connector -> {
            vaultHangs.set(true);
            assertThatThrownBy(() -> connector.open(answers, Purpose.WRITE, SHORT, ended -> {}))
                    .hasMessageContaining("SECRET_UNAVAILABLE")
                    .hasMessageContaining("provider the test's vault has not answered")
                    .hasMessageNotContaining("firewall");
            await().atMost(LONG).until(() -> interrupted.getCount() == 0);
        });
    }

    @Test
    void a_closed_connector_says_so() throws Exception {
        run(connector -> {
            connector.close();
            assertThat(catchThrowableOfType(
                                    SQLException.class,
                                    () -> connector.open(answers, Purpose.WRITE, SHORT, ended -> {}))
                            .getSQLState())
                    .isEqualTo("08003");
        });
    }
}
