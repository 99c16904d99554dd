package dev.penstock.testkit;

import java.util.HashMap;
import java.util.Map;

/** The clusters that classes of this JVM share; JUnit closes it at the end of the run. */
final class SharedClusters implements AutoCloseable {
    /** Guarded by {@code this}: a class that waits here waits for the cluster it needs. */
    private final Map<String, PostgresCluster> clusters = new HashMap<>();

    synchronized PostgresCluster cluster(String key, PostgresClusterBuilder builder) {
        return clusters.computeIfAbsent(key, missing -> builder.start());
    }

    synchronized void discard(String key) {
        PostgresCluster spoilt = clusters.remove(key);
        if (spoilt != null) {
            spoilt.close();
        }
    }

    @Override
    public synchronized void close() {
        clusters.values().forEach(PostgresCluster::close);
        clusters.clear();
    }
}
