package dev.penstock.config;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How one read is to run, and where. Immutable; each method gives a changed copy.
 *
 * @param parameters server parameters for exactly this transaction, by name
 * @param placement where it may go
 * @param isolation the level of its transaction; empty for autocommit, or the server's level when it needs a transaction
 * @param fetchSize rows that come at once; 0 for all of them
 * @param conduct how long it may take, and whether it may run again
 */
public record ReadOptions(
        Map<String, String> parameters,
        Placement placement,
        Optional<Isolation> isolation,
        int fetchSize,
        Conduct conduct) {
    private static final int STREAMED_ROWS = 1000;
    private static final Duration LEAST_STALENESS = Duration.ofSeconds(2);

    /**
     * Where a read may go.
     *
     * @param preference the kind of node
     * @param maxStaleness how old what a replica shows may be; empty for the configured {@code max_lag} alone
     * @param after what it must see; empty for anything
     * @param onUnsatisfied what to do when no replica is that fresh
     */
    public record Placement(
            ReadPreference preference,
            Optional<Duration> maxStaleness,
            Optional<SessionToken> after,
            OnUnsatisfied onUnsatisfied) {
        private static final Placement DEFAULT = new Placement(
                ReadPreference.REPLICA_PREFERRED, Optional.empty(), Optional.empty(), OnUnsatisfied.WAIT_THEN_PRIMARY);

        /** @throws IllegalArgumentException when {@code maxStaleness} is below 2 s */
        public Placement {
            Objects.requireNonNull(preference, "preference");
            Objects.requireNonNull(onUnsatisfied, "onUnsatisfied");
            if (maxStaleness.isPresent() && maxStaleness.get().compareTo(LEAST_STALENESS) < 0) {
                throw new IllegalArgumentException("maxStaleness must be at least 2 s, not "
                        + maxStaleness.get().toMillis() + " ms: lag is known within a probe interval, and less than"
                        + " two of them would send every read to the primary");
            }
        }
    }

    /**
     * How a read behaves.
     *
     * @param once whether it must not run again when its node is lost
     * @param deadline how long it may take in all; empty for {@code pool.timeout} to begin and the statement deadline for each
     *     statement
     */
    public record Conduct(boolean once, Optional<Duration> deadline) {
        private static final Conduct DEFAULT = new Conduct(false, Optional.empty());

        /** @throws IllegalArgumentException when the deadline is not positive */
        public Conduct {
            Deadlines.check(deadline);
        }
    }

    private static final ReadOptions DEFAULTS =
            new ReadOptions(Map.of(), Placement.DEFAULT, Optional.empty(), 0, Conduct.DEFAULT);

    /** @throws IllegalArgumentException when a name is blank, the fetch size negative, or no node could run it */
    public ReadOptions {
        parameters = TransactionParameters.copy(parameters);
        Objects.requireNonNull(placement, "placement");
        Objects.requireNonNull(isolation, "isolation");
        Objects.requireNonNull(conduct, "conduct");
        if (fetchSize < 0) {
            throw new IllegalArgumentException("a fetch size counts rows, so it cannot be " + fetchSize);
        }
        boolean serializable =
                isolation.filter(level -> level == Isolation.SERIALIZABLE).isPresent();
        if (serializable && placement.preference() == ReadPreference.REPLICA_ONLY) {
            throw new IllegalArgumentException(
                    "a replica cannot run a SERIALIZABLE transaction, so it cannot be asked of replicas alone");
        }
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
        return new ReadOptions(
                TransactionParameters.plus(parameters, name, value), placement, isolation, fetchSize, conduct);
    }

    /** Which kind of node is to serve it; {@link ReadPreference#REPLICA_PREFERRED} by default. */
    public ReadOptions prefer(ReadPreference kind) {
        return at(new Placement(kind, placement.maxStaleness(), placement.after(), placement.onUnsatisfied()));
    }

    /**
     * Avoids replicas whose lag, with the age of its measurement, is more than that; while there is no primary the lag is unknown,
     * which is more. Whatever is asked for here, {@code max_lag} of the configuration holds as well.
     *
     * @throws IllegalArgumentException below 2 s: lag is known within a probe interval
     */
    public ReadOptions maxStaleness(Duration most) {
        return at(
                new Placement(placement.preference(), Optional.of(most), placement.after(), placement.onUnsatisfied()));
    }

    /** Sees what had been committed when {@code token} was made, in this process or another. */
    public ReadOptions after(SessionToken token) {
        return at(new Placement(
                placement.preference(), placement.maxStaleness(), Optional.of(token), placement.onUnsatisfied()));
    }

    /** What to do when no replica is as fresh as asked for; {@link OnUnsatisfied#WAIT_THEN_PRIMARY} by default. */
    public ReadOptions onUnsatisfied(OnUnsatisfied then) {
        return at(new Placement(placement.preference(), placement.maxStaleness(), placement.after(), then));
    }

    private ReadOptions at(Placement place) {
        return new ReadOptions(parameters, place, isolation, fetchSize, conduct);
    }

    /** Runs the read in one READ ONLY transaction of that level. */
    public ReadOptions isolation(Isolation level) {
        return new ReadOptions(parameters, placement, Optional.of(level), fetchSize, conduct);
    }

    /**
     * For results larger than memory: rows come 1000 at a time, as the closure reads on. A fetch size works only in a transaction,
     * so the read runs in a READ ONLY one; statements may set another size.
     */
    public ReadOptions streaming() {
        return new ReadOptions(parameters, placement, isolation, STREAMED_ROWS, conduct);
    }

    /** Never runs the closure again, on whatever node: for one that has an effect outside. */
    public ReadOptions once() {
        return new ReadOptions(parameters, placement, isolation, fetchSize, new Conduct(true, conduct.deadline()));
    }

    /**
     * How long the call may take in all: waiting for a connection, every statement, and running again. What is under way then is
     * cancelled at the server, and the call fails with a {@link java.sql.SQLTimeoutException} (57014).
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public ReadOptions deadline(Duration most) {
        return new ReadOptions(
                parameters, placement, isolation, fetchSize, new Conduct(conduct.once(), Optional.of(most)));
    }

    /** Names only: a value may be anybody's. */
    @Override
    public String toString() {
        return "ReadOptions[parameters=" + parameters.keySet() + ", " + placement + ", isolation=" + isolation
                + ", fetchSize=" + fetchSize + ", " + conduct + "]";
    }
}
