package dev.penstock.secret;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Notices that files changed, by events and by polling: the one watcher that passwords and TLS material share.
 *
 * <p>Compares content, so a touched file is no change, and a Kubernetes {@code ..data} swap, an atomic rename, a write in place and a file
 * that appears late all are. The parent directory is watched as it was named; besides, everything is looked at every poll interval,
 * because some file systems report nothing.
 *
 * <p>One daemon thread, which also runs the callbacks, one after the other; a slow callback delays the others. Thread-safe.
 */
public final class FileWatcher implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger("dev.penstock.secret");

    private final Duration pollInterval;
    private final FileEvents events;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    FileWatcher(Duration pollInterval, FileEvents events) {
        this.pollInterval = pollInterval;
        this.events = events;
        this.thread = new Thread(this::run, "penstock-file-watcher");
        this.thread.setDaemon(true);
    }

    /**
     * Starts the thread.
     *
     * @param pollInterval how long a change without an event may stay unnoticed
     * @throws IllegalArgumentException if it is not positive
     */
    public static FileWatcher start(Duration pollInterval) {
        if (pollInterval.isZero() || pollInterval.isNegative()) {
            throw new IllegalArgumentException("the poll interval must be positive, not " + pollInterval);
        }
        FileWatcher watcher = new FileWatcher(pollInterval, DirectoryEvents.open(new DirectoryEvents.PollOnly()));
        watcher.thread.start();
        return watcher;
    }

    /** Starts with other events, for tests. */
    static FileWatcher start(Duration pollInterval, FileEvents events) {
        FileWatcher watcher = new FileWatcher(pollInterval, events);
        watcher.thread.start();
        return watcher;
    }

    /**
     * Calls back after any of the files changed from what it is now. Register first and read the files then, so that no change falls in
     * between.
     *
     * @param files files, or directories with the files in them; they need not exist yet
     * @param onChange runs on the watcher's thread; what it throws is logged and ends nothing
     */
    public Watch watch(Collection<Path> files, Runnable onChange) {
        for (Path file : files) {
            Path absolute = file.toAbsolutePath();
            events.follow(absolute);
            Path parent = absolute.getParent();
            if (parent != null) {
                events.follow(parent);
            }
        }
        Watch watch = new Watch(List.copyOf(files), onChange);
        watches.add(watch);
        return watch;
    }

    /** Looks now, on the caller's thread, and calls back where something changed. */
    public void checkNow() {
        watches.forEach(Watch::check);
    }

    /** Ends the thread; a callback that runs is let finish, without waiting for it. Idempotent. */
    @Override
    public void close() {
        closed = true;
        watches.clear();
        events.close();
    }

    private void run() {
        while (!closed) {
            try {
                events.await(pollInterval);
            } catch (InterruptedException closing) {
                return;
            }
            checkNow();
        }
    }

    /** One registration; closing it ends the callbacks. */
    public final class Watch implements AutoCloseable {
        private final List<Path> files;
        private final Runnable onChange;
        private FileDigests seen;

        private Watch(List<Path> files, Runnable onChange) {
            this.files = files;
            this.onChange = onChange;
            this.seen = FileDigests.of(files);
        }

        private void check() {
            if (changed()) {
                try {
                    onChange.run();
                } catch (RuntimeException | Error failed) {
                    LOGGER.log(Level.WARNING, "what follows a change of " + shown() + " failed", failed);
                }
            }
        }

        private List<Path> shown() {
            return files.stream().filter(Disclosure::isShown).toList();
        }

        private boolean changed() {
            FileDigests current = FileDigests.of(files);
            synchronized (this) {
                boolean changed = !current.equals(seen);
                seen = current;
                return changed;
            }
        }

        /** Idempotent. */
        @Override
        public void close() {
            watches.remove(this);
        }
    }
}
