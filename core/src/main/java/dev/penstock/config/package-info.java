/**
 * What the user asked for, validated. In: builder calls. Out: a {@link dev.penstock.config.DatabaseConfig} that is
 * right in every component, or one {@link dev.penstock.violation.InvalidConfigException} that names every mistake. Stands
 * on {@code secret}, {@code violation} and {@code tls}; everything that runs reads it.
 */
@NullMarked
package dev.penstock.config;

import org.jspecify.annotations.NullMarked;
