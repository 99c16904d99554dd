package dev.penstock.config;

import java.util.Map;

/**
 * How one write is to run. Immutable.
 *
 * @param parameters server parameters for exactly this transaction, by name
 * @param retries how often a transaction that was provably not executed is run again from its start, 0 to 100; 0 by default, because a
 *     closure may have effects outside of the database
 */
public record WriteOptions(Map<String, String> parameters, int retries) {
    private static final int MOST_RETRIES = 100;
    private static final WriteOptions DEFAULTS = new WriteOptions(Map.of(), 0);

    /** @throws IllegalArgumentException when a name is blank, or the number of retries out of its bounds */
    public WriteOptions {
        parameters = TransactionParameters.copy(parameters);
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
        return new WriteOptions(TransactionParameters.plus(parameters, name, value), retries);
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
        return new WriteOptions(parameters, most);
    }

    /** Names only: a value may be anybody's. */
    @Override
    public String toString() {
        return "WriteOptions[parameters=" + parameters.keySet() + ", retries=" + retries + "]";
    }
}
