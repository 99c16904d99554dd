package dev.penstock.patroni;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the cluster is made of, as Debian installs it.
 *
 * @param postgres the directory with {@code postgres}, {@code pg_rewind} and {@code pg_basebackup}
 */
record Programs(Path postgres) {
    static final Path SYSTEM = Path.of("/usr/sbin");

    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

    /** @throws IllegalStateException with what to install: a profile that was asked for is not skipped */
    static Programs find() throws IOException {
        List<String> missing = new ArrayList<>();
        for (String program : List.of("patroni", "etcd", "haproxy")) {
            if (!isOnPath(program)) {
                missing.add(program);
            }
        }
        Optional<Path> postgres = findPostgres();
        if (postgres.isEmpty()) {
            missing.add(DEBIAN + "/*/bin/pg_rewind");
        }
        if (!missing.isEmpty()) {
            throw new IllegalStateException("Not found: " + String.join(", ", missing) + ". On Debian 12:"
                    + " apt-get install --no-install-recommends patroni etcd-server etcd-client haproxy postgresql-15");
        }
        return new Programs(postgres.orElseThrow());
    }

    private static boolean isOnPath(String program) {
        // Debian puts HAProxy where an ordinary user's path does not lead.
        return Stream.of((System.getenv("PATH") + File.pathSeparator + SYSTEM).split(File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static Optional<Path> findPostgres() throws IOException {
        if (!Files.isDirectory(DEBIAN)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
                    .filter(bin -> Files.isExecutable(bin.resolve("pg_rewind")))
                    .max(Comparator.comparing(Path::toString));
        }
    }
}
