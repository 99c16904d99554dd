package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.penstock.config.Endpoint;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectRaceTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Node node = new Node("node-1", new Endpoint("localhost", 5432));
    private final List<ConnectAttempt> begun = new CopyOnWriteArrayList<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final Spare spare = new Spare() {
        @Override
        public boolean take() {
            taken.incrementAndGet();
            return true;
        }

        @Override
        public void giveBack() {
            taken.decrementAndGet();
        }
    };

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private ConnectRace race(ConnectRace.Connecting connecting) {
        return new ConnectRace(node, this::begin, connecting, threads, false);
    }

    private ConnectAttempt begin() {
        ConnectAttempt attempt = new ConnectAttempt(
                node.epoch(), new Dialer(node.endpoint(), NameResolver.SYSTEM, Duration.ZERO, threads));
        begun.add(attempt);
        return attempt;
    }

    /** As a driver does whose socket is silent: until somebody closes that. */
    private static Connection silent(ConnectAttempt attempt) throws SQLException {
        await().atMost(LONG).until(attempt::isAbandoned);
        throw new SQLException("the socket was closed", "08006");
    }

    /** Nobody asks it anything. */
    private static Connection connection() {
        return (Connection) Proxy.newProxyInstance(
                ConnectRaceTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (self, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    private boolean isFirst(ConnectAttempt attempt) {
        return attempt == begun.get(0);
    }

    @Test
    void a_second_attempt_that_stands_first_is_used_and_the_silent_one_is_abandoned() throws Exception {
        Connection second = connection();
        try (ConnectRace race = race(attempt -> isFirst(attempt) ? silent(attempt) : second)) {
            ConnectRace.Stood stood = race.run(LONG, spare);
            assertThat(stood).isEqualTo(new ConnectRace.Stood(second, begun.get(1)));
            assertThat(taken).as("while the first one lasts").hasValue(1);
        }
        assertThat(begun).extracting(ConnectAttempt::isAbandoned).containsExactly(true, false);
        await().atMost(LONG).until(() -> taken.get() == 0);
    }

    @Test
    void a_first_attempt_that_stands_late_but_first_is_used() throws Exception {
        Connection late = connection();
        CountDownLatch secondBegun = new CountDownLatch(1);
        try (ConnectRace race = race(attempt -> {
            if (isFirst(attempt)) {
                await().atMost(LONG).until(() -> secondBegun.getCount() == 0);
                return late;
            }
            secondBegun.countDown();
            return silent(attempt);
        })) {
            assertThat(race.run(LONG, spare).attempt()).isSameAs(begun.get(0));
        }
        assertThat(begun).extracting(ConnectAttempt::isAbandoned).containsExactly(false, true);
        await().atMost(LONG).until(() -> taken.get() == 0);
    }

    @Test
    void an_attempt_that_is_to_take_no_longer_than_it_would_be_alone_stays_alone() {
        try (ConnectRace race = race(ConnectRaceTest::silent)) {
            assertThatThrownBy(() -> race.run(ConnectRace.ALONE.dividedBy(4), spare))
                    .isInstanceOf(TimeoutException.class);
            assertThat(begun).hasSize(1);
        }
        assertThat(begun.get(0).isAbandoned()).isTrue();
        assertThat(taken).hasValue(0);
    }

    @Test
    void a_failure_is_told_at_once_and_brings_no_second_attempt() {
        SQLException refused = new SQLException("refused", "08001");
        try (ConnectRace race = race(attempt -> {
            throw refused;
        })) {
            assertThatThrownBy(() -> race.run(LONG, spare))
                    .isInstanceOf(ExecutionException.class)
                    .hasCause(refused);
            assertThat(begun).hasSize(1);
        }
    }

    @Test
    void a_node_that_is_given_up_ends_both_attempts() {
        try (ConnectRace race = race(attempt -> {
            if (!isFirst(attempt)) {
                threads.execute(() -> node.abortConnectionsBefore(node.retireConnections()));
            }
            return silent(attempt);
        })) {
            assertThatThrownBy(() -> race.run(LONG, spare)).isInstanceOf(ExecutionException.class);
            await().atMost(LONG).until(() -> begun.stream().allMatch(ConnectAttempt::isAbandoned));
        }
        await().atMost(LONG).until(() -> taken.get() == 0);
    }

    @Test
    void an_attempt_on_a_node_that_was_given_up_meanwhile_is_abandoned_from_the_start() {
        ConnectAttempt late = begin();
        node.abortConnectionsBefore(node.retireConnections());
        node.began(late);
        assertThat(late.isAbandoned()).isTrue();
    }
}
