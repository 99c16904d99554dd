package dev.penstock.testkit;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/** How to reach the nodes of one cluster as one of its roles. */
record Sessions(Passwords passwords, Certificates certificates, ClusterPlan.Tls tls) {
    /** For sessions that the testkit waits for. Without it a suspended server would hold us for ever. */
    private static final String OWN_TIMEOUT_SECONDS = "20";

    private static final String LOGIN_TIMEOUT_SECONDS = "10";

    /** For users: verified as far as TLS is on; the password is not in it. */
    String url(int port, String database) {
        String plain = plain(port, database);
        return tls.enabled()
                ? plain + "?sslmode=verify-full&sslrootcert="
                        + URLEncoder.encode(certificates.caFile().toString(), StandardCharsets.UTF_8)
                : plain;
    }

    /** As the superuser, for whoever asked for it: no limit to how long a statement may take. */
    Connection superuser(int port, String database) throws SQLException {
        return open(port, database, credentials(Roles.SUPERUSER, passwords.of(Roles.SUPERUSER)));
    }

    /** As the superuser, for the testkit's own questions. */
    Connection own(int port, String database) throws SQLException {
        Properties properties = credentials(Roles.SUPERUSER, passwords.of(Roles.SUPERUSER));
        properties.setProperty("socketTimeout", OWN_TIMEOUT_SECONDS);
        // The replicas may not be there yet, or be the reason why we ask.
        properties.setProperty("options", "-c synchronous_commit=local");
        return open(port, database, properties);
    }

    /** As one of the roles: over TLS where the server offers it, with a certificate where it demands one. */
    Connection as(String role, int port, String database) throws SQLException {
        Properties properties = credentials(role, role.equals(Roles.OWNER) ? "" : passwords.of(role));
        properties.setProperty("sslmode", tls.enabled() ? "prefer" : "disable");
        if (tls.clientCertificates()) {
            properties.setProperty(
                    "sslcert", certificates.clientCertificateFile(role).toString());
            properties.setProperty("sslkey", certificates.clientKeyFile(role).toString());
        }
        return open(port, database, properties);
    }

    private static Properties credentials(String role, String password) {
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty("password", password);
        properties.setProperty("sslmode", "disable");
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("ApplicationName", "penstock-testkit");
        properties.setProperty("loginTimeout", LOGIN_TIMEOUT_SECONDS);
        return properties;
    }

    private static String plain(int port, String database) {
        return "jdbc:postgresql://" + PostgresNode.HOST + ":" + port + "/"
                + URLEncoder.encode(database, StandardCharsets.UTF_8);
    }

    private static Connection open(int port, String database, Properties properties) throws SQLException {
        String url = plain(port, database);
        Connection connection = new org.postgresql.Driver().connect(url, properties);
        if (connection == null) {
            throw new SQLException("the driver does not accept " + url);
        }
        return connection;
    }
}
