package dev.penstock.observe;

import java.time.Instant;

/**
 * How the passwords for one purpose stand; holds no secret and no role. Immutable.
 *
 * @param purpose {@code write}, {@code read} or {@code migration}
 * @param since how long the value has been this one: the time of the secret's file, else when this process first read it; of
 *     several roles the oldest
 * @param changes how often the source gave another value than before
 * @param failures how often the source gave none, and the value before stayed in use
 */
public record CredentialStatus(String purpose, Instant since, long changes, long failures) {}
