package dev.penstock.secret;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Who but the owner may have access to a file that holds a secret.
 *
 * <p>libpq refuses a client key that its group or others can read, except one owned by root with mode 0640. Docker mounts
 * secrets as 0444 and Kubernetes as 0644, so that rule cannot be met there; {@link #CONTAINER}, the default, is the libpq
 * rule plus those mounts. Files on a file system without POSIX permissions are accepted by every policy, with a remark.
 */
public enum FilePermissions {
    /** libpq's rule: nothing for group and others; for files of root also group-read. Passwords included. */
    STRICT,

    /**
     * libpq's rule, and files that group or others can read but not write when they lie in a secret mount: below
     * {@code /run/secrets} or {@code /var/run/secrets}, beside a Kubernetes {@code ..data} link, or on a read-only mount.
     * A password file that is readable elsewhere is accepted with a warning, a key is refused.
     */
    CONTAINER,

    /** No check. */
    OFF;

    /**
     * Judges a file that holds a private key.
     *
     * @throws IOException if the attributes cannot be read
     */
    public Verdict forKey(Path file) throws IOException {
        if (this == OFF) {
            return Verdict.silentlyAccepted();
        }
        FileExposure exposure = FileExposure.of(file);
        return switch (exposure.level()) {
            case PRIVATE -> Verdict.silentlyAccepted();
            case UNKNOWN -> new Verdict(true, exposure.describe());
            case MOUNTED -> new Verdict(this == CONTAINER, exposure.describe());
            case READABLE, WRITABLE -> new Verdict(false, exposure.describe());
        };
    }

    /**
     * Judges a file that holds a password: as {@link #forKey}, but {@link #CONTAINER} tolerates one that others can read.
     *
     * @throws IOException if the attributes cannot be read
     */
    public Verdict forPassword(Path file) throws IOException {
        Verdict verdict = forKey(file);
        if (verdict.accepted() || this == STRICT) {
            return verdict;
        }
        boolean onlyReadable = FileExposure.of(file).level() == FileExposure.Level.READABLE;
        return new Verdict(onlyReadable, verdict.remark());
    }

    /**
     * The judgement on one file.
     *
     * @param accepted whether the policy lets it be read
     * @param remark mode, owner and mount in words when they are worth saying, else empty
     */
    public record Verdict(boolean accepted, String remark) {
        private static Verdict silentlyAccepted() {
            return new Verdict(true, "");
        }
    }
}
