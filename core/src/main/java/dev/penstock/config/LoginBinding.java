package dev.penstock.config;

import dev.penstock.config.PasswordBinding.Request;
import dev.penstock.secret.PasswordSource;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Who logs in where: the application's role, the other roles, and replicas with a login of their own. */
final class LoginBinding {
    static final String DEVELOPMENT_ALIAS = "APP_DB_USER_PW";
    private static final Request READ_ONLY =
            new Request(Key.RO_USER_PW_FILE_PATH, Key.RO_USER_PW_ENV_VAR, null, null, "");
    private static final Request MIGRATION =
            new Request(Key.MIGRATION_USER_PW_FILE_PATH, Key.MIGRATION_USER_PW_ENV_VAR, null, null, "");

    private final Settings settings;
    private final PasswordBinding passwords;
    private final Mistakes mistakes;

    LoginBinding(Settings settings, PasswordBinding passwords, Mistakes mistakes) {
        this.settings = settings;
        this.passwords = passwords;
        this.mistakes = mistakes;
    }

    /** The password of {@code user}; null when none is named, which is told. */
    @Nullable
    PasswordSource password(EnvironmentMode environment, @Nullable UriPassword uri) {
        UriPassword inUri = uri == null ? literal() : uri;
        String origin = settings.origin(uri == null ? Key.PASSWORD : Key.URL);
        boolean aliased = environment == EnvironmentMode.DEVELOPMENT && settings.get(Key.USER_PW_ENV_VAR) != null;
        String alias = aliased ? DEVELOPMENT_ALIAS : null;
        PasswordSource source =
                passwords.bind(new Request(Key.USER_PW_FILE_PATH, Key.USER_PW_ENV_VAR, alias, inUri, origin));
        boolean isNamed = settings.explicit(Key.USER_PW_FILE_PATH) != null
                || settings.explicit(Key.USER_PW_ENV_VAR) != null
                || settings.explicit(Key.PASSWORD) != null;
        if (source == null && !isNamed) {
            mistakes.add(
                    Key.PASSWORD,
                    new Violation(
                            settings.path(Key.PASSWORD),
                            "REQUIRED",
                            "",
                            "must be set",
                            settings.origin(Key.URL),
                            "Set user_pw_file_path or user_pw_env_var."));
        }
        return source;
    }

    /** {@code password:} in a file. An expression there would carry the secret through the configuration's text. */
    private @Nullable UriPassword literal() {
        Setting setting = settings.explicit(Key.PASSWORD);
        if (setting == null) {
            return null;
        }
        try {
            return literal(setting.text());
        } catch (InvalidConfigException e) {
            mistakes.add(Key.PASSWORD, e, setting.path(), setting.origin());
            return null;
        }
    }

    private UriPassword literal(String text) {
        String variable = Substitution.anyVariable(text);
        if (variable != null) {
            String remedy = passwords.isSet(variable)
                    ? "Use user_pw_env_var: " + variable
                    : "Name the variable in user_pw_env_var. A password that looks like an expression goes into a"
                            + " secret file.";
            throw new InvalidConfigException(Violation.of(
                    "PASSWORD_EXPRESSION",
                    "***",
                    "must not be an expression: the value would pass through the configuration's text",
                    remedy));
        }
        // Not expanded: a password is full of dollar signs.
        return UriPassword.ofValue(text, true);
    }

    @Nullable
    Login readOnly() {
        return login(Key.RO_USER, READ_ONLY);
    }

    @Nullable
    Login migration() {
        return login(Key.MIGRATION_USER, MIGRATION);
    }

    private @Nullable Login login(Key user, Request request) {
        String name = settings.value(user);
        PasswordSource password = name == null ? null : passwords.bind(request);
        return name == null || password == null ? null : new Login(name, password);
    }

    /** The replicas whose connection string names another user or password than the primary's. */
    Map<Endpoint, Login> replicas(Login primary, @Nullable UriPassword primaryUri, List<ReplicaUri> replicas) {
        Map<Endpoint, Login> logins = new LinkedHashMap<>();
        for (ReplicaUri replica : replicas) {
            String user = Objects.requireNonNullElse(replica.uri().user(), primary.user());
            UriPassword password = replica.uri().password();
            boolean sameUser = user.equals(primary.user());
            if (password == null && !sameUser) {
                mistakes.add(
                        Key.REPLICA_URL,
                        replica.violation(
                                "REQUIRED",
                                "names another user and no password",
                                "Give its password, or the primary's user."));
            } else if (password != null && !(sameUser && same(password, primaryUri))) {
                PasswordSource own = passwords.alone(password, replica.path(), replica.origin());
                Login login = new Login(user, sameUser ? primary.password().or(own) : own);
                replica.uri().endpoints().forEach(endpoint -> logins.put(endpoint, login));
            }
        }
        return logins;
    }

    private static boolean same(UriPassword one, @Nullable UriPassword other) {
        if (other == null) {
            return false;
        }
        if (one.value() == null || other.value() == null) {
            return Objects.equals(one.variable(), other.variable());
        }
        return one.value().sameAs(other.value());
    }
}
