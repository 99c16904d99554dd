package dev.penstock.connect;

import org.jspecify.annotations.Nullable;

/**
 * A configured schema that a server passes over when it looks up a name. Immutable.
 *
 * @param name as configured
 * @param exists whether it is there, and the role may not use it
 * @param similar one that is there and differs in letter case alone; null when there is none
 */
public record UnusableSchema(
        String name, boolean exists, @Nullable String similar) {}
