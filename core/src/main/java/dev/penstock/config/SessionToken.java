package dev.penstock.config;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far the log of a cluster had been written when something was committed: whoever has replayed it that far has the
 * commit. Immutable. Travels as a short string in a cookie, a header or a message, so that the next request, or a job in another
 * process, reads what this one wrote.
 *
 * <p>It is no secret and proves nothing about its bearer. A forged one costs its reader some time: the read goes to the primary.
 *
 * @param systemIdentifier the cluster that it counts in, as {@code pg_control_system()} shows it
 * @param timeline the timeline that it counts on; positions on another one prove nothing
 * @param position the place in the log, in bytes
 */
public record SessionToken(String systemIdentifier, int timeline, long position) {
    private static final String VERSION = "1";
    private static final Pattern ENCODED =
            Pattern.compile(VERSION + "\\.([1-9][0-9]{0,19})\\.([0-9a-f]{1,8})\\.([0-9a-f]{1,16})");
    private static final int LONGEST_SYSTEM = 20;

    /** @throws IllegalArgumentException when a component could not be one of a cluster */
    public SessionToken {
        Objects.requireNonNull(systemIdentifier, "systemIdentifier");
        if (!isSystem(systemIdentifier) || timeline < 1 || position < 0) {
            throw new IllegalArgumentException("no cluster has " + systemIdentifier + ", timeline " + timeline
                    + ", position " + position + " in its log");
        }
    }

    /** Without a pattern: one is made for every answer of a server. */
    private static boolean isSystem(String text) {
        boolean number = !text.isEmpty() && text.length() <= LONGEST_SYSTEM && text.charAt(0) != '0';
        for (int i = 0; number && i < text.length(); i++) {
            number = text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        return number;
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException when it is anything else, also a later version's: treat it as absent when it came from outside
     */
    public static SessionToken parse(String encoded) {
        Matcher parts = ENCODED.matcher(encoded);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "not a session token of version " + VERSION + " (" + encoded.length() + " characters)");
        }
        try {
            return new SessionToken(
                    parts.group(1), Integer.parseInt(parts.group(2), 16), Long.parseUnsignedLong(parts.group(3), 16));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a session token: its timeline is out of range", e);
        }
    }

    /** At most 48 characters, all of which may stand in a cookie, a header and a URL: {@code 1.7412….3.1a2b3c4d}. */
    public String encode() {
        return VERSION + "." + systemIdentifier + "." + Integer.toHexString(timeline) + "."
                + Long.toHexString(position);
    }

    /** Whether positions of the two can be compared. */
    public boolean isOfSameHistory(SessionToken other) {
        return timeline == other.timeline && systemIdentifier.equals(other.systemIdentifier);
    }

    @Override
    public String toString() {
        return encode();
    }
}
