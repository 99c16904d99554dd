package dev.penstock.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Describes a cluster; ends with {@link #start()}. Without further words: one replica, no TLS, free ports, everything
 * deleted at the end. Not thread-safe; may be used for several clusters.
 */
public final class PostgresClusterBuilder {
    private static final Duration START_DEADLINE = Duration.ofSeconds(60);

    private int replicas = 1;
    private boolean tls;
    private @Nullable CertificateAuthority authority;
    private @Nullable IssuedCertificate serverCertificate;
    private boolean clientCertificates;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> hbaLines = new ArrayList<>();
    private List<Integer> ports = List.of();
    private List<String> synchronous = List.of();
    private boolean keep;
    private @Nullable Path binaries;
    private Duration startDeadline = START_DEADLINE;

    PostgresClusterBuilder() {}

    /** How many streaming replicas, from 0; the default is 1. */
    public PostgresClusterBuilder replicas(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("replicas: " + count + " is negative");
        }
        this.replicas = count;
        return this;
    }

    /** Whether the nodes speak TLS, and then admit every role but the testkit's own over nothing else. Off by default. */
    public PostgresClusterBuilder tls(boolean enabled) {
        this.tls = enabled;
        return this;
    }

    /** Who issues the certificates; by default a new authority. Switches TLS on. */
    public PostgresClusterBuilder certificateAuthority(CertificateAuthority certificateAuthority) {
        this.authority = certificateAuthority;
        return tls(true);
    }

    /** What the nodes present; by default one for localhost, 127.0.0.1 and ::1. Switches TLS on. */
    public PostgresClusterBuilder serverCertificate(IssuedCertificate certificate) {
        this.serverCertificate = certificate;
        return tls(true);
    }

    /** Every role must show a certificate with its name, beside its password. Switches TLS on. */
    public PostgresClusterBuilder requireClientCertificates() {
        this.clientCertificates = true;
        return tls(true);
    }

    /** A line of {@code postgresql.conf} on every node, such as {@code ssl_min_protocol_version}; wins over our own. */
    public PostgresClusterBuilder setting(String name, String value) {
        settings.put(name, value);
        return this;
    }

    /**
     * Lines of {@code pg_hba.conf} on every node, before our rule for everyone (the first match counts). To offer TLS
     * without demanding it: {@code host all all all scram-sha-256}; to refuse it: {@code hostssl all all all reject}.
     */
    public PostgresClusterBuilder hba(String... lines) {
        hbaLines.addAll(List.of(lines));
        return this;
    }

    /** Fixed ports, one per node, the primary's first; by default free ones are chosen. */
    public PostgresClusterBuilder ports(int... fixed) {
        this.ports = java.util.Arrays.stream(fixed).boxed().toList();
        return this;
    }

    /** The replicas ("node-2", …) that must all confirm a commit ({@code synchronous_standby_names}). */
    public PostgresClusterBuilder synchronousReplicas(String... names) {
        this.synchronous = List.of(names);
        return this;
    }

    /** Leaves the files for inspection after {@code close}: see {@link PostgresCluster#directory()}. */
    public PostgresClusterBuilder keepDirectory() {
        this.keep = true;
        return this;
    }

    /**
     * The directory with {@code postgres} and {@code initdb}, 15 or newer. By default: the system property
     * {@code penstock.testkit.binaries}, the variable {@code PENSTOCK_TESTKIT_BINARIES}, the bundle on the class path, an
     * installed server.
     */
    public PostgresClusterBuilder binaries(Path bin) {
        this.binaries = bin;
        return this;
    }

    /** How long a node may take to accept sessions; 60 s by default, which only a broken machine needs. */
    public PostgresClusterBuilder startDeadline(Duration limit) {
        this.startDeadline = limit;
        return this;
    }

    /**
     * Starts primary and replicas; returns when every replica streams and has all that the primary has.
     *
     * @throws PostgresClusterException if no server can run here, with each thing tried and why not; or if one did not come
     *     up, with the end of its log. Nothing is left behind then.
     */
    public PostgresCluster start() {
        return ClusterStart.run(plan());
    }

    private ClusterPlan plan() {
        int nodes = replicas + 1;
        if (!ports.isEmpty() && ports.size() != nodes) {
            throw new IllegalArgumentException("ports: " + ports + " for " + nodes + " nodes");
        }
        return new ClusterPlan(
                nodes,
                new ClusterPlan.Tls(tls, authority, serverCertificate, clientCertificates),
                Map.copyOf(settings),
                List.copyOf(hbaLines),
                ports,
                synchronous,
                keep,
                binaries,
                startDeadline);
    }
}
