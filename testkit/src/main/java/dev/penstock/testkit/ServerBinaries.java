package dev.penstock.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Binaries that have been seen to run here: {@code initdb} and {@code postgres} in one directory.
 *
 * <p>Asked in this order: the configured directory (builder, system property {@code penstock.testkit.binaries}, variable
 * {@code PENSTOCK_TESTKIT_BINARIES}; if it does not work nothing else is tried, since something else was asked for), the
 * bundle on the class path, the newest installed server ({@code /usr/lib/postgresql/<version>/bin}, Homebrew, {@code PATH}).
 */
record ServerBinaries(Path bin, int majorVersion, String version, ServerUser user) {
    static final String PROPERTY = "penstock.testkit.binaries";
    static final String VARIABLE = "PENSTOCK_TESTKIT_BINARIES";

    /** {@code pg_backup_start} has its name since 15, and {@code public} is closed by default. */
    private static final int OLDEST = 15;

    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ((\\d+)\\S*)");

    static ServerBinaries find(@Nullable Path configured, Workspace workspace, Path run) {
        Platform platform = Platform.current();
        platform.refusal().ifPresent(reason -> {
            throw new PostgresClusterException(reason);
        });
        List<String> reasons = new ArrayList<>();
        Optional<ServerBinaries> found = configured(configured)
                .map(bin -> probe("configured " + bin, bin, run, reasons))
                .orElseGet(() -> bundled(platform, workspace, run, reasons).or(() -> installed(run, reasons)));
        return found.orElseThrow(() -> new PostgresClusterException(
                "no PostgreSQL server can run here. Tried:\n  - " + String.join("\n  - ", reasons)));
    }

    private static Optional<Path> configured(@Nullable Path explicit) {
        return Optional.ofNullable(explicit)
                .or(() -> Workspace.Settings.lookup(PROPERTY, VARIABLE).map(Path::of));
    }

    private static Optional<ServerBinaries> bundled(
            Platform platform, Workspace workspace, Path run, List<String> reasons) {
        Optional<String> resource = platform.bundleResource().filter(BinariesBundle::exists);
        if (resource.isEmpty()) {
            reasons.add("bundle: the class path has no binaries for " + platform + "; add io.zonky.test.postgres:"
                    + platform.bundleArtifact());
            return Optional.empty();
        }
        try {
            Path home = new BinariesBundle(resource.get()).extract(workspace);
            return probe("bundle " + resource.get(), home.resolve("bin"), run, reasons);
        } catch (IOException e) {
            reasons.add("bundle " + resource.get() + ": cannot be extracted: " + e);
            return Optional.empty();
        }
    }

    private static Optional<ServerBinaries> installed(Path run, List<String> reasons) {
        List<Path> places = installedPlaces();
        if (places.isEmpty()) {
            reasons.add("installed: no `postgres` in /usr/lib/postgresql/*/bin, Homebrew's directories or PATH");
        }
        return places.stream()
                .flatMap(bin -> probe("installed " + bin, bin, run, reasons).stream())
                .findFirst();
    }

    private static List<Path> installedPlaces() {
        List<Path> places = new ArrayList<>();
        for (String parent : List.of("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")) {
            places.addAll(newestFirst(Path.of(parent)));
        }
        places.add(Path.of("/usr/bin"));
        places.add(Path.of("/usr/local/pgsql/bin"));
        for (String entry : String.valueOf(System.getenv("PATH")).split(File.pathSeparator, -1)) {
            places.add(Path.of(entry));
        }
        return places.stream()
                .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
                .distinct()
                .toList();
    }

    private static List<Path> newestFirst(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> versions = Files.list(parent)) {
            return versions.sorted(Comparator.comparingInt(ServerBinaries::trailingNumber)
                            .reversed())
                    .map(version -> version.resolve("bin"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int trailingNumber(Path name) {
        Matcher digits = Pattern.compile("(\\d{1,4})$").matcher(name.toString());
        return digits.find() ? Integer.parseInt(digits.group(1)) : 0;
    }

    private static Optional<ServerBinaries> probe(String origin, Path bin, Path run, List<String> reasons) {
        for (String program : List.of("postgres", "initdb")) {
            if (!Files.isExecutable(bin.resolve(program))) {
                reasons.add(origin + ": there is no executable `" + program + "`");
                return Optional.empty();
            }
        }
        List<String> failures = new ArrayList<>();
        try {
            return describe(origin, bin, ServerUser.detect(bin.resolve("postgres"), run, failures), reasons);
        } catch (IOException | PostgresClusterException e) {
            reasons.add(origin + ": " + e.getMessage() + "\n      " + String.join("\n      ", failures));
            return Optional.empty();
        }
    }

    private static Optional<ServerBinaries> describe(String origin, Path bin, ServerUser user, List<String> reasons) {
        Command.Result result = Command.run(bin.resolve("postgres").toString(), "--version");
        Matcher version = VERSION.matcher(result.output());
        if (!version.find()) {
            reasons.add(origin + ": " + result.summary());
            return Optional.empty();
        }
        int major = Integer.parseInt(version.group(2));
        if (major < OLDEST) {
            reasons.add(origin + ": PostgreSQL " + version.group(1) + " is too old, " + OLDEST + " or newer is needed");
            return Optional.empty();
        }
        return Optional.of(new ServerBinaries(bin, major, version.group(1), user));
    }

    /** The command line of one of the programs, as the server's user. */
    List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(bin.resolve(program).toString()));
        command.addAll(List.of(arguments));
        return user.command(command);
    }
}
