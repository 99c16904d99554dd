package dev.penstock.testkit;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One random password per role, each in a file as Docker mounts a secret: {@code secrets/<role>}, only for the owner, with
 * the newline that {@code echo} leaves. The backup user's contains characters that have a meaning in URLs, YAML, shells and
 * SQL, to find out who does not quote; the others are letters and digits.
 */
final class Passwords {
    private static final String PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final String AWKWARD = "@:/?#%&+='\"\\$ {}ä€";
    private static final int LENGTH = 32;

    private final Path directory;
    private final Map<String, String> byRole;

    private Passwords(Path directory, Map<String, String> byRole) {
        this.directory = directory;
        this.byRole = byRole;
    }

    /**
     * @param superuser that one's password comes with the template: were it changed, a new replica would not know it until
     *     it has replayed the change, and so could not be asked whether it has
     */
    static Passwords create(Path directory, String superuser) {
        SecureRandom random = new SecureRandom();
        FileTree.createDirectory(directory, "rwx------");
        Map<String, String> byRole = new LinkedHashMap<>();
        byRole.put(Roles.SUPERUSER, superuser);
        for (String role : List.of(Roles.APPLICATION, Roles.BACKUP, Roles.MIGRATOR, Roles.REPLICATOR)) {
            byRole.put(role, random(random) + (role.equals(Roles.BACKUP) ? AWKWARD : ""));
        }
        byRole.forEach((role, password) -> FileTree.write(directory.resolve(role), password + "\n", "rw-------"));
        return new Passwords(directory, byRole);
    }

    static String random(SecureRandom random) {
        return random.ints(LENGTH, 0, PLAIN.length())
                .mapToObj(i -> String.valueOf(PLAIN.charAt(i)))
                .collect(Collectors.joining());
    }

    String of(String role) {
        String password = byRole.get(role);
        if (password == null) {
            throw new IllegalArgumentException(
                    "no role \"" + role + "\" with a password; there are " + byRole.keySet());
        }
        return password;
    }

    Path file(String role) {
        of(role);
        return directory.resolve(role);
    }
}
