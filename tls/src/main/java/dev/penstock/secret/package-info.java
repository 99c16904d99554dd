/**
 * Passwords: where they come from and how they stay fresh.
 *
 * <p>In goes a {@link dev.penstock.secret.PasswordSource}, an ordered list of places (a Docker secret, a file, a
 * variable, a provider). Out comes a {@link dev.penstock.secret.Secret}, which prints as {@code ***} everywhere.
 * {@link dev.penstock.secret.RotatingPassword} keeps one source fresh, {@link dev.penstock.secret.FileWatcher} is the one place in
 * Penstock that notices changed files. First stage of the flow; uses the JDK alone.
 */
@NullMarked
package dev.penstock.secret;

import org.jspecify.annotations.NullMarked;
