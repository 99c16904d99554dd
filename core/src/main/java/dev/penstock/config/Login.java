package dev.penstock.config;

import dev.penstock.secret.PasswordSource;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.Objects;

/**
 * A role and where its password comes from. Immutable.
 *
 * @param user the role that logs in
 * @param password read anew for every physical connection
 */
public record Login(String user, PasswordSource password) {
    /** @throws InvalidConfigException when the role is blank or holds control characters */
    public Login(String user, PasswordSource password) {
        this.user = Objects.requireNonNull(user, "user");
        this.password = Objects.requireNonNull(password, "password");
        KeyType.Fault fault = Key.USER.type.judge(user);
        if (fault != null) {
            throw new InvalidConfigException(new Violation(
                    "user", fault.code(), KeyType.shown(user), fault.message(), Violation.IN_CODE, Key.remedy(fault)));
        }
    }
}
