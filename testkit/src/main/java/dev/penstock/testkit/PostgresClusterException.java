package dev.penstock.testkit;

import org.jspecify.annotations.Nullable;

/**
 * The test cluster could not do what it was asked to. The message says what, why, and, where a server was involved, ends
 * with the tail of that server's log. A test has nothing to catch here: it is the environment that failed, not the code
 * under test.
 */
public final class PostgresClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PostgresClusterException(String message) {
        this(message, null);
    }

    PostgresClusterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
