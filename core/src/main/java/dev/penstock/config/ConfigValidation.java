package dev.penstock.config;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
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
        Set<ConstraintViolation<T>> broken = Holder.VALIDATOR.validate(config);
        if (!broken.isEmpty()) {
            throw new InvalidConfigException(
                    broken.stream().map(ConfigValidation::translate).toList());
        }
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
                "Set a value that " + message + ".");
    }

    /** Numbers, durations and short words only: anything else may hold a secret. */
    private static String shown(@Nullable Object value) {
        if (value instanceof Number || value instanceof Duration || value instanceof String) {
            return value.toString();
        }
        return "";
    }
}
