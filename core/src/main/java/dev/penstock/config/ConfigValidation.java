package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorFactory;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
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
        static final Validator VALIDATOR = withoutGreeting(() -> Validation.byProvider(HibernateValidator.class)
                .configure()
                .messageInterpolator(new ParameterMessageInterpolator())
                .ignoreXmlConfiguration()
                .constraintValidatorFactory(new OwnRules())
                .buildValidatorFactory()
                .getValidator());

        /**
         * Hibernate Validator tells its version when it is loaded (HV000001). Where nobody has configured that logger of {@code java.util.logging},
         * which prints to standard error then, it is quiet for as long as that takes.
         */
        private static Validator withoutGreeting(Supplier<Validator> loading) {
            Logger greeting = Logger.getLogger("org.hibernate.validator.internal.util.Version");
            if (greeting.getLevel() != null) {
                return loading.get();
            }
            greeting.setLevel(Level.WARNING);
            try {
                return loading.get();
            } finally {
                greeting.setLevel(null);
            }
        }
    }

    /** Makes the rules of this package, which are nobody else's to see. */
    private static final class OwnRules implements ConstraintValidatorFactory {
        @Override
        public <T extends ConstraintValidator<?, ?>> T getInstance(Class<T> rule) {
            try {
                return rule.getDeclaredConstructor().newInstance();
            } catch (ReflectiveOperationException impossible) {
                throw new IllegalStateException(rule.getName() + " has no plain constructor", impossible);
            }
        }

        @Override
        public void releaseInstance(ConstraintValidator<?, ?> rule) {
            // Nothing is held.
        }
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
        List<Violation> violations = new ArrayList<>();
        for (ConstraintViolation<T> broken : Holder.VALIDATOR.validate(config)) {
            violations.add(translate(broken));
        }
        return violations;
    }

    private static Violation translate(ConstraintViolation<?> broken) {
        String message = broken.getMessage();
        return new Violation(
                broken.getPropertyPath().toString(),
                code(broken.getConstraintDescriptor().getAnnotation()),
                shown(broken.getInvalidValue()),
                message,
                Violation.IN_CODE,
                "Set a value that "
                        + message.replace("must not be", "is not")
                                .replace("must be", "is")
                                .replace("must not hold", "holds no")
                        + ".");
    }

    /** The codes that a file's values get for the same mistakes. */
    private static String code(Annotation rule) {
        if (rule instanceof Within) {
            return "OUT_OF_RANGE";
        }
        if (rule instanceof Printable) {
            return Printable.CODE;
        }
        return rule instanceof Filled ? "BLANK" : "URL_HOST";
    }

    /** Numbers, durations and short words only: anything else may hold a secret. */
    private static String shown(@Nullable Object value) {
        if (value instanceof Duration duration && duration.getNano() == 0) {
            return duration.getSeconds() + " s";
        }
        if (value instanceof Number || value instanceof Duration) {
            return value.toString();
        }
        // A connection string in the place of a host would show its password.
        return value instanceof String text && text.matches("[A-Za-z0-9_.-]{0,64}") ? text : "";
    }
}
