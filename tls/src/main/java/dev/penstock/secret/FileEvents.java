package dev.penstock.secret;

import java.nio.file.Path;
import java.time.Duration;

/** What wakes a {@link FileWatcher} before its poll interval is over: the seam that lets tests run without a file system's timing. */
interface FileEvents extends AutoCloseable {
    /** Wants to be woken by changes in this directory. A directory that does not exist yet is tried again on each wait. */
    void follow(Path directory);

    /** Returns after something changed and became quiet, or after the limit. Spurious returns are harmless. */
    void await(Duration limit) throws InterruptedException;

    @Override
    void close();
}
