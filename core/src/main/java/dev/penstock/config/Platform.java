package dev.penstock.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A platform that is known by how its hosts end, and the section of docs/tls-presets.md that says what to set there. Heroku is not among them:
 * its hosts are named as anybody's machines at Amazon are.
 */
enum Platform {
    FLY("flyio", true, ".fly.dev"),
    RAILWAY("railway", false, ".proxy.rlwy.net", ".railway.app"),
    RENDER("render", true, "-postgres.render.com"),
    RDS("rds-and-aurora", false, ".rds.amazonaws.com", ".rds.amazonaws.com.cn"),
    AZURE(
            "azure-database-for-postgresql",
            false,
            ".postgres.database.azure.com",
            ".postgres.database.chinacloudapi.cn"),
    CLOUD_SQL("cloud-sql", false, ".sql.goog", ".sql-psa.goog"),
    DIGITALOCEAN("digitalocean", false, ".db.ondigitalocean.com"),
    NEON("neon", true, ".neon.tech"),
    SUPABASE("supabase", false, ".supabase.co", ".pooler.supabase.com");

    static final String PAGE = "docs/tls-presets.md";

    private final String anchor;
    private final boolean isPubliclyTrusted;
    private final List<String> suffixes;

    Platform(String anchor, boolean isPubliclyTrusted, String... suffixes) {
        this.anchor = anchor;
        this.isPubliclyTrusted = isPubliclyTrusted;
        this.suffixes = List.of(suffixes);
    }

    static Optional<Platform> of(String host) {
        String name = HostKind.plain(host);
        return Arrays.stream(values())
                .filter(platform -> platform.suffixes.stream().anyMatch(name::endsWith))
                .findFirst();
    }

    /** Where to read on about that host: the platform's section, or the page. */
    static String pageOf(String host) {
        return of(host).map(Platform::section).orElse(PAGE);
    }

    /** What to write so that the server of that host is verified. */
    static String lineOf(String host) {
        String file = "sslmode=verify-full&sslrootcert=<CA file>";
        String system = "sslmode=verify-full&sslrootcert=system";
        return of(host).map(platform -> platform.isPubliclyTrusted ? system : file)
                .orElse(system + " (or the file of the server's own CA)");
    }

    String section() {
        return PAGE + "#" + anchor;
    }
}
