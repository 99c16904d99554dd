package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.DriverVersion;
import dev.penstock.connect.Identity;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.CredentialStatus;
import dev.penstock.observe.DatabaseInfo;
import dev.penstock.observe.DatabaseStatus;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.RouteReason;
import dev.penstock.observe.TlsStatus;
import dev.penstock.pool.HikariVersion;
import dev.penstock.sizing.PoolSplit;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** What a database tells of its configuration and its parts. Thread-safe. */
final class Facts {
    private static final String NAMED = "databases.";

    private final DatabaseConfig config;
    private final Identity identity;
    private volatile DatabaseInfo info;

    Facts(DatabaseConfig config, Identity identity) {
        this.config = config;
        this.identity = identity;
        this.info = info(config, config.pool().split());
    }

    /** With these, before anybody planned. */
    DatabaseStatus status(
            List<NodeStatus> nodes,
            TlsStatus tls,
            Map<RouteReason, Long> routes,
            long droppedEvents,
            List<DatabaseStatus.Warning> warnings) {
        return new DatabaseStatus(
                info, nodes, tls, credentials(), routes, droppedEvents, Optional.empty(), List.of(), warnings);
    }

    /** The size that was found. */
    void size(PoolSplit found) {
        info = info(config, Optional.of(found));
    }

    int poolSize() {
        return info.poolSize();
    }

    /** A size that is yet to be found is 0. */
    private static DatabaseInfo info(DatabaseConfig config, Optional<PoolSplit> size) {
        String section = config.provenance().section();
        String name = section.startsWith(NAMED) ? section.substring(NAMED.length()) : config.database();
        return new DatabaseInfo(
                name,
                config.tls().mode().libpqName(),
                config.topology().maxLag(),
                size.map(PoolSplit::poolSize).orElse(0),
                size.map(PoolSplit::ceiling).orElse(0),
                version(),
                DriverVersion.running(),
                HikariVersion.running());
    }

    /** Written by the build. */
    private static String version() {
        try (InputStream in = Facts.class.getResourceAsStream("/dev/penstock/version.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By purpose: who writes, who reads, and who migrates where such a role is configured. */
    private List<CredentialStatus> credentials() {
        List<CredentialStatus> all = new ArrayList<>();
        all.add(identity.credentials(config, Purpose.WRITE));
        all.add(identity.credentials(config, Purpose.READ));
        if (config.roles().migration() != null) {
            all.add(identity.credentials(config, Purpose.MIGRATION));
        }
        return all;
    }
}
