package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.penstock.secret.Disclosure;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One file of a {@link TlsPolicy}, as it was read: flat lines {@code key = value} in UTF-8. Immutable.
 *
 * @param path as it was named
 * @param lines what it says, by key; a line that is wrong is left out
 * @param faults what is wrong with the file; the origin of each is the place of the line, {@code /etc/penstock/policy.conf:3}
 * @param warnings unknown keys that the file marks with {@code ?}
 */
record PolicyFile(Path path, Map<PolicyKey, Line> lines, List<Violation> faults, List<Violation> warnings) {
    private static final int MAX_BYTES = 64 * 1024;
    private static final int ROOT = 0;
    private static final String NAMED = "Mount the file, or correct what names it: PENSTOCK_POLICY or policy";

    PolicyFile {
        lines = Map.copyOf(lines);
        faults = List.copyOf(faults);
        warnings = List.copyOf(warnings);
    }

    /**
     * One line.
     *
     * @param value one that the key allows
     * @param place file and line
     */
    record Line(PolicyKey key, String value, String place) {}

    /** Tells whether something is there, be it a link that leads nowhere; also when this process may not look. */
    static boolean isThere(Path file) {
        try {
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException absent) {
            // Newer JDKs say so as well of a file that stands where a directory should.
            Path directory = file.getParent();
            return directory != null
                    && Files.exists(directory, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isDirectory(directory);
        } catch (IOException hidden) {
            // Only what is known to be absent binds nobody.
            return true;
        }
    }

    static PolicyFile read(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                return unusable(file, attributes.isDirectory() ? "is a directory" : "is not a regular file", NAMED);
            }
            Optional<String> writer = otherWriter(file);
            return writer.isPresent()
                    ? unusable(file, writer.get(), "Let root own it, and take write permission from group and others")
                    : parsed(file);
        } catch (NoSuchFileException missing) {
            return unusable(file, "does not exist", NAMED);
        } catch (AccessDeniedException denied) {
            return unusable(file, "cannot be read by this process (permission denied)", "chmod 644 the file");
        } catch (CharacterCodingException notUtf8) {
            return unusable(file, "is not UTF-8 text", "Write it in UTF-8");
        } catch (IOException failed) {
            return unusable(file, "cannot be read (" + failed.getClass().getSimpleName() + ")", NAMED);
        }
    }

    private static PolicyFile unusable(Path file, String rule, String remedy) {
        return new PolicyFile(file, Map.of(), List.of(fault(shown(file), rule, remedy)), List.of());
    }

    /** A mistake in a file, or what is odd in it; its origin is the place. */
    static Violation fault(String place, String rule, String remedy) {
        String sentence = remedy.endsWith("?") ? remedy : remedy + ".";
        return new Violation("policy", "TLS_POLICY_FILE", "", rule, place, sentence);
    }

    private static String shown(Path file) {
        return Disclosure.isShown(file) ? file.toString() : "a policy file";
    }

    /** Says that others than root and this process's own user may write the file; empty when nobody may, and where the file system does not know. */
    private static Optional<String> otherWriter(Path file) throws IOException {
        PosixFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, PosixFileAttributes.class);
        } catch (UnsupportedOperationException noPosix) {
            return Optional.empty();
        }
        int owner = (Integer) Files.getAttribute(file, "unix:uid");
        return isWritableByOthers(attributes.permissions(), owner, ownUser(attributes, owner))
                ? Optional.of(
                        "may be written by others (mode " + PosixFilePermissions.toString(attributes.permissions())
                                + ", owner " + attributes.owner().getName() + ")")
                : Optional.empty();
    }

    static boolean isWritableByOthers(Set<PosixFilePermission> permissions, int owner, int self) {
        return permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)
                || (owner != ROOT && owner != self);
    }

    /** The user that this process runs as; without {@code /proc}, the owner when it has the name of that user, else root. */
    private static int ownUser(PosixFileAttributes attributes, int owner) throws IOException {
        Path self = Path.of("/proc/self");
        if (Files.exists(self)) {
            return (Integer) Files.getAttribute(self, "unix:uid");
        }
        return attributes.owner().getName().equals(System.getProperty("user.name")) ? owner : ROOT;
    }

    private static PolicyFile parsed(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            return unusable(file, "is larger than 64 KiB", NAMED);
        }
        String text = UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        Reader reader = new Reader(file);
        (text.startsWith("\uFEFF") ? text.substring(1) : text).lines().forEach(reader::take);
        return new PolicyFile(file, reader.lines, reader.faults, reader.warnings);
    }

    /** Goes through the lines of one file. */
    private static final class Reader {
        private final Path file;
        private final Map<PolicyKey, Line> lines = new EnumMap<>(PolicyKey.class);
        private final List<Violation> faults = new ArrayList<>();
        private final List<Violation> warnings = new ArrayList<>();
        private int number;

        Reader(Path file) {
            this.file = file;
        }

        void take(String written) {
            number++;
            // A comment begins the line, or stands behind a blank: a path may have the sign in it.
            String line = written.replaceFirst("(^|\\s)#.*", "").strip();
            if (line.isEmpty()) {
                return;
            }
            boolean isOptional = line.startsWith("?");
            int sign = line.indexOf('=');
            if (sign < 0) {
                fault("is not a line 'key = value'", "Write a key, '=' and a value; comments begin with #");
                return;
            }
            String name = line.substring(isOptional ? 1 : 0, sign).strip();
            PolicyKey key = PolicyKey.named(name).orElse(null);
            if (key != null) {
                add(key, line.substring(sign + 1).strip());
            } else if (isOptional) {
                warnings.add(PolicyFile.fault(
                        place(),
                        "has a key that this version does not know: '" + shownKey(name) + "'",
                        "Correct it, or update this program"));
            } else {
                fault("has the unknown key '" + shownKey(name) + "'", PolicyKey.remedy(name));
            }
        }

        private void add(PolicyKey key, String value) {
            Line before = lines.get(key);
            @Nullable String wrong = key.wrong(value);
            if (before != null) {
                fault("has " + key.word() + " a second time, after " + before.place(), "Keep one of them");
            } else if (wrong != null) {
                fault("has a wrong value: " + key.word() + " must be " + wrong, "Correct the value");
            } else {
                lines.put(key, new Line(key, value, place()));
            }
        }

        private void fault(String rule, String remedy) {
            faults.add(PolicyFile.fault(place(), rule, remedy));
        }

        private String place() {
            return file + ":" + number;
        }

        private static String shownKey(String name) {
            return name.matches("[A-Za-z0-9_.-]{1,40}") ? name : "***";
        }
    }
}
