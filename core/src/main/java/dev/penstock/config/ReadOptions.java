package dev.penstock.config;

import java.util.Map;

/**
 * How one read is to run. Immutable.
 *
 * @param parameters server parameters for exactly this transaction, by name
 */
public record ReadOptions(Map<String, String> parameters) {
    private static final ReadOptions DEFAULTS = new ReadOptions(Map.of());

    /** @throws IllegalArgumentException when a name is blank */
    public ReadOptions {
        parameters = TransactionParameters.copy(parameters);
    }

    /** Nothing out of the ordinary. */
    public static ReadOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Sets a server parameter for exactly one READ ONLY transaction, in which the read then runs, such as {@code app.user_id} that row-level
     * policies ask for. The value travels as a bind parameter, together with the {@code BEGIN}: one round trip for any
     * number of parameters. After the transaction a parameter of one's own reads as {@code ''}, not as unset: write
     * policies so that an empty value matches no row.
     *
     * @throws IllegalArgumentException when the name is blank
     */
    public ReadOptions with(String name, String value) {
        return new ReadOptions(TransactionParameters.plus(parameters, name, value));
    }

    /** Names only: a value may be anybody's. */
    @Override
    public String toString() {
        return "ReadOptions[parameters=" + parameters.keySet() + "]";
    }
}
