package dev.penstock.config;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What Penstock does with one parameter of a connection string: the table behind the parser and behind the
 * documentation. libpq's names first; case counts, as in libpq.
 *
 * @param name as written
 * @param use what happens to it
 * @param key the key it gives, for {@link Use#KEY}
 * @param values the values that are accepted, for {@link Use#NEUTRAL}
 * @param reason why it is refused, or what to use instead
 */
record UriParameter(String name, Use use, @Nullable Key key, List<String> values, String reason) {

    enum Use {
        /** A part of the address or the login. */
        COMPONENT,
        /** The same as that key. */
        KEY,
        /** Accepted with these values, which change nothing here. */
        NEUTRAL,
        /** Refused: it would name a class, redirect the connection or switch verification off. */
        FORBIDDEN,
        /** Refused: libpq knows it, a Java driver cannot do it or Penstock does it otherwise. */
        UNSUPPORTED
    }

    private static final Map<String, UriParameter> LIBPQ =
            byName(components(), keys(key -> key.urlNames), neutral(), unsupported(), beyondJava(), forbidden());

    private static final Map<String, UriParameter> JDBC = byName(keys(key -> key.driverNames), jdbcNeutral());

    /** The parameter of that name, in the given form. */
    static Optional<UriParameter> named(String name, UriParts.Form form) {
        UriParameter driver = form == UriParts.Form.JDBC ? JDBC.get(name) : null;
        return Optional.ofNullable(driver == null ? LIBPQ.get(name) : driver);
    }

    /** Every row but the driver's own names, for the documentation. */
    static List<UriParameter> table() {
        return List.copyOf(LIBPQ.values());
    }

    /** The names that are understood besides in a JDBC URL. */
    static List<UriParameter> jdbcTable() {
        return List.copyOf(JDBC.values());
    }

    /** What a mistyped name may have meant. */
    static List<String> suggestions() {
        return LIBPQ.values().stream()
                .filter(parameter -> parameter.use != Use.FORBIDDEN && parameter.use != Use.UNSUPPORTED)
                .map(UriParameter::name)
                .toList();
    }

    @SafeVarargs
    private static Map<String, UriParameter> byName(List<UriParameter>... groups) {
        Map<String, UriParameter> rows = new LinkedHashMap<>();
        for (List<UriParameter> group : groups) {
            group.forEach(row -> rows.put(row.name, row));
        }
        return Collections.unmodifiableMap(rows);
    }

    private static List<UriParameter> components() {
        return Stream.of("user", "password", "dbname", "host", "port", "sslpassword")
                .map(name -> new UriParameter(name, Use.COMPONENT, null, List.of(), ""))
                .toList();
    }

    private static List<UriParameter> keys(Function<Key, List<String>> names) {
        return Key.ALL.stream()
                .flatMap(key ->
                        names.apply(key).stream().map(name -> new UriParameter(name, Use.KEY, key, List.of(), "")))
                .toList();
    }

    private static List<UriParameter> neutral() {
        return List.of(
                neutral("target_session_attrs", "Penstock finds the roles itself", "any", "read-write", "primary"),
                neutral("load_balance_hosts", "Penstock chooses among the replicas itself", "disable", "random"),
                neutral("client_encoding", "The driver works in UTF-8", "auto", "UTF8", "UTF-8", "utf8", "utf-8"),
                neutral("gssencmode", "GSS encryption is never used", "disable", "prefer"),
                neutral("keepalives", "Keepalive is always on", "1"),
                neutral("sslcompression", "TLS compression is never used", "0"),
                neutral("sslcertmode", "A client certificate is sent when one is given", "allow"),
                neutral("replication", "Penstock opens ordinary sessions", "false", "off", "no", "0"));
    }

    private static List<UriParameter> unsupported() {
        return List.of(
                unsupported(
                        "hostaddr", "A Java driver dials the host it verifies; use tls.verify_name for another name"),
                unsupported("passfile", "Use user_pw_file_path"),
                unsupported("service", "Write the service's settings into the configuration"),
                unsupported("fallback_application_name", "Use application_name"),
                unsupported("requiressl", "Use sslmode=require; libpq takes anything but 1 for sslmode=prefer"),
                unsupported("connection_limit", "Use pool_size and max_overflow"),
                unsupported("pgbouncer", "Use the key pooler: transaction, or session when it pools sessions"),
                unsupported("socket_timeout", "Use the key statement_timeout; the socket follows it"));
    }

    private static List<UriParameter> beyondJava() {
        return Stream.of(
                        "keepalives_idle",
                        "keepalives_interval",
                        "keepalives_count",
                        "tcp_user_timeout",
                        "requirepeer",
                        "krbsrvname",
                        "gsslib",
                        "gssdelegation",
                        "sslkeylogfile",
                        "min_protocol_version",
                        "max_protocol_version",
                        "scram_client_key",
                        "scram_server_key",
                        "oauth_issuer",
                        "oauth_client_id",
                        "oauth_client_secret",
                        "oauth_scope")
                .map(name -> unsupported(name, "A Java driver cannot do it; leave it out"))
                .toList();
    }

    private static List<UriParameter> forbidden() {
        return forbidden(
                "It weakens verification or means something else elsewhere; use sslmode and" + " sslrootcert",
                "sslaccept",
                "sslidentity",
                "trustServerCertificate");
    }

    private static List<UriParameter> jdbcNeutral() {
        return List.of(
                // Testcontainers and Spring's Docker Compose support write it.
                neutral("loggerLevel", "The driver's log is off; more would show passwords", "OFF"),
                neutral("tcpKeepAlive", "Keepalive is always on", "true"),
                neutral("targetServerType", "Penstock finds the roles itself", "any", "primary"));
    }

    private static UriParameter neutral(String name, String reason, String... values) {
        return new UriParameter(name, Use.NEUTRAL, null, List.of(values), reason);
    }

    private static UriParameter unsupported(String name, String reason) {
        return new UriParameter(name, Use.UNSUPPORTED, null, List.of(), reason);
    }

    private static List<UriParameter> forbidden(String reason, String... names) {
        return Arrays.stream(names)
                .map(name -> new UriParameter(name, Use.FORBIDDEN, null, List.of(), reason))
                .toList();
    }
}
