package dev.penstock.config;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A number between two bounds, or a duration between two counts of seconds, both included; null is valid. One constraint where the standard ones take
 * two, and on the field alone: those spread to accessor and constructor parameter, where nobody checks them and each
 * adds to a cold start.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = {ConstraintRules.NumberWithin.class, ConstraintRules.DurationWithin.class})
@interface Within {
    long min();

    long max();

    String message();

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}
