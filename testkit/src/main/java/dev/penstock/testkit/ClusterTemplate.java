package dev.penstock.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A data directory as {@code initdb} leaves it, cached. It has never been started, so a plain copy of it is a valid base for
 * a primary and for the primary's replicas alike: all copies have one system identifier. Clusters that are open at once have different
 * templates, up to four, so that a server of one is a stranger to the others, as in production.
 *
 * @param directory holds {@code data} and {@code password}, the superuser's
 */
record ClusterTemplate(Path directory) {
    /** A standby must not be smaller than what the copied control file says, so these are part of the template. */
    private static final Set<String> IN_CONTROL_FILE = Set.of(
            "max_connections",
            "max_worker_processes",
            "max_wal_senders",
            "max_prepared_transactions",
            "max_locks_per_transaction");

    private static final int BUILTIN_LOCALE_SINCE = 17;

    /** @param number one of the templates that differ in nothing but their system identifier and the superuser's password */
    static ClusterTemplate find(ServerBinaries binaries, Map<String, String> settings, Workspace workspace, int number)
            throws IOException {
        Map<String, String> inControlFile = new TreeMap<>(settings);
        inControlFile.keySet().retainAll(IN_CONTROL_FILE);
        List<String> initdb = initdbOptions(binaries);
        String key = hash(List.of(binaries.toString(), initdb.toString(), inControlFile.toString())) + "-" + number;
        return new ClusterTemplate(
                workspace.cached("template-" + key, directory -> build(directory, binaries, initdb, inControlFile)));
    }

    Path data() {
        return directory.resolve("data");
    }

    String superuserPassword() throws IOException {
        return Files.readString(directory.resolve("password")).strip();
    }

    private static void build(
            Path directory, ServerBinaries binaries, List<String> initdb, Map<String, String> inControlFile)
            throws IOException {
        Path data = binaries.user().own(FileTree.createDirectory(directory.resolve("data"), "rwx------"));
        Path password =
                FileTree.write(directory.resolve("password"), Passwords.random(new SecureRandom()) + "\n", "rw-------");
        List<String> options = new ArrayList<>(initdb);
        options.addAll(
                List.of("-D", data.toString(), "--pwfile=" + binaries.user().own(password)));
        check(Command.run(binaries.command("initdb", options.toArray(String[]::new))));
        if (!inControlFile.isEmpty()) {
            writeControlFile(data, binaries, inControlFile);
        }
    }

    /** A start in single-user mode is enough for the server to note these settings. */
    private static void writeControlFile(Path data, ServerBinaries binaries, Map<String, String> settings) {
        List<String> options = new ArrayList<>(List.of("--single", "-D", data.toString()));
        settings.forEach((name, value) -> options.addAll(List.of("-c", name + "=" + value)));
        options.addAll(List.of("-c", "wal_level=replica", "-F", "postgres"));
        check(Command.run(binaries.command("postgres", options.toArray(String[]::new))));
    }

    private static void check(Command.Result result) {
        if (!result.succeeded()) {
            throw new PostgresClusterException(result.summary());
        }
    }

    private static List<String> initdbOptions(ServerBinaries binaries) {
        List<String> options = new ArrayList<>(List.of(
                "--username=" + Roles.SUPERUSER,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--no-instructions"));
        if (binaries.majorVersion() >= BUILTIN_LOCALE_SINCE) {
            // upper() and friends know Unicode, and no locale of the machine has to exist.
            options.addAll(List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8"));
        }
        return options;
    }

    private static String hash(List<String> parts) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
