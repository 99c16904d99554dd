package dev.penstock.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AnnouncedStartTest {
    @Test
    void a_start_is_announced_at_once_and_again_while_it_takes_long() {
        CountDownLatch threeLines = new CountDownLatch(3);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(said, true) {
            @Override
            public void println(String line) {
                super.println(line);
                threeLines.countDown();
            }
        };

        assertThatThrownBy(() -> new AnnouncedStart(err, Duration.ofMillis(5)).of(() -> {
                    try {
                        assertThat(threeLines.await(30, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    throw new IllegalStateException("no server here");
                }))
                .hasMessage("no server here");

        assertThat(said.toString().lines().limit(2))
                .containsExactly(
                        "penstock: starting PostgreSQL; the first time it is unpacked and set up, which takes longer",
                        "penstock: PostgreSQL is still starting, 0 s");
    }
}
