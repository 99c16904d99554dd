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
 * @param origin tells timelines of the same number apart, which two servers begin when neither has followed the other: a number made of
 *     where in the log the timeline was begun and of when the server that began it was started; 0 when it is not known
 */
public record SessionToken(String systemIdentifier, int timeline, long position, long origin) {
    private static final Pattern ENCODED = Pattern.compile(
            "([12])\\.([1-9][0-9]{0,19})\\.([0-9a-f]{1,8})\\.([0-9a-f]{1,16})(?:\\.([1-9a-f][0-9a-f]{0,15}))?");

    private static final String WITHOUT_ORIGIN = "1";
    private static final String WITH_ORIGIN = "2";
    private static final int LONGEST_SYSTEM = 20;

    /** @throws IllegalArgumentException when a component could not be one of a cluster */
    public SessionToken {
        Objects.requireNonNull(systemIdentifier, "systemIdentifier");
        if (!isSystem(systemIdentifier) || timeline < 1 || position < 0 || origin < 0) {
            throw new IllegalArgumentException("no cluster has " + systemIdentifier + ", timeline " + timeline
                    + ", position " + position + ", origin " + origin + " in its log");
        }
    }

    /**
     * A token whose timeline is told apart from others by its number alone.
     *
     * @throws IllegalArgumentException when a component could not be one of a cluster
     */
    public SessionToken(String systemIdentifier, int timeline, long position) {
        this(systemIdentifier, timeline, position, 0);
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
        if (!parts.matches() || parts.group(1).equals(WITH_ORIGIN) == (parts.group(5) == null)) {
            throw new IllegalArgumentException(
                    "not a session token of version 1 or 2 (" + encoded.length() + " characters)");
        }
        try {
            return new SessionToken(
                    parts.group(2),
                    Integer.parseInt(parts.group(3), 16),
                    Long.parseUnsignedLong(parts.group(4), 16),
                    parts.group(5) == null ? 0 : Long.parseUnsignedLong(parts.group(5), 16));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a session token: its timeline is out of range", e);
        }
    }

    /**
     * The text form: at most 65 characters, all of which may stand in a cookie, a header and a URL. Without an origin it is version 1,
     * {@code 1.7412….3.1a2b3c4d}, and at most 48 characters long; with one it is version 2, {@code 2.7412….3.1a2b3c4d.6412ab34cd56e}, which a
     * Penstock that knows version 1 alone refuses.
     */
    public String encode() {
        String place = "." + systemIdentifier + "." + Integer.toHexString(timeline) + "." + Long.toHexString(position);
        return origin == 0 ? WITHOUT_ORIGIN + place : WITH_ORIGIN + place + "." + Long.toHexString(origin);
    }

    /** Whether positions of the two can be compared: the same cluster and timeline, and not two origins that are known and differ. */
    public boolean isOfSameHistory(SessionToken other) {
        return timeline == other.timeline
                && (origin == other.origin || origin == 0 || other.origin == 0)
                && systemIdentifier.equals(other.systemIdentifier);
    }

    @Override
    public String toString() {
        return encode();
    }
}
