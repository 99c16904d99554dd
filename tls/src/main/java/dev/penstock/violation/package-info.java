/**
 * A mistake in a configuration, and the one report of all of them. In: what a builder or a file says that is wrong. Out: an
 * {@link dev.penstock.violation.InvalidConfigException} that names every mistake with its place and its remedy. TLS and the
 * configuration of a database report alike, so that one exception can carry the mistakes of both.
 */
@NullMarked
package dev.penstock.violation;

import org.jspecify.annotations.NullMarked;
