package dev.penstock.testkit;

/** A primary with its streaming replicas. */
public final class PostgresCluster {
    private PostgresCluster() {}
}
