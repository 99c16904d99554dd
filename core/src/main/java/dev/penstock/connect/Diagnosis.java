package dev.penstock.connect;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.EnvironmentMode;
import dev.penstock.config.Login;
import dev.penstock.connect.Connector.AddressRefusedException;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.secret.SecretUnavailableException;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.ServerText;
import dev.penstock.tls.TlsConnectException;
import dev.penstock.tls.TlsFailure;
import dev.penstock.tls.TlsReason;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Turns what the driver throws into what an operator can act on: which node, what happened, what to do. Keeps the
 * SQLSTATE, and of the causes what adds something.
 */
final class Diagnosis {
    /** One row of the table: a stable code, what happened, what to do. */
    private record Finding(String code, String what, String remedy) {
        SQLException on(Node node, String state, @Nullable Throwable cause) {
            return new ConnectFailedException(node.toString(), code, what, remedy, state, evidence(what, cause));
        }

        /**
         * What a server said is kept as the driver threw it, for programs that look into it. Of all else the first cause that says more than
         * {@code what} and than its own cause: JSSE and the driver each wrap a refusal in an exception with the same words.
         */
        private static @Nullable Throwable evidence(String what, @Nullable Throwable thrown) {
            for (Throwable link = thrown; link != null; link = link.getCause()) {
                if (message(link) != null || isOfSocket(link) || !isSaid(what, link)) {
                    return link;
                }
            }
            return null;
        }

        /** Whether a node is silent or away is told by these. */
        private static boolean isOfSocket(Throwable link) {
            return link instanceof IOException && !(link instanceof SSLException);
        }

        /** By the message, or below. */
        private static boolean isSaid(String what, Throwable link) {
            String text = ServerText.of(link).replaceFirst("\\.$", "");
            Throwable below = link.getCause();
            return link instanceof TlsConnectException
                    || text.contains(what)
                    || what.contains(text)
                    || (below != null && text.endsWith(ServerText.of(below)));
        }
    }

    private static final String SAID = "the server said: ";

    private static final String CHECK_THE_WAY =
            "Check that the host answers and that no firewall drops packets; the limit is timeouts.connect.";

    private Diagnosis() {}

    static SQLException of(Node node, DatabaseConfig config, Login login, Throwable cause) {
        if (cause instanceof ConnectFailedException told) {
            return told;
        }
        Optional<AddressRefusedException> elsewhere = causeOf(cause, AddressRefusedException.class);
        if (elsewhere.isPresent()) {
            return refusedByPolicy(node, config, elsewhere.get().refusal());
        }
        Optional<TlsFailure> tls = TlsFailure.of(cause).or(() -> missingCertificate(config, cause));
        if (tls.isPresent()) {
            TlsFailure explained = config.explained(node.endpoint(), tls.get());
            return finding(explained, cause).on(node, state(cause, "08006"), cause);
        }
        if (cause instanceof SecretUnavailableException missing) {
            String looked = Identity.without(missing.remedy(), ServerText.of(missing));
            return new Finding("SECRET_UNAVAILABLE", looked, missing.remedy()).on(node, "28000", cause);
        }
        String state = state(cause, "08001");
        Finding finding = state.equals("28P01") ? refused(login) : finding(node, config, state, cause);
        return finding.on(node, state, cause);
    }

    /** The environment mode, or the policy of a team, forbids to dial it. Nothing was sent, and nothing will be. */
    static SQLException refusedByPolicy(Node node, DatabaseConfig config, Violation refusal) {
        boolean production = config.environmentMode() == EnvironmentMode.PRODUCTION;
        boolean isOfTeam = refusal.code().equals("TLS_POLICY");
        return new Finding(
                        refusal.code(),
                        isOfTeam
                                ? refusal.path() + " " + refusal.message()
                                : "sslmode=" + refusal.value() + " " + refusal.message()
                                        + (production ? ", which production refuses" : ""),
                        refusal.remedy())
                .on(node, "08004", null);
    }

    /** The server wants the login proven in a way that is not accepted from it. The driver has sent no password. */
    static SQLException methodRefused(
            Node node, AuthMethod asked, Set<AuthMethod> allowed, @Nullable SQLException driver) {
        String sent = asked == AuthMethod.NONE || driver == null ? "" : " No password was sent.";
        return new Finding(
                        "AUTH_METHOD_REFUSED",
                        "the server " + asked.deed() + ", and require_auth allows " + AuthMethod.list(allowed)
                                + " alone",
                        "Let pg_hba.conf ask for scram-sha-256 at this login, and set a password anew that was stored"
                                + " as md5; or, to accept it as it is,"
                                + " name"
                                + " " + asked.libpqName() + " in require_auth." + sent)
                .on(node, "08004", driver);
    }

