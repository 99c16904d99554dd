package dev.penstock.config;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.hibernate.validator.HibernateValidator;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;
import org.jspecify.annotations.Nullable;

/**
 * The only class that knows the validation provider. Its own violations never leave this class: they carry the root
 * bean, whose {@code toString} would print secrets.
 */
final class ConfigValidation {
    private ConfigValidation() {}

    /** Built once and on first use: it costs some hundred milliseconds, most of them class loading. */
    private static final class Holder {
        static final Validator VALIDATOR = Validation.byProvider(HibernateValidator.class)
                .configure()
                .messageInterpolator(new ParameterMessageInterpolator())
                .ignoreXmlConfiguration()
                .buildValidatorFactory()
                .getValidator();
    }

    /**
     * The last statement of a configuration record's canonical constructor.
     *
     * @throws InvalidConfigException with every broken constraint of {@code config}
     */
    static <T extends Record> void check(T config) {
        List<Violation> broken = violations(config);
        if (!broken.isEmpty()) {
            throw new InvalidConfigException(broken);
        }
    }

    /** Every broken constraint of {@code config}, in our own words. */
    static <T extends Record> List<Violation> violations(T config) {
        return Holder.VALIDATOR.validate(config).stream()
                .map(ConfigValidation::translate)
                .toList();
    }

    private static Violation translate(ConstraintViolation<?> broken) {
        String rule = broken.getConstraintDescriptor()
                .getAnnotation()
                .annotationType()
                .getSimpleName();
        String message = broken.getMessage();
        return new Violation(
                broken.getPropertyPath().toString(),
                rule.toUpperCase(Locale.ROOT),
                shown(broken.getInvalidValue()),
                message,
                Violation.IN_CODE,
                "Set a value that " + message.replace("must not be", "is not").replace("must be", "is") + ".");
    }

    /** Numbers, durations and short words only: anything else may hold a secret. */
    private static String shown(@Nullable Object value) {
        if (value instanceof Number || value instanceof Duration) {
            return value.toString();
        }
        // A connection string in the place of a host would show its password.
        return value instanceof String text && text.matches("[A-Za-z0-9_.-]{0,64}") ? text : "";
    }
}
