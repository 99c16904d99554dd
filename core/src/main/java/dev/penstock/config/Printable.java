package dev.penstock.config;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A text without control characters. What goes into a startup packet ends at a NUL there, and the server reads what follows as the next
 * parameter; a tab or a line break ends a word of its options. On the field alone, as {@link Within}.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = ConstraintRules.NoControlCharacter.class)
@interface Printable {
    String CODE = "CONTROL_CHARACTER";

    String MESSAGE = "must not hold control characters";

    String message() default MESSAGE;

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}