    /** A connection that was opened, but is not as safe as it must be. */
    static SQLException of(Node node, TlsFailure failure) {
        return new Finding(failure.reason().name(), failure.message(), failure.remedy()).on(node, "08006", null);
    }

    /**
     * Besides the rules of {@code pg_hba.conf}, which name the file in every language, the server's {@code ClientAuthentication} refuses for one
     * reason only.
     */
    private static Optional<TlsFailure> missingCertificate(DatabaseConfig config, Throwable cause) {
        boolean isMissing = cause instanceof SQLException refusal
                && "28000".equals(refusal.getSQLState())
                && "ClientAuthentication".equals(ErrorClass.routine(refusal));
        TlsReason reason = config.tls().clientCertificate() == null
                ? TlsReason.CLIENT_CERT_REQUIRED
                : TlsReason.CLIENT_CERT_NOT_SENT;
        return isMissing ? Optional.of(new TlsFailure(reason, said(cause), reason.remedy())) : Optional.empty();
    }

    /** The server's own refusal is marked as such, as it is in all other findings. */
    private static Finding finding(TlsFailure failure, Throwable cause) {
        return new Finding(failure.reason().name(), said(failure.message(), unwrapped(cause)), failure.remedy());
    }

    private static Throwable unwrapped(Throwable cause) {
        return cause instanceof TlsConnectException && cause.getCause() != null ? cause.getCause() : cause;
    }

    private static Finding refused(Login login) {
        return new Finding(
                "AUTH_FAILED",
                "the server refused the password of role '" + login.user() + "'",
                "The password came from " + login.password().describe()
                        + "; compare it with the role's on the server (ALTER ROLE ... PASSWORD).");
    }

    private static Finding finding(Node node, DatabaseConfig config, String state, Throwable cause) {
        String server = said(cause);
        if (state.equals("08P01") && server.contains("startup parameter")) {
            return pooler(server);
        }
        if (state.equals("08P01") && isOfDriver(cause)) {
            return new Finding(
                    "NOT_POSTGRESQL",
                    "what answers on " + node.endpoint() + " does not speak PostgreSQL's protocol",
                    "Correct host and port: another service listens there.");
        }
        Optional<Finding> setting = RefusedSetting.isConceivable(state, routine(cause))
                ? RefusedSetting.in(server, config).map(refused -> refused(refused, server))
                : Optional.empty();
        return setting.orElseGet(() -> finding(node, config, state, server, cause));
    }

    private static Finding finding(Node node, DatabaseConfig config, String state, String server, Throwable cause) {
        return switch (state) {
            case "28000" ->
                new Finding(
                        "HBA_REJECTED",
                        server,
                        "Check pg_hba.conf for this host, role, database and TLS, and that the role may log in.");
            case "3D000" ->
                new Finding(
                        "UNKNOWN_DATABASE",
                        "there is no database '" + config.database() + "'",
                        "Create it, or correct the configured name.");
            case "42501" ->
                new Finding(
                        "NOT_ALLOWED", server, "Grant the role CONNECT on the database, or log in as another role.");
            case "42704", "22023", "42601", "42602", "55P02" ->
                new Finding(
                        "SETTING_REFUSED",
                        server,
                        "Correct this setting (options, schema, owner_user), or leave it out.");
            case "53300" -> new Finding("TOO_MANY_CONNECTIONS", server, room(cause));
            case "57P03" -> new Finding("SERVER_NOT_READY", server, "Wait until the server has started.");
            default -> unreachable(node, server, cause);
        };
    }

    private static Finding refused(RefusedSetting setting, String server) {
        String text = server.startsWith(SAID) ? server.substring(SAID.length()) : server;
        return new Finding(
                "SETTING_REFUSED", "the server refused the setting " + setting.name() + ": " + text, setting.remedy());
    }

    /** Whose limit it is the server says in words; where it looks at them says the same in every language. */
    private static String room(Throwable cause) {
        String routine = cause instanceof SQLException error ? ErrorClass.routine(error) : null;
        return switch (String.valueOf(routine)) {
            case "InitializeSessionUserId" ->
                "It is the role's own limit: raise it (ALTER ROLE ... CONNECTION LIMIT), or make the pools smaller.";
            case "CheckMyDatabase" ->
                "It is the database's own limit: raise it (ALTER DATABASE ... CONNECTION LIMIT), or make the pools"
                        + " smaller.";
            default -> "Put a pooler in between, make the pools smaller, or raise max_connections.";
        };
    }

