package dev.penstock.secret;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A directory of secret files as tests need them: plain ones, and a volume that rotates as Kubernetes does. */
public final class SecretFolder {
    private final Path directory;
    private int rotation;

    public SecretFolder(Path directory) {
        this.directory = directory;
    }

    public Path path(String name) {
        return directory.resolve(name);
    }

    /** Writes in place, mode 0600. */
    public Path write(String name, String content) {
        return write(name, content, "rw-------");
    }

    public Path write(String name, String content, String mode) {
        try {
            Path file = Files.writeString(directory.resolve(name), content);
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Writes beside it and renames over it. */
    public Path replace(String name, String content) {
        try {
            Path fresh = write(name + ".new", content);
            return Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * Swaps the whole volume as the kubelet does: a fresh directory, the link {@code ..data} renamed over the old one, the old directory
     * deleted. The files are links into {@code ..data} and never change themselves.
     */
    public void rotate(String... namesAndContents) {
        try {
            Path data = directory.resolve("..data");
            Path old = Files.exists(data) ? data.toRealPath() : null;
            Path fresh = Files.createDirectory(directory.resolve("..2026_" + ++rotation));
            for (int i = 0; i < namesAndContents.length; i += 2) {
                Files.writeString(fresh.resolve(namesAndContents[i]), namesAndContents[i + 1]);
                Path link = directory.resolve(namesAndContents[i]);
                if (!Files.isSymbolicLink(link)) {
                    Files.createSymbolicLink(link, Path.of("..data", namesAndContents[i]));
                }
            }
            Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), fresh.getFileName());
            Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
            deleteFlat(old);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void deleteFlat(Path old) throws IOException {
        if (old == null) {
            return;
        }
        try (var entries = Files.list(old)) {
            for (Path entry : entries.toList()) {
                Files.delete(entry);
            }
        }
        Files.delete(old);
    }
}
