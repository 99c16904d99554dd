/** What {@code penstock resolve} prints: a configuration with the origin of each value, as text or as JSON. */
@NullMarked
package dev.penstock.cli.resolve;

import org.jspecify.annotations.NullMarked;
