package dev.penstock.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Function;

/** A machine of a test's own, with another file in the place of {@link TlsPolicy#MACHINE}. */
public final class MachinePolicy {
    private MachinePolicy() {}

    /** Reads policies as on a machine that has this file; without the variable of this process. */
    public static Function<Path[], TlsPolicy> at(Path machine) {
        return added -> TlsPolicy.read(machine, "", List.of(added));
    }

    /** Writes a policy that this process and root alone may write. */
    public static Path write(Path file, String... lines) {
        try {
            Files.write(file, List.of(lines));
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
