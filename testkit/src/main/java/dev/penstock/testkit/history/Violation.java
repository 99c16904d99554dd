package dev.penstock.testkit.history;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One rule that was broken. Immutable.
 *
 * @param sentence what happened, in one sentence
 * @param proof the calls that show it
 */
public record Violation(Rule rule, String sentence, List<Operation> proof) {
    public Violation {
        proof = List.copyOf(proof);
    }

    static Violation of(Rule rule, String sentence, Operation... proof) {
        return new Violation(rule, sentence, List.of(proof));
    }

    /** The sentence, and below it a line for each call. */
    @Override
    public String toString() {
        return rule + ": " + sentence
                + proof.stream().map(call -> "\n    " + call).collect(Collectors.joining());
    }
}
