package dev.penstock.secret;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one place gave: found, absent (the next place is asked) or broken (something is there but cannot be used: the search
 * ends, because going on would hide the mistake).
 */
record Finding(
        Outcome outcome,
        @Nullable Credentials credentials,
        String reason,
        @Nullable Throwable cause,
        List<String> warnings) {
    enum Outcome {
        FOUND,
        ABSENT,
        BROKEN
    }

    static Finding found(Credentials credentials) {
        return new Finding(Outcome.FOUND, credentials, "", null, List.of());
    }

    static Finding absent(String reason) {
        return new Finding(Outcome.ABSENT, null, reason, null, List.of());
    }

    static Finding broken(String reason) {
        return new Finding(Outcome.BROKEN, null, reason, null, List.of());
    }

    /** As {@link #broken}, because of an exception that has lost its texts. */
    static Finding failed(String reason, Throwable cause) {
        return new Finding(Outcome.BROKEN, null, reason, cause, List.of());
    }

    /** The same finding with one more warning; none when the remark is empty or nothing was found. */
    Finding warn(String place, String remark) {
        if (remark.isEmpty() || outcome != Outcome.FOUND) {
            return this;
        }
        List<String> more = new ArrayList<>(warnings);
        more.add(place + " " + remark);
        return new Finding(outcome, credentials, reason, cause, more);
    }

    ResolvedPassword resolved(String place) {
        return new ResolvedPassword(Objects.requireNonNull(credentials), place, warnings);
    }
}
