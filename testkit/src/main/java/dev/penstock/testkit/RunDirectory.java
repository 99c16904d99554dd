package dev.penstock.testkit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The directory of one living cluster. Its {@code owner} file is locked as long as this JVM lives; the kernel lets go of
 * the lock however the JVM ends. That says more than a process id, which may be used again or belong to another container.
 */
final class RunDirectory {
    private static final System.Logger LOG = System.getLogger(RunDirectory.class.getName());

    /** Marks what the user wants to look at; nobody deletes it but the user. */
    private static final String KEPT = "kept";

    /** Directories of one JVM that exist at once have different numbers, up to so many. */
    private static final int NUMBERS = 4;

    private static final Pattern NUMBER = Pattern.compile("-([0-3])-[^-]*$");

    private final Path root;
    private final FileChannel owner;
    private final int number;

    private RunDirectory(Path root, FileChannel owner, int number) {
        this.root = root;
        this.owner = owner;
        this.number = number;
    }

    /** A new directory, after the removal of those whose JVM is gone. */
    static RunDirectory create(Workspace workspace) throws IOException {
        return workspace.locked("runs", () -> {
            for (Path runs : workspace.runs()) {
                sweep(runs);
            }
            return claim(workspace.runs().get(0), leastUsed(workspace.runs()));
        });
    }

    /** From 0 to 3: of this JVM's directories, whose clusters may meet, no two have the same while there are at most four. */
    int number() {
        return number;
    }

    private static int leastUsed(List<Path> places) throws IOException {
        int[] used = new int[NUMBERS];
        for (Path runs : places) {
            try (Stream<Path> entries = Files.list(runs)) {
                entries.map(entry -> entry.getFileName().toString())
                        .filter(name -> name.startsWith(ownPrefix()))
                        .map(NUMBER::matcher)
                        .filter(Matcher::find)
                        .forEach(found -> used[Integer.parseInt(found.group(1))]++);
            }
        }
        return IntStream.range(0, NUMBERS)
                .boxed()
                .min(Comparator.comparingInt(number -> used[number]))
                .orElseThrow();
    }

    private static RunDirectory claim(Path runs, int number) throws IOException {
        Path root = FileTree.createDirectory(Files.createTempDirectory(runs, ownPrefix() + number + "-"), "rwx--x--x");
        FileChannel owner =
                FileChannel.open(root.resolve("owner"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        if (owner.tryLock() == null) {
            throw new IOException("cannot lock " + root.resolve("owner"));
        }
        return new RunDirectory(root, owner, number);
    }

    /** Our own are told by name, not by lock: closing any channel on a file gives up this process's lock on it. */
    private static String ownPrefix() {
        ProcessHandle me = ProcessHandle.current();
        // In a container the same process id comes again and again.
        long started = me.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        return "run-" + me.pid() + "-" + Long.toString(started, Character.MAX_RADIX) + "-";
    }

    private static void sweep(Path runs) throws IOException {
        List<Path> found;
        try (Stream<Path> entries = Files.list(runs)) {
            found = entries.filter(entry -> !entry.getFileName().toString().startsWith(ownPrefix()))
                    .filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
        for (Path run : found) {
            try {
                if (isAbandoned(run)) {
                    remove(run);
                }
            } catch (IOException | PostgresClusterException e) {
                LOG.log(System.Logger.Level.WARNING, "could not remove what an earlier JVM left in " + run, e);
            }
        }
    }

    private static boolean isAbandoned(Path run) throws IOException {
        Path owner = run.resolve("owner");
        if (Files.exists(run.resolve(KEPT))) {
            return false;
        }
        if (!Files.exists(owner)) {
            // Made and locked in one step under the lock of `runs`: without the file it is half deleted.
            return true;
        }
        try (FileChannel channel = FileChannel.open(owner, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        }
    }

    /** Kills what still runs there, told by the directory in its command line, and deletes all. */
    private static void remove(Path run) throws IOException {
        ProcessTree.startedIn(run).forEach(ProcessTree::kill);
        try (Stream<Path> entries = Files.list(run)) {
            for (Path node : entries.filter(Files::isDirectory).toList()) {
                PidFile.read(node.resolve("data")).ifPresent(PidFile::releaseSharedMemory);
            }
        }
        FileTree.delete(run);
    }

    Path root() {
        return root;
    }

    /** Kills what runs in here and deletes it, or marks it as kept. Safe to call again. */
    void close(boolean keep) {
        if (!owner.isOpen()) {
            return;
        }
        try (owner) {
            if (keep) {
                ProcessTree.startedIn(root).forEach(ProcessTree::kill);
                Files.writeString(root.resolve(KEPT), "kept on request; delete it when you have seen enough\n");
            } else {
                remove(root);
            }
        } catch (IOException e) {
            throw new PostgresClusterException("could not clean up " + root, e);
        }
    }
}
