package dev.penstock.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The archive of this build. */
final class UnpackedBundle {
    private UnpackedBundle() {}

    static Bundle in(Path directory) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(Path.of(property("bundle.archive"))))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = directory.resolve(entry.getName());
                if (!entry.isDirectory()) {
                    Files.createDirectories(file.resolveSibling(""));
                    Files.copy(zip, file);
                }
            }
        }
        return new Bundle(
                directory,
                property("bundle.version"),
                property("bundle.timestamp"),
                Checkout.here(),
                Signatures.ofTheBuild());
    }

    /** What the build says to its tests. */
    static String property(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("-D" + name + " is not set: this test runs in ./mvnw -Prelease verify");
        }
        return value;
    }
}
