package dev.penstock.secret;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * File events of the operating system. Watches the directory as it was named and not what it resolves to: Kubernetes swaps the
 * {@code ..data} link inside it, and a watch on the resolved directory falls silent after the first rotation.
 */
final class DirectoryEvents implements FileEvents {
    private static final System.Logger LOGGER = System.getLogger("dev.penstock.secret");

    /** A write is rarely one event; a burst counts as over when nothing came for this long. */
    private static final Duration QUIET = Duration.ofMillis(50);

    private static final int MAX_BURST = 10;

    private final WatchService service;
    private final Set<Path> wanted = ConcurrentHashMap.newKeySet();
    private final Map<Path, WatchKey> followed = new ConcurrentHashMap<>();

    private DirectoryEvents(WatchService service) {
        this.service = service;
    }

    /** Without a watch service (inotify instances are limited per user) the poll interval alone remains. */
    static FileEvents open(FileEvents fallback) {
        try {
            return new DirectoryEvents(FileSystems.getDefault().newWatchService());
        } catch (IOException exhausted) {
            LOGGER.log(
                    Level.WARNING,
                    "no file events on this machine, files are polled only: {0}",
                    exhausted.getMessage());
            return fallback;
        }
    }

    @Override
    public void follow(Path directory) {
        wanted.add(directory);
        register(directory);
    }

    private void register(Path directory) {
        WatchKey key = followed.get(directory);
        if (key != null && key.isValid()) {
            return;
        }
        try {
            followed.put(directory, directory.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE));
        } catch (IOException absentOrExhausted) {
            // Polling covers it until a later round succeeds.
            Object shown = Files.exists(directory) ? directory : "a directory that does not exist";
            LOGGER.log(Level.DEBUG, "no file events for {0} yet", shown);
        } catch (ClosedWatchServiceException closed) {
            LOGGER.log(Level.DEBUG, "closed");
        }
    }

    @Override
    public void await(Duration limit) throws InterruptedException {
        wanted.forEach(this::register);
        try {
            WatchKey key = service.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
            for (int burst = 0; key != null && burst < MAX_BURST; burst++) {
                drain(key);
                key = service.poll(QUIET.toNanos(), TimeUnit.NANOSECONDS);
            }
            if (key != null) {
                drain(key);
            }
        } catch (ClosedWatchServiceException closed) {
            LOGGER.log(Level.DEBUG, "closed");
        }
    }

    private static void drain(WatchKey key) {
        key.pollEvents();
        key.reset();
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException failed) {
            LOGGER.log(Level.DEBUG, "the watch service did not close", failed);
        }
    }

    /** The wait without events, and its end on close. */
    static final class PollOnly implements FileEvents {
        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public void follow(Path directory) {}

        @Override
        public void await(Duration limit) throws InterruptedException {
            if (closed.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                LOGGER.log(Level.DEBUG, "closed");
            }
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
