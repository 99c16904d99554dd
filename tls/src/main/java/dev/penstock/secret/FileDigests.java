package dev.penstock.secret;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What files hold at one moment, as digests: content and not times, because a swapped link keeps its time and a touched file its content.
 * A directory counts with the files directly in it. Nothing but regular files is opened: a pipe would be waited for.
 */
record FileDigests(Map<Path, String> digests) {
    private static final int MAX_BYTES = 4 * 1024 * 1024;

    static FileDigests of(Collection<Path> files) {
        Map<Path, String> digests = new HashMap<>();
        for (Path file : files) {
            if (Files.isDirectory(file)) {
                directory(file, digests);
            } else {
                digests.put(file, digest(file));
            }
        }
        return new FileDigests(digests);
    }

    private static void directory(Path directory, Map<Path, String> digests) {
        try (Stream<Path> entries = Files.list(directory)) {
            entries.filter(Files::isRegularFile).forEach(entry -> digests.put(entry, digest(entry)));
        } catch (IOException unreadable) {
            digests.put(directory, unreadable.getClass().getSimpleName());
        }
    }

    private static String digest(Path file) {
        if (!Files.isRegularFile(file)) {
            return "no file";
        }
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(in.readNBytes(MAX_BYTES)));
        } catch (IOException absentOrUnreadable) {
            return absentOrUnreadable.getClass().getSimpleName();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }
}
