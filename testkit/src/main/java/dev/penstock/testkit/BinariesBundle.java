package dev.penstock.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The server's programs inside a jar of {@code io.zonky.test.postgres}, unpacked once per user and content.
 *
 * @param resource the archive's name at the root of the class path
 */
record BinariesBundle(String resource) {
    static boolean exists(String resource) {
        return open(resource) != null;
    }

    private static java.net.@Nullable URL open(String resource) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        java.net.URL seen = context == null ? null : context.getResource(resource);
        return seen != null ? seen : ClassLoader.getSystemResource(resource);
    }

    private InputStream stream() throws IOException {
        java.net.URL url = open(resource);
        if (url == null) {
            throw new IOException(resource + " is not on the class path");
        }
        return url.openStream();
    }

    /** The unpacked directory with {@code bin}, {@code lib} and {@code share}. */
    Path extract(Workspace workspace) throws IOException {
        return workspace.cached("postgres-" + contentHash(), this::unpack);
    }

    private String contentHash() throws IOException {
        try (DigestInputStream in = new DigestInputStream(stream(), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private void unpack(Path directory) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(stream(), 1 << 16)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(entry, tar, directory);
            }
        }
    }

    private static void unpack(TarArchiveEntry entry, InputStream content, Path directory) throws IOException {
        Path target = directory.resolve(entry.getName()).normalize();
        if (!target.startsWith(directory)) {
            throw new IOException("the archive would write outside its directory: " + entry.getName());
        }
        if (entry.isDirectory()) {
            FileTree.createDirectory(target, "rwxr-xr-x");
            return;
        }
        FileTree.createDirectory(parentOf(target), "rwxr-xr-x");
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.copy(content, target);
            boolean executable = (entry.getMode() & 0111) != 0;
            Files.setPosixFilePermissions(
                    target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private static Path parentOf(Path target) throws IOException {
        Path parent = target.getParent();
        if (parent == null) {
            throw new IOException(target + " has no parent");
        }
        return parent;
    }
}
