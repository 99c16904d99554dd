package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.penstock.secret.Disclosure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gets the bytes that a {@link TlsSource} names, bounded, with errors that name the place and the reason of the caller. A place whose name may
 * itself be a key ({@link Disclosure}) is told by its component.
 */
final class SourceReader {
    /** RDS's global bundle is 200 KiB; whatever is larger than this is not what was meant. */
    private static final int MAX_BYTES = 4 * 1024 * 1024;

    private final String component;
    private final TlsReason missing;
    private final TlsReason invalid;

    /** @param component such as {@code tls.ca} */
    SourceReader(String component, TlsReason missing, TlsReason invalid) {
        this.component = component;
        this.missing = missing;
        this.invalid = invalid;
    }

    /** One content for a file or inline text, one per file (sorted by name, hidden ones left out) for a directory. */
    List<Content> readAll(TlsSource source) {
        if (source instanceof TlsSource.File file && Files.isDirectory(file.path())) {
            return directory(file.path());
        }
        return List.of(read(source));
    }

    Content read(TlsSource source) {
        if (source instanceof TlsSource.File file) {
            return new Content(file.path().toString(), bytes(file.path()));
        }
        if (source instanceof TlsSource.Inline inline) {
            return new Content(source.describe(), inline.pem().getBytes(UTF_8));
        }
        throw new TlsMaterialException(invalid, source.describe(), "is not a file or text");
    }

    private List<Content> directory(Path directory) {
        List<Content> contents = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.sorted().toList()) {
                if (Files.isRegularFile(entry)
                        && !entry.getFileName().toString().startsWith(".")) {
                    contents.add(new Content(entry.toString(), bytes(entry)));
                }
            }
            return contents;
        } catch (IOException failed) {
            throw unreadable(directory, failed);
        }
    }

    private byte[] bytes(Path path) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            // A pipe is read once and waited for, and the material is read again when it changes.
            throw new TlsMaterialException(
                    invalid,
                    path.toString(),
                    "is not a regular file",
                    "Name a regular file, not a directory or a pipe.");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new TlsMaterialException(invalid, path.toString(), "is larger than 4 MiB");
            }
            return bytes;
        } catch (IOException failed) {
            throw unreadable(path, failed);
        }
    }

    /** Says what is wrong with a file that {@code failed} came of, which may quote the path. */
    TlsMaterialException unreadable(Path path, IOException failed) {
        if (!Disclosure.isShown(path)) {
            String relative = path.isAbsolute()
                    ? ""
                    : " (a relative one is looked up in " + Path.of("").toAbsolutePath() + ")";
            return new TlsMaterialException(
                    missing,
                    component,
                    "is neither PEM text nor the path of a file that exists" + relative,
                    "Give PEM text, the same in Base64, or the absolute path of a file.");
        }
        if (failed instanceof NoSuchFileException) {
            // The reason's own remedy converts what is there.
            return missing == invalid
                    ? new TlsMaterialException(
                            missing, path.toString(), "does not exist", "Mount the file, or correct its path.")
                    : new TlsMaterialException(missing, path.toString(), "does not exist");
        }
        String what = failed instanceof AccessDeniedException
                ? "cannot be read by this process (permission denied)"
                : "cannot be read";
        return new TlsMaterialException(invalid, path.toString(), what, "Check the file and its permissions.")
                .causedBy(failed);
    }

    /**
     * @param name the path, or what stands for it
     * @param bytes never printed
     */
    record Content(String name, byte[] bytes) {
        @Override
        public String toString() {
            return name;
        }
    }
}
