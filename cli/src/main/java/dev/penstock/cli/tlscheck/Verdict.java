package dev.penstock.cli.tlscheck;

/**
 * What a client does with a server, as far as TLS decides it.
 *
 * @param outcome a word that is a contract of the JSON output
 * @param why half a sentence, for people
 */
public record Verdict(Outcome outcome, String why) {
    /** How a connect ends. */
    public enum Outcome {
        /** Encrypted. */
        TLS,
        /** In clear text. */
        PLAIN,
        /** Not at all. */
        REFUSED
    }

    static Verdict tls(String why) {
        return new Verdict(Outcome.TLS, why);
    }

    static Verdict plain(String why) {
        return new Verdict(Outcome.PLAIN, why);
    }

    static Verdict refused(String why) {
        return new Verdict(Outcome.REFUSED, why);
    }
}
