package dev.penstock.sizing;

/**
 * One reason for a number of connections. Immutable.
 *
 * @param kind which reason
 * @param connections the number it gives, for one instance and one server
 * @param inputs what it was computed from, for people
 * @param binding whether this is the one that decides
 */
public record Bound(Kind kind, int connections, String inputs, boolean binding) {
    /** What a bound says about the number. */
    public enum Sense {
        AT_LEAST,
        AT_MOST,
        /** A place to start from; never decides. */
        ADVICE
    }

    /** The reasons there are, in the order of the plan. */
    public enum Kind {
        REQUEST_FORMULA("request formula", Sense.AT_LEAST),
        WAIT_TARGET("wait target", Sense.AT_LEAST),
        DEADLOCK_FLOOR("deadlock floor", Sense.AT_LEAST),
        SERVER_BUDGET("server budget", Sense.AT_MOST),
        ROLE_LIMIT("role limit", Sense.AT_MOST),
        DATABASE_LIMIT("database limit", Sense.AT_MOST),
        SERVER_CORES("server cores", Sense.AT_MOST),
        PRESET("preset", Sense.ADVICE),
        /** What a pool has where neither its size nor its work was declared. */
        DEFAULT("default", Sense.ADVICE),
        /** A size that somebody wrote. */
        BY_HAND("configuration", Sense.ADVICE);

        private final String label;
        private final Sense sense;

        Kind(String label, Sense sense) {
            this.label = label;
            this.sense = sense;
        }

        /** The name for people. */
        public String label() {
            return label;
        }

        public Sense sense() {
            return sense;
        }
    }

    Bound(Kind kind, int connections, String inputs) {
        this(kind, connections, inputs, false);
    }

    Bound asBinding() {
        return new Bound(kind, connections, inputs, true);
    }
}
