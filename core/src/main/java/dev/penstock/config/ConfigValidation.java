package dev.penstock.config;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.ConstraintValidatorFactory;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Payload;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.hibernate.validator.HibernateValidator;
import org.hibernate.validator.constraintvalidation.HibernateConstraintValidatorContext;
import org.hibernate.validator.engine.HibernateConstraintViolation;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;

/**
 * The only class that knows the validation provider, which is asked once for each configuration. It has one constraint, on the draft as a whole, and that
 * one asks the rows of {@link Key}: a bound stands there alone. The provider's own violations never leave this class: they carry the draft, whose
 * values may be secrets; what a message shows comes from the row.
 */
final class ConfigValidation {
    private ConfigValidation() {}

    /** Every value holds by its row, and all of them go together. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @Constraint(validatedBy = ByRows.class)
    @interface Sound {
        String message() default "must hold by the table of keys";

        Class<?>[] groups() default {};

        Class<? extends Payload>[] payload() default {};
    }

    /** A configuration that may be wrong. In a record of its own, because the validator reads every member of what it is given. */
    @Sound
    record Draft(DatabaseConfig.Builder builder, DatabaseConfig config, Mistakes known) {}

    /** Judges a draft, and hands what it finds over as the payload of one violation. */
    static final class ByRows implements ConstraintValidator<Sound, Draft> {
        @Override
        public boolean isValid(Draft draft, ConstraintValidatorContext context) {
            Mistakes mistakes = draft.known.copy();
            draft.builder.judgeAll(draft.config, mistakes);
            context.unwrap(HibernateConstraintValidatorContext.class).withDynamicPayload(mistakes);
            return mistakes.isEmpty();
        }
    }

    /** Adds everything that is wrong with the draft to what is known to be. */
    static Mistakes judged(Draft draft) {
        for (ConstraintViolation<Draft> broken : Holder.VALIDATOR.validate(draft)) {
            HibernateConstraintViolation<?> whole = broken.unwrap(HibernateConstraintViolation.class);
            return whole.getDynamicPayload(Mistakes.class);
        }
        return draft.known;
    }

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

    /** Makes the rule of this package, which is nobody else's to see. */
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
}
