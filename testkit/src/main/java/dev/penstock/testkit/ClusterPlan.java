package dev.penstock.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a builder was told, complete and immutable. */
record ClusterPlan(
        int nodes,
        Tls tls,
        Map<String, String> settings,
        List<String> hbaLines,
        List<Integer> ports,
        List<String> synchronousReplicas,
        boolean keepDirectory,
        @Nullable Path binaries,
        Duration startDeadline) {

    /**
     * How the server side of TLS is set up.
     *
     * @param server empty: one for localhost, 127.0.0.1 and ::1 from the authority
     */
    record Tls(
            boolean enabled,
            @Nullable CertificateAuthority authority,
            @Nullable IssuedCertificate server,
            boolean clientCertificates) {}

    /** {@code postgresql.conf} of one node; what the user set wins. */
    Map<String, String> configuration(String node, int port) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("port", String.valueOf(port));
        all.put("listen_addresses", String.join(",", Ports.loopbackAddresses()));
        all.put("unix_socket_directories", "");
        all.put("cluster_name", node);
        // Speed: the data does not outlive the test.
        all.put("fsync", "off");
        all.put("shared_buffers", "16MB");
        all.put("min_wal_size", "32MB");
        all.put("max_wal_size", "256MB");
        // Lives in the data directory and is deleted with it, even after SIGKILL.
        all.put("dynamic_shared_memory_type", "mmap");
        all.putAll(REPLICATION);
        all.put("log_line_prefix", "%m [%p] %q%u@%d ");
        all.put("timezone", "UTC");
        all.put("default_text_search_config", "pg_catalog.english");
        all.put("synchronous_standby_names", synchronousNames(node));
        if (tls.enabled) {
            all.put("ssl", "on");
            all.put("ssl_ca_file", "root.crt");
        }
        all.putAll(settings);
        return all;
    }

    private static final Map<String, String> REPLICATION = Map.of(
            "wal_level", "replica",
            "hot_standby", "on",
            "max_wal_senders", "10",
            // A replica that was cut off or stopped for a while can catch up.
            "wal_keep_size", "256MB",
            "wal_receiver_status_interval", "1s",
            "wal_retrieve_retry_interval", "100ms",
            // A fast stop of the primary waits this long for a replica that is suspended.
            "wal_sender_timeout", "5s");

    /** All named replicas must confirm; a node never waits for itself, so it can be promoted. */
    private String synchronousNames(String node) {
        List<String> others = new ArrayList<>(synchronousReplicas);
        others.remove(node);
        return others.isEmpty()
                ? ""
                : "FIRST " + others.size() + " ("
                        + others.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", ")) + ")";
    }

    /** {@code primary_conninfo} of a replica; over TLS where the upstream has it, whatever its certificate. */
    String upstream(int port, String replica, Path passwordFile) {
        return "host=127.0.0.1 port=" + port + " user=" + Roles.REPLICATOR + " passfile=" + passwordFile
                + " application_name=" + replica + " gssencmode=disable sslmode="
                + (tls.enabled ? "prefer" : "disable");
    }

    /** {@code pg_hba.conf}: the testkit's own two doors, the user's lines, then the rule for everyone. */
    List<String> authentication() {
        List<String> lines = new ArrayList<>();
        for (String loopback : List.of("127.0.0.1/32", "::1/128")) {
            lines.add("host all " + Roles.SUPERUSER + " " + loopback + " scram-sha-256");
            lines.add("host replication " + Roles.REPLICATOR + " " + loopback + " scram-sha-256");
        }
        lines.addAll(hbaLines);
        if (tls.enabled) {
            lines.add("hostssl all all all scram-sha-256" + (tls.clientCertificates ? " clientcert=verify-full" : ""));
            lines.add("hostnossl all all all reject");
        } else {
            lines.add("host all all all scram-sha-256");
        }
        return lines;
    }
}
