package dev.penstock.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The files of one node: a copy of a template or of a running primary, and the configuration that we write into it. */
final class DataDirectory {
    private static final String CONFIGURATION = "postgresql.conf";
    private static final String UPSTREAM = "penstock.upstream.conf";
    private static final String REVOCATIONS = "penstock.revocations.conf";
    private static final String PASSWORDS = "penstock.pgpass";
    private static final String STANDBY = "standby.signal";

    /** What a copy of a running server must not bring along (as {@code pg_basebackup} leaves it out). */
    private static final Set<String> NOT_COPIED = Set.of("postmaster.pid", "postmaster.opts", STANDBY, "backup_label");

    private static final Set<String> CONTENT_NOT_COPIED =
            Set.of("pg_wal", "pg_replslot", "pg_dynshmem", "pg_stat_tmp", "pg_notify", "pg_serial", "pg_snapshots");

    private final Path path;
    private final ServerUser owner;

    DataDirectory(Path path, ServerUser owner) {
        this.path = path;
        this.owner = owner;
    }

    Path path() {
        return path;
    }

    /** Becomes a copy of a server that is not running. */
    void copyCold(Path template) throws IOException {
        FileTree.copy(template, path, owner, name -> true);
    }

    /** Becomes a copy of a running server that is in backup mode; what was here before is gone. */
    void copyRunning(Path source) throws IOException {
        PidFile.read(path).ifPresent(PidFile::releaseSharedMemory);
        FileTree.delete(path);
        FileTree.copy(source, path, owner, DataDirectory::belongsInCopy);
        for (String empty : List.of("pg_wal/archive_status", "pg_wal/summaries")) {
            owner.own(FileTree.createDirectory(path.resolve(empty), "rwx------"));
        }
    }

    private static boolean belongsInCopy(Path name) {
        return !NOT_COPIED.contains(name.toString())
                && (name.getNameCount() == 1
                        || !CONTENT_NOT_COPIED.contains(name.getName(0).toString()));
    }

    /** Writes {@code postgresql.conf}; later entries win over earlier ones. */
    void configure(Map<String, String> settings) {
        StringBuilder text = new StringBuilder("# Written by Penstock's testkit.\n");
        new LinkedHashMap<>(settings).forEach((name, value) -> text.append(setting(name, value)));
        text.append("include = '").append(UPSTREAM).append("'\n");
        text.append("include = '").append(REVOCATIONS).append("'\n");
        write(CONFIGURATION, text.toString());
        for (String included : List.of(UPSTREAM, REVOCATIONS)) {
            if (!Files.exists(path.resolve(included))) {
                write(included, "");
            }
        }
    }

    void authenticate(List<String> hbaLines) {
        write("pg_hba.conf", String.join("\n", hbaLines) + "\n");
    }

    /** Makes it a standby at the next start (until its promotion, when the server removes the file). */
    void markStandby() {
        write(STANDBY, "");
    }

    boolean isMarkedStandby() {
        return Files.exists(path.resolve(STANDBY));
    }

    /** How it logs in as a replica: not in {@code primary_conninfo}, which the server logs when it changes. */
    void replicationPassword(String role, String password) {
        write(PASSWORDS, "*:*:*:" + role + ":" + password + "\n");
    }

    Path passwordFile() {
        return path.resolve(PASSWORDS);
    }

    /** From whom to stream; an empty text cuts it off. Takes effect at the next start or reload. */
    void follow(String primaryConninfo) {
        write(UPSTREAM, setting("primary_conninfo", primaryConninfo));
    }

    /** Which client certificates are refused, PEM. Takes effect at the next start or reload. */
    void revocations(String crl) {
        write("revoked.crl", crl);
        write(REVOCATIONS, setting("ssl_crl_file", "revoked.crl"));
    }

    /** Asks for promotion as {@code pg_ctl promote} does: this file, and then SIGUSR1 to the postmaster. */
    void requestPromotion() {
        write("promote", "");
    }

    void write(String name, String text) {
        try {
            owner.own(FileTree.write(path.resolve(name), text, "rw-------"));
        } catch (IOException e) {
            throw new PostgresClusterException("cannot write " + name + " in " + path, e);
        }
    }

    private static String setting(String name, String value) {
        return name + " = '" + value.replace("'", "''") + "'\n";
    }
}
