package dev.penstock.patroni;

import java.nio.file.Path;

/** What Patroni is told. */
final class Settings {
    private Settings() {}

    /** Of the cluster, and the REST API of one member. */
    static String of(String name, int etcd, int restPort) {
        return """
                scope: penstock
                name: %s
                restapi:
                  listen: 127.0.0.1:%d
                  connect_address: 127.0.0.1:%2$d
                etcd3:
                  host: 127.0.0.1:%d
                bootstrap:
                  dcs:
                    ttl: %d
                    loop_wait: 2
                    retry_timeout: 5
                    synchronous_mode: true
                    postgresql:
                      use_pg_rewind: true
                      use_slots: true
                      parameters:
                        max_connections: 60
                        shared_buffers: 16MB
                        # No machine crashes here: what a killed server has written, the system keeps.
                        fsync: 'off'
                  initdb:
                  - encoding: UTF8
                  - locale: C
                  - data-checksums
                  pg_hba:
                  - local all all scram-sha-256
                  - host all all 127.0.0.1/32 scram-sha-256
                  - host replication replicator 127.0.0.1/32 scram-sha-256
                """.formatted(name, restPort, etcd, PatroniCluster.TTL.toSeconds());
    }

    /** Of its PostgreSQL. */
    static String server(int port, Path directory, Path bin, Secrets secrets) {
        return """
                postgresql:
                  listen: 127.0.0.1:%1$d
                  connect_address: 127.0.0.1:%1$d
                  data_dir: %2$s/data
                  bin_dir: %3$s
                  pgpass: %2$s/pgpass
                  authentication:
                    superuser: {username: postgres, password: %4$s}
                    replication: {username: replicator, password: %5$s}
                  parameters:
                    unix_socket_directories: %2$s
                    # A synchronous replica that comes back late holds every commit.
                    wal_retrieve_retry_interval: 200ms
                """.formatted(port, directory, bin, secrets.superuser(), secrets.replication());
    }
}
