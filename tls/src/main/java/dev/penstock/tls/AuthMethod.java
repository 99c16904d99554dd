package dev.penstock.tls;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The ways in which a server has a login proven, with the names of libpq's {@code require_auth}. It is the server that chooses, by
 * {@code pg_hba.conf}, so what a client accepts is a list of them.
 *
 * @see <a href="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-REQUIRE-AUTH">libpq's require_auth</a>
 */
public enum AuthMethod {
    /** The server does not ask: {@code trust}, or {@code cert}, which looks at the client certificate alone. */
    NONE("none", 0, "asks for no proof (trust, or cert)"),
    /** The password itself, as clear as the connection is. */
    PASSWORD("password", 3, "asks for the password in clear text"),
    /** A hash of the password that is as good as the password to whoever reads the server's files. */
    MD5("md5", 5, "asks for an MD5 hash of the password"),
    /** Kerberos. */
    GSS("gss", 7, "asks for Kerberos (gss)"),
    /** Kerberos or NTLM of Windows. */
    SSPI("sspi", 9, "asks for Windows' SSPI"),
    /** Proves the password without showing it, and proves the server too. */
    SCRAM_SHA_256("scram-sha-256", 10, "asks for SCRAM");

    private final String libpqName;
    private final int code;
    private final String deed;

    AuthMethod(String libpqName, int code, String deed) {
        this.libpqName = libpqName;
        this.code = code;
        this.deed = deed;
    }

    /** The word in {@code require_auth}. */
    public String libpqName() {
        return libpqName;
    }

    /** What a server does that chooses it, for messages: "asks for the password in clear text". */
    public String deed() {
        return deed;
    }

    /** The method of that word; libpq is case-sensitive here. */
    public static Optional<AuthMethod> of(String libpqName) {
        return Arrays.stream(values())
                .filter(method -> method.libpqName.equals(libpqName))
                .findFirst();
    }

    /** These as {@code require_auth} has them: a list that allows, separated by commas, in the order of this type. */
    public static String list(Collection<AuthMethod> methods) {
        return methods.stream().sorted().map(AuthMethod::libpqName).collect(Collectors.joining(","));
    }

    /** The method that a message {@code Authentication…} of PostgreSQL's protocol begins; empty for one that no driver knows. */
    static Optional<AuthMethod> asked(int code) {
        return Arrays.stream(values()).filter(method -> method.code == code).findFirst();
    }
}
