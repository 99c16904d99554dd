/**
 * The facade. {@link dev.penstock.Database} is opened from a {@link dev.penstock.config.DatabaseConfig} and runs work on
 * the right node of a PostgreSQL cluster.
 */
@NullMarked
package dev.penstock;

import org.jspecify.annotations.NullMarked;
