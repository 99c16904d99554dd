package dev.penstock.secret;

import static java.nio.file.attribute.PosixFilePermission.GROUP_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.GROUP_READ;
import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_READ;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Who can read and write one file, in the terms that {@link FilePermissions} decides on. Links are followed. */
record FileExposure(Level level, String describe) {
    private static final Set<PosixFilePermission> BEYOND_OWNER =
            EnumSet.of(GROUP_READ, GROUP_WRITE, GROUP_EXECUTE, OTHERS_READ, OTHERS_WRITE, OTHERS_EXECUTE);
    /** Docker, Swarm and Kubernetes mount secrets here. */
    static final List<Path> SECRET_MOUNTS = List.of(Path.of("/run/secrets"), Path.of("/var/run/secrets"));

    enum Level {
        /** The owner alone, or root with group-read: what libpq accepts for a key. */
        PRIVATE,
        /** Readable by more, writable by none of them, in a mount for secrets. */
        MOUNTED,
        /** Readable by more, writable by none of them, anywhere else. */
        READABLE,
        /** Group or others can change it. */
        WRITABLE,
        /** The file system has no POSIX permissions. */
        UNKNOWN
    }

    static FileExposure of(Path file) throws IOException {
        PosixFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, PosixFileAttributes.class);
        } catch (UnsupportedOperationException noPosix) {
            return new FileExposure(Level.UNKNOWN, "has no POSIX permissions to check");
        }
        Set<PosixFilePermission> beyond = EnumSet.copyOf(BEYOND_OWNER);
        beyond.retainAll(attributes.permissions());
        String owner = attributes.owner().getName();
        String words = "has mode " + PosixFilePermissions.toString(attributes.permissions()) + ", owner " + owner;
        if (beyond.isEmpty() || (beyond.equals(EnumSet.of(GROUP_READ)) && owner.equals("root"))) {
            return new FileExposure(Level.PRIVATE, words);
        }
        if (beyond.contains(GROUP_WRITE) || beyond.contains(OTHERS_WRITE)) {
            return new FileExposure(Level.WRITABLE, words);
        }
        return readable(file, words);
    }

    private static FileExposure readable(Path file, String words) throws IOException {
        String mount = secretMount(file.toAbsolutePath().normalize());
        return mount.isEmpty()
                ? new FileExposure(Level.READABLE, words)
                : new FileExposure(Level.MOUNTED, words + ", " + mount);
    }

    /** Which secret mount the file lies in, in words; empty for none. */
    static String secretMount(Path absolute) throws IOException {
        if (SECRET_MOUNTS.stream().anyMatch(absolute::startsWith)) {
            return "in a secrets mount";
        }
        Path parent = absolute.getParent();
        if (parent != null && Files.exists(parent.resolve("..data"), LinkOption.NOFOLLOW_LINKS)) {
            return "in a Kubernetes volume";
        }
        return Files.getFileStore(absolute).isReadOnly() ? "on a read-only mount" : "";
    }
}
