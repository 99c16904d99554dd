package dev.penstock.config;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What each of our constraints means. */
final class ConstraintRules {
    private ConstraintRules() {}

    /**
     * A name or an address. What ends in a number is an address, as in the URL standard (WHATWG, "ends in a number"), and one of four
     * decimal numbers: {@code 134744072}, {@code 0x08080808} and {@code 010.0.0.5} are addresses to one resolver and names, or other
     * addresses, to the next.
     */
    static boolean isHost(String text) {
        if (!HostGrammar.HOST.matcher(text).matches()) {
            return false;
        }
        boolean isAddress = text.indexOf(':') >= 0
                || HostGrammar.NUMBER_AT_END.matcher(text).find();
        return !isAddress || HostKind.literal(text) != null;
    }

    /** {@link Within} on a number. */
    static final class NumberWithin implements ConstraintValidator<Within, Number> {
        private double min;
        private double max;

        @Override
        public void initialize(Within bounds) {
            min = bounds.min();
            max = bounds.max();
        }

        @Override
        public boolean isValid(@Nullable Number value, ConstraintValidatorContext context) {
            return value == null || (value.doubleValue() >= min && value.doubleValue() <= max);
        }
    }

    /** {@link Within} on a duration. */
    static final class DurationWithin implements ConstraintValidator<Within, Duration> {
        private Duration min = Duration.ZERO;
        private Duration max = Duration.ZERO;

        @Override
        public void initialize(Within bounds) {
            min = Duration.ofSeconds(bounds.min());
            max = Duration.ofSeconds(bounds.max());
        }

        @Override
        public boolean isValid(@Nullable Duration value, ConstraintValidatorContext context) {
            return value == null || (value.compareTo(min) >= 0 && value.compareTo(max) <= 0);
        }
    }

    /** {@link HostName}. */
    static final class HostGrammar implements ConstraintValidator<HostName, String> {
        /** Underscores are common in Compose; a zone may follow an IPv6 address. */
        private static final Pattern HOST =
                Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9._-]{1,32})?");

        private static final Pattern NUMBER_AT_END = Pattern.compile("(?:^|\\.)(?:[0-9]+|0[xX][0-9A-Fa-f]*)\\.?$");

        @Override
        public boolean isValid(String host, ConstraintValidatorContext context) {
            return isHost(host);
        }
    }

    static boolean isPrintable(String text) {
        return text.chars().noneMatch(Character::isISOControl);
    }

    /** {@link Printable}. */
    static final class NoControlCharacter implements ConstraintValidator<Printable, String> {
        @Override
        public boolean isValid(String text, ConstraintValidatorContext context) {
            return isPrintable(text);
        }
    }

    /** {@link Filled}. */
    static final class NotBlank implements ConstraintValidator<Filled, String> {
        @Override
        public boolean isValid(String text, ConstraintValidatorContext context) {
            return !text.isBlank();
        }
    }
}
