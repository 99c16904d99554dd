package dev.penstock.examples.contract;

import java.nio.file.Path;

/**
 * A primary and its streaming replica, and what a contract does to them. They demand TLS and SCRAM-SHA-256, and have the database
 * {@code appdb} with the schema {@code app} and the roles {@code appowner}, {@code appuser}, {@code backupuser} and {@code migrator}.
 */
interface Servers extends AutoCloseable {
    /** {@code host:port}, as the application reaches it; by the name that its certificate has. */
    String primary();

    /** The same of the server that was started as the replica. */
    String replica();

    /** What signed the servers' certificates, PEM. */
    Path caFile();

    /** The file with the password of {@code appuser}, {@code backupuser} or {@code migrator}. */
    Path secretFile(String role);

    /** Runs SQL in {@code appdb} as the superuser: the rows of the last statement, one a line, columns divided by {@code |}. */
    String onPrimary(String sql) throws Exception;

    /** The same on the server that was started as the replica. */
    String onReplica(String sql) throws Exception;

    /** SIGKILL to the whole server. Returns when it is gone. */
    void killPrimary() throws Exception;

    /** Returns when it accepts writes. */
    void promoteReplica() throws Exception;

    /** Leaves no process, container, network or file. */
    @Override
    void close();
}
