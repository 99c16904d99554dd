package dev.penstock.config;

import dev.penstock.violation.Violation;

/** One connection string of {@code replica_url}, with its place. */
record ReplicaUri(ConnectionUri uri, String path, String origin) {
    Violation violation(String code, String message, String remedy) {
        return new Violation(path, code, "", message, origin, remedy);
    }
}
