/**
 * What {@code dev.penstock.observe} tells, as Micrometer meters. In: a {@link dev.penstock.Database}. Out: meters under
 * the prefix {@code penstock.}, tagged with logical names only.
 */
@NullMarked
package dev.penstock.metrics;

import org.jspecify.annotations.NullMarked;
