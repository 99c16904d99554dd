package dev.penstock.patroni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * As whom the programs run. PostgreSQL refuses root, so root steps down to the user of Debian's package.
 *
 * @param prefix what goes before a command
 * @param owner who owns their files; empty when they stay ours
 */
record Account(List<String> prefix, Optional<UserPrincipal> owner) {
    private static final String SERVER = "postgres";

    static Account current() throws IOException {
        // Whatever becomes of this JVM, they end with it; at SIGTERM Patroni takes its PostgreSQL along.
        List<String> prefix = new ArrayList<>(List.of("setpriv", "--pdeathsig=TERM"));
        Optional<UserPrincipal> owner = Optional.empty();
        if ("root".equals(System.getProperty("user.name"))) {
            prefix.addAll(List.of("--reuid=" + SERVER, "--regid=" + SERVER, "--clear-groups"));
            owner = Optional.of(
                    Path.of("/").getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(SERVER));
        }
        prefix.add("--");
        return new Account(prefix, owner);
    }

    List<String> command(List<String> command) {
        List<String> all = new ArrayList<>(prefix);
        all.addAll(command);
        return all;
    }

    /** A new directory that only the programs' user may enter (and root). */
    Path directory(Path directory) throws IOException {
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return own(directory);
    }

    Path file(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return own(file);
    }

    private Path own(Path path) throws IOException {
        if (owner.isPresent()) {
            Files.setOwner(path, owner.get());
        }
        return path;
    }
}
