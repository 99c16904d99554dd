package dev.penstock.config;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The roles beside the one that reads and writes. Immutable.
 *
 * @param ownerUser {@code owner_user}: owns the tables and cannot log in; {@code null} when it is not known
 * @param readOnly {@code ro_user}: may only read; {@code null} for none
 * @param migration {@code migration_user}: logs in for migrations and takes the owner's role; {@code null} for none
 * @param readRole who reads
 */
public record RoleConfig(
        @Nullable String ownerUser,
        @Nullable Login readOnly,
        @Nullable Login migration,
        ReadRole readRole) {

    /** @throws InvalidConfigException when reads are to run as a role that is not there */
    public RoleConfig(
            @Nullable String ownerUser, @Nullable Login readOnly, @Nullable Login migration, ReadRole readRole) {
        this.ownerUser = ownerUser;
        this.readOnly = readOnly;
        this.migration = migration;
        this.readRole = Objects.requireNonNull(readRole, "readRole");
        if (readRole == ReadRole.RO_USER && readOnly == null) {
            throw new InvalidConfigException(new Violation(
                    "readRole",
                    "NO_READ_ONLY_USER",
                    "ro_user",
                    "needs a read-only role with a password",
                    Violation.IN_CODE,
                    "Set ro_user with ro_user_pw_file_path or ro_user_pw_env_var, or read_role: user."));
        }
    }

    /** No other roles: everything runs as {@code user}. */
    public static RoleConfig none() {
        return new RoleConfig(null, null, null, ReadRole.USER);
    }
}
