package dev.penstock.cli.plan;

import dev.penstock.sizing.WhatIf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words behind {@code --what-if}: {@code lost-replicas=1,more-instances=2,slower-queries=2}. */
public final class Changes {
    private static final Pattern CHANGE = Pattern.compile(
            "(lost-replicas|more-instances)=([0-9]{1,4})|(slower-queries)=([0-9]{1,4}(?:\\.[0-9]{1,4})?)");

    private Changes() {}

    /** Empty when one of the words is unknown or its number makes no sense. */
    public static Optional<WhatIf> parse(String text) {
        WhatIf change = WhatIf.NOTHING;
        for (String word : text.split(",", -1)) {
            Matcher matcher = CHANGE.matcher(word.strip());
            if (!matcher.matches()) {
                return Optional.empty();
            }
            if (matcher.group(3) != null) {
                double times = Double.parseDouble(matcher.group(4));
                if (times == 0) {
                    return Optional.empty();
                }
                change = change.withSlowerQueries(times);
            } else {
                int number = Integer.parseInt(matcher.group(2));
                change = matcher.group(1).equals("lost-replicas")
                        ? change.withReplicasLost(number)
                        : change.withMoreInstances(number);
            }
        }
        return Optional.of(change);
    }

    /** {@code 1 replica lost, 2 more instances, queries 2 times as slow}. */
    public static String describe(WhatIf change) {
        List<String> words = new ArrayList<>();
        if (change.replicasLost() > 0) {
            words.add(change.replicasLost() + (change.replicasLost() == 1 ? " replica lost" : " replicas lost"));
        }
        if (change.moreInstances() > 0) {
            words.add(change.moreInstances() + " more " + (change.moreInstances() == 1 ? "instance" : "instances"));
        }
        if (change.slowerQueries() != 1) {
            words.add("queries " + String.valueOf(change.slowerQueries()).replaceFirst("\\.0$", "") + " times as slow");
        }
        return words.isEmpty() ? "nothing changes" : String.join(", ", words);
    }
}
