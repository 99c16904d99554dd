package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.TlsConfig;
import dev.penstock.violation.InvalidConfigException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Code of the application that yields passwords, and fails in every way that code can. */
@PostgresTest(replicas = 0)
class ProviderIT {
    private static final String CANARY = "canary-5d1e77";

    private final Logger logger = Logger.getLogger("dev.penstock.secret");
    private final Recorder recorder = new Recorder();
    private volatile String password;
    private volatile Throwable failure;
    private volatile CountDownLatch answers = new CountDownLatch(0);

    @BeforeEach
    void listen(PostgresCluster cluster) {
        password = cluster.password("appuser");
        logger.setLevel(Level.FINE);
        logger.addHandler(recorder);
    }

    @AfterEach
    void end() {
        answers.countDown();
        logger.removeHandler(recorder);
        logger.setLevel(null);
    }

    static Stream<Throwable> failures() {
        return Stream.of(
                new IllegalStateException(CANARY, new IOException(CANARY)),
                new IOException(CANARY),
                new SQLException(CANARY, "28P01"),
                new AssertionError(CANARY),
                new NoClassDefFoundError(CANARY));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void a_provider_that_fails_at_open_is_told_by_the_type_of_what_it_threw(Throwable thrown, PostgresCluster cluster) {
        failure = thrown;
        Throwable error = catchThrowable(() -> Database.open(config(cluster)).close());

        assertThat(error)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(
                        "provider vault threw " + thrown.getClass().getName());
        assertThat(trace(error)).doesNotContain(CANARY);
        assertThatDebugHasTheTraceAndNoText(thrown);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void a_provider_that_fails_later_leaves_the_last_password_in_use(Throwable thrown, PostgresCluster cluster)
            throws Exception {
        try (Database db = Database.open(config(cluster))) {
            failure = thrown;
            try (Connection fresh = db.unpooled().getConnection()) {
                assertThat(Served.by(fresh)).isNotNull();
            }
            assertThat(db.status().toString()).doesNotContain(CANARY);
            assertThatDebugHasTheTraceAndNoText(thrown);
        }
    }

    @Test
    void an_error_of_the_virtual_machine_costs_one_connect_and_no_thread(PostgresCluster cluster) throws Exception {
        try (Database db = Database.open(config(cluster))) {
            failure = new OutOfMemoryError(CANARY);
            Throwable error = catchThrowable(() -> db.unpooled().getConnection().close());
            assertThat(error)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("java.lang.OutOfMemoryError")
                    .hasMessageNotContaining(CANARY);
            failure = null;
            db.unpooled().getConnection().close();
        }
    }

    @Test
    void a_provider_that_does_not_answer_later_is_told_as_that_and_not_as_a_silent_server(PostgresCluster cluster)
            throws Exception {
        try (Database db = Database.open(config(cluster))) {
            answers = new CountDownLatch(1);
            Throwable error = catchThrowable(() -> db.unpooled().getConnection().close());
            assertThat(error)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("provider vault has not answered")
                    .hasMessageContaining("SECRET_UNAVAILABLE");
        }
    }

    private void assertThatDebugHasTheTraceAndNoText(Throwable thrown) {
        List<String> traces = recorder.traces.stream()
                .filter(trace -> trace.contains(thrown.getClass().getName() + System.lineSeparator()))
                .toList();
        assertThat(traces)
                .isNotEmpty()
                .allSatisfy(trace -> assertThat(trace)
                        .contains("at dev.penstock.connect.ProviderIT.failures")
                        .doesNotContain(CANARY));
    }

    private DatabaseConfig config(PostgresCluster cluster) {
        return DatabaseConfig.builder()
                .primary("localhost:" + cluster.primary().port())
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.provider("vault", this::vault))
                .tls(TlsConfig.disabled())
                .timeouts(Duration.ofSeconds(2), Duration.ofSeconds(5))
                .build();
    }

    private Secret vault() {
        try {
            answers.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            ProviderIT.<RuntimeException>raise(failure);
        }
        return Secret.of(password);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private static String trace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace, true));
        return trace.toString();
    }

    private static final class Recorder extends Handler {
        private final Queue<String> traces = new ConcurrentLinkedQueue<>();

        Recorder() {
            setLevel(Level.ALL);
        }

        @Override
        public void publish(LogRecord logged) {
            Throwable thrown = logged.getThrown();
            traces.add(logged.getMessage() + (thrown == null ? "" : trace(thrown)));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
