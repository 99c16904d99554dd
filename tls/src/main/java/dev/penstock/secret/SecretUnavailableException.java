package dev.penstock.secret;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * No place of a {@link PasswordSource} had a usable password. The message names every place that was looked at and why
 * it did not serve, then the remedy; it never holds content of a file or variable. When a provider failed, the cause has the types and stack
 * traces of what it threw, and no text of it.
 */
public final class SecretUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Place> places;
    private final String remedy;

    /** @param cause what a provider threw, without its texts */
    SecretUnavailableException(List<Place> places, String remedy, @Nullable Throwable cause) {
        super(message(places, remedy), cause);
        this.places = List.copyOf(places);
        this.remedy = remedy;
    }

    /** Every place looked at, in order. Empty after serialization. */
    public List<Place> places() {
        return places == null ? List.of() : places;
    }

    /** What to do about it, one sentence. */
    public String remedy() {
        return remedy;
    }

    private static String message(List<Place> places, String remedy) {
        String looked = places.stream().map(Place::toString).collect(Collectors.joining("; "));
        return "no password: " + looked + ". " + remedy;
    }

    /**
     * One place and why it did not serve.
     *
     * @param name such as {@code variable SHOP_DB_PASSWORD}
     * @param reason such as {@code is not set}
     */
    public record Place(String name, String reason) {
        @Override
        public String toString() {
            return name + " " + reason;
        }
    }
}
