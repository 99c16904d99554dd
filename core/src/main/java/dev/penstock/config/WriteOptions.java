package dev.penstock.config;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How one write is to run. Immutable.
 *
 * @param parameters server parameters for exactly this transaction, by name
 * @param retries how often a transaction that was provably not executed is run again from its start, 0 to 100; 0 by default, because a
 *     closure may have effects outside of the database
 * @param isolation the level of its transaction; empty for the server's own
 * @param deadline how long it may take in all; empty for {@code pool.timeout} to begin and the statement deadline for each
 *     statement
 */
public record WriteOptions(
        Map<String, String> parameters, int retries, Optional<Isolation> isolation, Optional<Duration> deadline) {
    private static final int MOST_RETRIES = 100;
    private static final WriteOptions DEFAULTS = new WriteOptions(Map.of(), 0, Optional.empty(), Optional.empty());

    /** @throws IllegalArgumentException when a name is blank, or a number out of its bounds */
    public WriteOptions {
        parameters = TransactionParameters.copy(parameters);
        Objects.requireNonNull(isolation, "isolation");
        Deadlines.check(deadline);
        if (retries < 0 || retries > MOST_RETRIES) {
            throw new IllegalArgumentException("retries must be 0 to " + MOST_RETRIES + ", not " + retries);
        }
    }

    /** Nothing out of the ordinary. */
    public static WriteOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Sets a server parameter for exactly this transaction, such as {@code app.user_id} that row-level
     * policies ask for. The value travels as a bind parameter, together with the {@code BEGIN}: one round trip for any
     * number of parameters. After the transaction a parameter of one's own reads as {@code ''}, not as unset: write
     * policies so that an empty value matches no row.
     *
     * @throws IllegalArgumentException when the name is blank
     */
    public WriteOptions with(String name, String value) {
        return new WriteOptions(TransactionParameters.plus(parameters, name, value), retries, isolation, deadline);
    }

    /**
     * Runs the closure again, from its start and in a new transaction, when the one before was provably not executed: its
     * connection was lost before COMMIT was sent, it met a server that is not writable any more (25006), or it was rolled back as a
     * serialization failure or deadlock (40001, 40P01). Never once COMMIT was sent and not answered (08007), and never when the
     * closure has committed by itself or has taken the driver's connection. No run begins later than {@code pool.timeout}
     * after the first failure. The closure must have no effect outside of the database that matters twice.
     *
     * @throws IllegalArgumentException when {@code most} is not between 0 and 100
     */
    public WriteOptions retries(int most) {
        return new WriteOptions(parameters, most, isolation, deadline);
    }

    /** The level of the transaction. One that fails to serialize (40001) runs again only with {@link #retries}. */
    public WriteOptions isolation(Isolation level) {
        return new WriteOptions(parameters, retries, Optional.of(level), deadline);
    }

    /**
     * How long the call may take in all: waiting for a connection, every statement, and running again. What is under way then is
     * cancelled at the server, and the call fails with a {@link java.sql.SQLTimeoutException} (57014): nothing was
     * committed. When COMMIT itself is cut off by it, that is 08007, as ever.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public WriteOptions deadline(Duration most) {
        return new WriteOptions(parameters, retries, isolation, Optional.of(most));
    }

    /** Names only: a value may be anybody's. */
    @Override
    public String toString() {
        return "WriteOptions[parameters=" + parameters.keySet() + ", retries=" + retries + ", isolation=" + isolation
                + ", deadline=" + deadline + "]";
    }
}
