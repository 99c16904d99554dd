package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import org.jspecify.annotations.Nullable;

/** The roles beside the one that reads and writes. Immutable, equal by value. */
public final class RoleConfig extends Section {
    RoleConfig(Builder builder) {
        super(builder);
    }

    /** Returns the section with every value at its default: no other roles, everything runs as {@code user}. */
    public static RoleConfig none() {
        return builder().build();
    }

    /** Returns a builder with every value at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts from these values. */
    public Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns {@code owner_user}, who owns the tables and cannot log in; {@code null} when it is not known. */
    public @Nullable String ownerUser() {
        return optional(Key.OWNER_USER);
    }

    /** Returns {@code ro_user}, who may only read; {@code null} for none. */
    public @Nullable Login readOnly() {
        return optional(Key.RO_USER);
    }

    /** Returns {@code migration_user}, who logs in for migrations and takes the owner's role; {@code null} for none. */
    public @Nullable Login migration() {
        return optional(Key.MIGRATION_USER);
    }

    /** Returns who reads; {@code user} by default, so that grants and row-level policies are the same on both sides. */
    public ReadRole readRole() {
        return value(Key.READ_ROLE);
    }

    /** Returns what is done about a role that no grant or policy holds; a warning by default. */
    public PrivilegedLogin privilegedLogin() {
        return value(Key.PRIVILEGED_LOGIN);
    }

    @Override
    void rules(Mistakes mistakes) {
        if (readRole() == ReadRole.RO_USER && readOnly() == null) {
            mistakes.add(
                    Key.READ_ROLE,
                    "NO_READ_ONLY_USER",
                    "ro_user",
                    "needs a read-only role with a password",
                    "Set ro_user with ro_user_pw_file_path or ro_user_pw_env_var, or read_role: user.");
        }
    }

    /** Collects the values of a {@link RoleConfig}, each documented there. No setter throws. Not thread-safe. */
    public static final class Builder extends Section.Builder<Builder> {
        private Builder() {
            super("roles");
        }

        /** Sets {@link RoleConfig#ownerUser()}. */
        public Builder ownerUser(@Nullable String role) {
            return leave(Key.OWNER_USER, role);
        }

        /** Sets {@link RoleConfig#readOnly()}. */
        public Builder readOnly(@Nullable Login login) {
            return leave(Key.RO_USER, login);
        }

        /** Sets {@link RoleConfig#migration()}. */
        public Builder migration(@Nullable Login login) {
            return leave(Key.MIGRATION_USER, login);
        }

        /** Sets {@link RoleConfig#readRole()}. */
        public Builder readRole(ReadRole role) {
            return set(Key.READ_ROLE, role);
        }

        /** Sets {@link RoleConfig#privilegedLogin()}. */
        public Builder privilegedLogin(PrivilegedLogin answer) {
            return set(Key.PRIVILEGED_LOGIN, answer);
        }

        /** @throws InvalidConfigException when a name holds control characters, or reads are to run as a role that is not there */
        public RoleConfig build() {
            return judged(new RoleConfig(this));
        }
    }
}
