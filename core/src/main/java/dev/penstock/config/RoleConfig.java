package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The roles beside the one that reads and writes. Immutable.
 *
 * @param ownerUser {@code owner_user}: owns the tables and cannot log in; {@code null} when it is not known
 * @param readOnly {@code ro_user}: may only read; {@code null} for none
 * @param migration {@code migration_user}: logs in for migrations and takes the owner's role; {@code null} for none
 * @param readRole who reads
 * @param privilegedLogin what is done about a role that no grant or policy holds
 */
public record RoleConfig(
        @Nullable String ownerUser,
        @Nullable Login readOnly,
        @Nullable Login migration,
        ReadRole readRole,
        PrivilegedLogin privilegedLogin) {

    /** @throws InvalidConfigException when the owner's name holds control characters, or reads are to run as a role that is not there */
    public RoleConfig(
            @Nullable String ownerUser,
            @Nullable Login readOnly,
            @Nullable Login migration,
            ReadRole readRole,
            PrivilegedLogin privilegedLogin) {
        this.ownerUser = ownerUser;
        this.readOnly = readOnly;
        this.migration = migration;
        this.readRole = Objects.requireNonNull(readRole, "readRole");
        this.privilegedLogin = Objects.requireNonNull(privilegedLogin, "privilegedLogin");
        if (ownerUser != null && !ConstraintRules.isPrintable(ownerUser)) {
            throw new InvalidConfigException(new Violation(
                    "ownerUser",
                    Printable.CODE,
                    "",
                    Printable.MESSAGE,
                    Violation.IN_CODE,
                    "Write the role's name as the server shows it."));
        }
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

    /**
     * Where a role that no grant or policy holds is told, and not refused.
     *
     * @throws InvalidConfigException when reads are to run as a role that is not there
     */
    public RoleConfig(
            @Nullable String ownerUser, @Nullable Login readOnly, @Nullable Login migration, ReadRole readRole) {
        this(ownerUser, readOnly, migration, readRole, PrivilegedLogin.WARN);
    }

    /** The same with another answer to a role that no grant or policy holds. */
    public RoleConfig withPrivilegedLogin(PrivilegedLogin answer) {
        return new RoleConfig(ownerUser, readOnly, migration, readRole, answer);
    }

    /** No other roles: everything runs as {@code user}. */
    public static RoleConfig none() {
        return new RoleConfig(null, null, null, ReadRole.USER);
    }
}
