package dev.penstock.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatcherTest {
    /** Long enough that only an event can be the cause. */
    private static final Duration NEVER = Duration.ofHours(1);

    @TempDir
    Path directory;

    private SecretFolder folder;
    private final AtomicInteger changes = new AtomicInteger();

    @BeforeEach
    void open() {
        folder = new SecretFolder(directory);
    }

    @Test
    void three_Kubernetes_rotations_in_a_row_are_noticed_by_events() {
        folder.rotate("password", "one");
        try (FileWatcher watcher = FileWatcher.start(NEVER)) {
            watcher.watch(List.of(folder.path("password")), changes::incrementAndGet);
            for (int rotation = 1; rotation <= 3; rotation++) {
                folder.rotate("password", "rotated-" + rotation);
                awaitChanges(rotation);
            }
        }
    }

    @Test
    void writing_in_place_renaming_over_and_appearing_late_are_noticed_by_events() {
        try (FileWatcher watcher = FileWatcher.start(NEVER)) {
            watcher.watch(List.of(folder.path("password")), changes::incrementAndGet);
            folder.write("password", "appeared");
            awaitChanges(1);
            folder.write("password", "in place");
            awaitChanges(2);
            folder.replace("password", "renamed over");
            awaitChanges(3);
        }
    }

    @Test
    void a_directory_is_watched_with_its_files() {
        try (FileWatcher watcher = FileWatcher.start(NEVER)) {
            watcher.watch(List.of(directory), changes::incrementAndGet);
            folder.write("second-ca.pem", "x");
            awaitChanges(1);
        }
    }

    @Test
    void without_events_polling_notices() {
        FakeEvents events = new FakeEvents();
        folder.write("password", "one");
        try (FileWatcher watcher = FileWatcher.start(NEVER, events)) {
            watcher.watch(List.of(folder.path("password")), changes::incrementAndGet);
            folder.write("password", "two");
            events.rounds.release();
            awaitChanges(1);
        }
    }

    @Test
    void what_did_not_change_is_not_reported() {
        FakeEvents events = new FakeEvents();
        folder.write("password", "same");
        try (FileWatcher watcher = FileWatcher.start(NEVER, events)) {
            watcher.watch(List.of(folder.path("password")), changes::incrementAndGet);
            folder.write("password", "same");
            folder.write("neighbour", "x");
            watcher.checkNow();
            assertThat(changes).hasValue(0);
        }
    }

    @Test
    void a_callback_that_throws_ends_nothing() {
        FakeEvents events = new FakeEvents();
        try (FileWatcher watcher = FileWatcher.start(NEVER, events)) {
            watcher.watch(List.of(folder.path("password")), () -> {
                changes.incrementAndGet();
                throw new IllegalStateException("on purpose");
            });
            folder.write("password", "one");
            events.rounds.release();
            awaitChanges(1);
            folder.write("password", "two");
            events.rounds.release();
            awaitChanges(2);
        }
    }

    @Test
    void a_closed_registration_hears_nothing_more() {
        try (FileWatcher watcher = FileWatcher.start(NEVER, new FakeEvents())) {
            watcher.watch(List.of(folder.path("password")), changes::incrementAndGet)
                    .close();
            folder.write("password", "one");
            watcher.checkNow();
            assertThat(changes).hasValue(0);
        }
    }

    @Test
    void closing_ends_the_thread() {
        FileWatcher.start(NEVER).close();
        FileWatcher.start(NEVER, new DirectoryEvents.PollOnly()).close();
        await().atMost(Duration.ofSeconds(5))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("penstock-file-watcher")));
    }

    private void awaitChanges(int expected) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(changes).hasValue(expected));
    }

    /** Rounds pass when the test lets them. */
    private static final class FakeEvents implements FileEvents {
        private final Semaphore rounds = new Semaphore(0);

        @Override
        public void follow(Path directory) {}

        @Override
        public void await(Duration limit) throws InterruptedException {
            rounds.acquire();
        }

        @Override
        public void close() {
            rounds.release();
        }
    }
}