    /**
     * PostgreSQL itself takes every startup parameter that we send. PgBouncer's other errors have this SQLSTATE too, and its texts are English
     * everywhere.
     */
    private static Finding pooler(String server) {
        return new Finding(
                "POOLER",
                server,
                "If a pooler in transaction mode, such as PgBouncer, stands in between: set pooler: transaction.");
    }

    private static Finding unreachable(Node node, String server, Throwable cause) {
        if (hasCause(cause, UnknownHostException.class)) {
            return new Finding(
                    "UNKNOWN_HOST",
                    "the host name '" + node.endpoint().host() + "' cannot be resolved",
                    "Correct the name, or the DNS of this host or container network.");
        }
        if (hasCause(cause, ConnectException.class)) {
            return new Finding(
                    "REFUSED",
                    "nothing accepts connections on " + node.endpoint(),
                    "Start the server, or correct host and port; in a container network use the service's name.");
        }
        if (hasCause(cause, SocketTimeoutException.class)) {
            return new Finding("CONNECT_TIMEOUT", "it did not answer in time", CHECK_THE_WAY);
        }
        // An error's own text may be of whoever was given the password.
        String what = cause instanceof Error
                ? "the connect ended with " + cause.getClass().getName()
                : server;
        return new Finding("CONNECT_FAILED", what, "See the cause and the server's log.");
    }

    /** The server was not even dialled. */
    static SQLException passwordNotGiven(Node node, Login login, Duration whole) {
        return new Finding(
                        "SECRET_UNAVAILABLE",
                        "no password of role '" + login.user() + "' within " + whole.toMillis() + " ms: "
                                + login.password().describe() + " has not answered",
                        "Look at what it waits for; the limit is timeouts.connect.")
                .on(node, "08001", null);
    }

    static SQLException connectTimedOut(Node node, Duration whole) {
        return new Finding("CONNECT_TIMEOUT", "no connection within " + whole.toMillis() + " ms", CHECK_THE_WAY)
                .on(node, "08001", null);
    }

    /** Its cause is what a socket would say: nobody has refused anything. */
    static SQLException stillConnecting(Node node, Duration waited, Duration whole) {
        return new Finding(
                        "CONNECT_TIMEOUT",
                        "no session that answers within " + waited.toMillis() + " ms; the connect goes on until "
                                + whole.toMillis() + " ms",
                        CHECK_THE_WAY)
                .on(node, "08001", new SocketTimeoutException("no answer yet"));
    }

    static SQLException noThreadLeft(Node node, Throwable cause) {
        return new Finding(
                        "CONNECTS_HANG",
                        ServerText.of(cause),
                        "They wait for the provider of the password, or for the host's name to be resolved: look at"
                                + " both.")
                .on(node, "08001", cause);
    }

    static SQLException tooManyConnects(Node node, Duration whole) {
        return new Finding(
                        "CONNECT_TIMEOUT",
                        "two earlier connects were still in progress after " + whole.toMillis() + " ms",
                        "The server accepts connections too slowly; look at its load and its log.")
                .on(node, "08001", null);
    }

    /** A server's own word for a broken protocol comes with a message of the protocol. */
    private static boolean isOfDriver(Throwable cause) {
        return cause instanceof PSQLException error && error.getServerErrorMessage() == null;
    }

    /** In one line, whatever there is of details. */
    private static String said(Throwable cause) {
        return said(ServerText.of(cause), cause);
    }

    private static String said(String text, Throwable cause) {
        String severity = severity(cause) + ": ";
        return text.startsWith(severity) ? SAID + text.substring(severity.length()) : text;
    }

    /** In the server's language, as the driver's text begins with it. */
    private static @Nullable String severity(Throwable cause) {
        ServerErrorMessage said = message(cause);
        return said == null ? null : said.getSeverity();
    }

    /** Where in the server it was raised. */
    private static @Nullable String routine(Throwable cause) {
        ServerErrorMessage said = message(cause);
        return said == null ? null : said.getRoutine();
    }

    private static @Nullable ServerErrorMessage message(Throwable cause) {
        return cause instanceof PSQLException error ? error.getServerErrorMessage() : null;
    }

    private static String state(Throwable cause, String otherwise) {
        String state = cause instanceof SQLException error ? error.getSQLState() : null;
        return state == null ? otherwise : state;
    }

    private static boolean hasCause(Throwable error, Class<? extends Throwable> type) {
        return causeOf(error, type).isPresent();
    }

    private static <T extends Throwable> Optional<T> causeOf(Throwable error, Class<T> type) {
        for (Throwable t = error; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return Optional.of(type.cast(t));
            }
        }
        return Optional.empty();
    }
}
