package dev.penstock.cli.dev;

import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The variables that lead a program to a cluster, under the names operators use, as lines a shell can read. */
record Variables(List<String> lines) {
    Variables {
        lines = List.copyOf(lines);
    }

    static Variables of(PostgresCluster cluster, boolean tls) {
        List<String> lines = new ArrayList<>();
        lines.add("# PostgreSQL: " + nodes(cluster) + ", on this machine only.");
        lines.add("# Paste these lines into a shell. Ctrl-C here stops the servers and removes their data.");
        addVariables(cluster, tls, lines);
        addRoles(cluster, lines);
        return new Variables(lines);
    }

    private static String nodes(PostgresCluster cluster) {
        return cluster.nodes().stream()
                .map(node -> (node.equals(cluster.primary()) ? "primary on " : "replica on ") + node.host() + ":"
                        + node.port())
                .collect(Collectors.joining(", "));
    }

    private static void addVariables(PostgresCluster cluster, boolean tls, List<String> lines) {
        lines.add(export("APP_ENVIRONMENT", "development"));
        lines.add(export("DATABASE_URL", url(cluster, cluster.primary(), tls)));
        if (!cluster.replicas().isEmpty()) {
            String urls = cluster.replicas().stream()
                    .map(replica -> url(cluster, replica, tls))
                    .collect(Collectors.joining(","));
            lines.add(export("DATABASE_REPLICA_URL", urls));
        }
        lines.add(export(
                "DATABASE_PASSWORD_FILE_PATH", cluster.secretFile("appuser").toString()));
        lines.add(export("POSTGRES_SSL_MODE", tls ? "verify-full" : "disable"));
        if (tls) {
            // libpq's own name for it: psql and every driver above libpq read it.
            lines.add(export("PGSSLROOTCERT", cluster.certificates().caFile().toString()));
        }
        lines.add(export("APP_DB", cluster.database()));
        lines.add(export("APP_DB_OWNER", "appowner"));
        lines.add(export("APP_DB_USER", "appuser"));
        lines.add(export("APP_DB_RO_USER", "backupuser"));
    }

    private static void addRoles(PostgresCluster cluster, List<String> lines) {
        lines.add("# appuser reads and writes rows; backupuser only reads; migrator changes the schema as appowner.");
        lines.add("# Their passwords: " + cluster.secretFile("appuser").getParent() + "/<role>");
        lines.add("# Rows:   PGPASSWORD=$(cat \"$DATABASE_PASSWORD_FILE_PATH\") psql \"$DATABASE_URL\"");
        lines.add("# Schema: PGOPTIONS='-c role=appowner' PGPASSWORD=$(cat '" + cluster.secretFile("migrator")
                + "') psql \"${DATABASE_URL/appuser/migrator}\"");
    }

    /** As libpq reads it; the password stays in its file. */
    private static String url(PostgresCluster cluster, PostgresNode node, boolean tls) {
        String base = "postgresql://appuser@" + node.host() + ":" + node.port() + "/" + cluster.database();
        return tls
                ? base + "?sslmode=verify-full&sslrootcert="
                        + percentEncoded(cluster.certificates().caFile().toString())
                : base + "?sslmode=disable";
    }

    private static String percentEncoded(String path) {
        return URLEncoder.encode(path, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
    }

    private static String export(String name, String value) {
        return "export " + name + "='" + value.replace("'", "'\\''") + "'";
    }
}
