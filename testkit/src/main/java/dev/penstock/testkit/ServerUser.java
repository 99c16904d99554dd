package dev.penstock.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * As whom the server's programs run. PostgreSQL refuses root, so root has to step down: {@code setpriv} (also works in a
 * container with default seccomp rules, and becomes the server without a process in between), then {@code runuser} (the
 * same through PAM), then {@code unshare -U} (needs user namespaces, but neither another owner nor a path that others may
 * enter). The first one that has really run the server's binary and written a file is taken.
 *
 * @param prefix what goes before the command; empty for an ordinary user
 * @param uid the owner of the server's files, or -1 when they stay ours
 * @param description for messages, and part of the key of cached data directories
 */
record ServerUser(List<String> prefix, int uid, String description) {
    private static final int NOBODY = 65534;
    private static final String PROBE = "[ \"$(id -u)\" != 0 ] || { echo 'still uid 0'; exit 1; }; "
            + "id -un >/dev/null && \"$1\" --version && : > \"$2/probe\"";

    /** The first way that works for this binary in this new directory of ours, or every way with what went wrong. */
    static ServerUser detect(Path postgres, Path directory, List<String> reasons) throws IOException {
        List<String> failures = new ArrayList<>();
        for (ServerUser candidate : candidates(isRoot(directory))) {
            Path scratch = FileTree.createDirectory(Files.createTempDirectory(directory, "probe-"), "rwx------");
            try {
                candidate.own(scratch);
                Command.Result result = Command.run(candidate.command(
                        List.of("/bin/sh", "-c", PROBE, "probe", postgres.toString(), scratch.toString())));
                if (result.succeeded()) {
                    return candidate;
                }
                failures.add("as " + candidate.description + ": exit " + result.exitCode() + ", "
                        + result.output().strip());
            } catch (IOException e) {
                failures.add("as " + candidate.description + ": " + e);
            } finally {
                FileTree.delete(scratch);
            }
        }
        reasons.addAll(failures);
        throw new PostgresClusterException(postgres + " does not run here");
    }

    /** Whether files that we make belong to uid 0. */
    private static boolean isRoot(Path ours) throws IOException {
        return Integer.valueOf(0).equals(Files.getAttribute(ours, "unix:uid"));
    }

    private static List<ServerUser> candidates(boolean root) {
        if (!root) {
            return List.of(new ServerUser(List.of(), -1, "the current user"));
        }
        String id = String.valueOf(NOBODY);
        return List.of(
                new ServerUser(
                        List.of("setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups", "--"),
                        NOBODY,
                        "uid " + id + " by setpriv"),
                new ServerUser(List.of("runuser", "-u", "nobody", "--"), NOBODY, "nobody by runuser"),
                new ServerUser(List.of("unshare", "-U", "--"), -1, "the overflow user by unshare -U"));
    }

    List<String> command(List<String> command) {
        List<String> all = new ArrayList<>(prefix);
        all.addAll(command);
        return all;
    }

    /** Gives a file or directory to the server. */
    Path own(Path path) throws IOException {
        if (uid >= 0) {
            Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
        }
        return path;
    }
}
