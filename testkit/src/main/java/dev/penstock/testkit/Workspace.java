package dev.penstock.testkit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * This user's directories for everything the testkit writes: {@code cache/} with extracted binaries and data directory
 * templates in one, {@code runs/} with one directory per living cluster in it or in another one.
 *
 * <p>Both are {@code penstock-testkit-<user>} below {@code java.io.tmpdir}; where Linux has {@code /dev/shm} with
 * {@value #ROOMY_GIB} GiB free, runs are there. A cluster makes and deletes a thousand files per node, and that is what its
 * start consists of: in memory a node is copied in 0.05 s, on ext4 it was up to 1 s when many files had just been deleted.
 * The system property {@code penstock.testkit.directory} or the variable {@code PENSTOCK_TESTKIT_DIRECTORY} names one
 * directory for all.
 *
 * <p>Programs are run from it, so one that somebody else could have prepared is refused.
 *
 * @param root for the cache and the locks
 * @param runs where runs are: the first one for new ones, the others for what earlier JVMs may have left
 */
record Workspace(Path root, List<Path> runs) {
    static final String PROPERTY = "penstock.testkit.directory";
    static final String VARIABLE = "PENSTOCK_TESTKIT_DIRECTORY";

    private static final int ROOMY_GIB = 4;
    private static final Path MEMORY = Path.of("/dev/shm");

    /** File locks are per JVM: threads of one JVM are kept apart by this, and only then by the file. */
    private static final Object IN_THIS_JVM = new Object();

    static Workspace open() {
        String mine = "penstock-testkit-" + System.getProperty("user.name");
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"), mine);
        try {
            Optional<String> configured = Settings.lookup(PROPERTY, VARIABLE);
            if (configured.isPresent()) {
                Path root = Path.of(configured.get());
                return new Workspace(prepare(root), List.of(subdirectory(root, "runs")));
            }
            return new Workspace(prepare(temporary), runs(temporary, MEMORY.resolve(mine)));
        } catch (IOException e) {
            throw new PostgresClusterException("cannot use " + temporary + "; set " + PROPERTY, e);
        }
    }

    private static List<Path> runs(Path temporary, Path memory) throws IOException {
        Path onDisk = subdirectory(temporary, "runs");
        if (!Files.isWritable(MEMORY)) {
            return List.of(onDisk);
        }
        prepare(memory);
        Path inMemory = subdirectory(memory, "runs");
        boolean roomy = Files.getFileStore(MEMORY).getUsableSpace() >> 30 >= ROOMY_GIB;
        return roomy ? List.of(inMemory, onDisk) : List.of(onDisk, inMemory);
    }

    private static Path prepare(Path location) throws IOException {
        Path root = location.toAbsolutePath().normalize();
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            // Others may pass through (the server runs as nobody when we are root) but not list or write.
            FileTree.createDirectory(root, "rwx--x--x");
        }
        refuseForeign(root);
        return root;
    }

    private static Path subdirectory(Path root, String name) {
        return FileTree.createDirectory(root.toAbsolutePath().normalize().resolve(name), "rwx--x--x");
    }

    private static void refuseForeign(Path root) throws IOException {
        Path probe = Files.createTempFile("penstock", "owner");
        Object me = Files.getOwner(probe);
        Files.delete(probe);
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(root, LinkOption.NOFOLLOW_LINKS);
        boolean open = permissions.contains(PosixFilePermission.OTHERS_WRITE)
                || permissions.contains(PosixFilePermission.GROUP_WRITE);
        if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)
                || !Files.getOwner(root, LinkOption.NOFOLLOW_LINKS).equals(me)
                || open) {
            throw new PostgresClusterException(root + " is not a directory that only " + me
                    + " can write: programs would be run from it. Remove it, or set " + PROPERTY);
        }
    }

    Path cache() {
        return root.resolve("cache");
    }

    /**
     * The directory {@code cache/<name>}, made by {@code work} if it is not there yet. One process at a time, into a
     * directory beside it that is renamed when complete: a reader never sees a half of it.
     */
    Path cached(String name, CacheWork work) throws IOException {
        Path finished = cache().resolve(name);
        if (Files.isDirectory(finished)) {
            return finished;
        }
        return locked("cache", () -> {
            FileTree.createDirectory(cache(), "rwx--x--x");
            if (!Files.isDirectory(finished)) {
                make(finished, work);
            }
            return finished;
        });
    }

    private void make(Path finished, CacheWork work) throws IOException {
        Path draft = cache().resolve("draft");
        // We hold the lock: what is there was left by a JVM that died.
        ProcessTree.startedIn(draft).forEach(ProcessTree::kill);
        FileTree.delete(draft);
        FileTree.createDirectory(draft, "rwx--x--x");
        try {
            work.fill(draft);
            Files.move(draft, finished);
        } finally {
            FileTree.delete(draft);
        }
    }

    /** Runs {@code work} while no other thread or process of this user holds the lock of that name. */
    <T extends @Nullable Object> T locked(String name, Callable<T> work) throws IOException {
        synchronized (IN_THIS_JVM) {
            Path file = root.resolve(name + ".lock");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                return work.call();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    /** Fills a new cache directory. */
    interface CacheWork {
        void fill(Path directory) throws IOException;
    }

    /** Where the testkit itself is configured from: a system property, else a variable. */
    static final class Settings {
        private Settings() {}

        static Optional<String> lookup(String property, String variable) {
            return Optional.ofNullable(System.getProperty(property))
                    .or(() -> Optional.ofNullable(System.getenv(variable)))
                    .filter(value -> !value.isBlank());
        }
    }
}
