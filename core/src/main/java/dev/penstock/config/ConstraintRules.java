package dev.penstock.config;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What each of our constraints means. */
final class ConstraintRules {
    private ConstraintRules() {}

    static boolean isHost(String text) {
        return HostGrammar.HOST.matcher(text).matches();
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

        @Override
        public boolean isValid(String host, ConstraintValidatorContext context) {
            return isHost(host);
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
