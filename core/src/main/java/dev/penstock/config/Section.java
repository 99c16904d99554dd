package dev.penstock.config;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Values by their {@link Key}: the ones that were set, and the defaults of the others. Equality, text and copying are here, so that a key
 * costs its section one accessor and one setter; a test holds the type of each accessor to its row. Immutable. An accessor looks its
 * value up, so that what runs often reads it once, when it is made.
 */
abstract sealed class Section
        permits DatabaseConfig,
                PoolConfig,
                TimeoutConfig,
                TopologyConfig,
                RoutingConfig,
                RoleConfig,
                SessionConfig,
                WorkloadConfig {
    private final Map<Key, Object> values = new EnumMap<>(Key.class);

    Section(Builder<?> builder) {
        this(builder, Map.of());
    }

    /** @param filled values of keys that were not set by themselves */
    Section(Builder<?> builder, Map<Key, Object> filled) {
        for (Key key : builder.keys) {
            Object value = builder.values.get(key);
            value = value == null ? filled.get(key) : value;
            value = value == null ? key.fallback : value;
            if (value != null) {
                values.put(key, value);
            }
        }
    }

    /** The value of a key that always has one. */
    @SuppressWarnings("unchecked")
    final <T> T value(Key key) {
        return (T) Objects.requireNonNull(values.get(key));
    }

    /** The value of a key that may have none. */
    @SuppressWarnings("unchecked")
    final <T> @Nullable T optional(Key key) {
        return (T) values.get(key);
    }

    /** Adds what is wrong between the values; each by itself is right, unless the mistakes have its key already. */
    void rules(Mistakes mistakes) {}

    /** What a section holds besides its values, by name. */
    Map<String, Object> others() {
        return Map.of();
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof Section section
                && getClass() == section.getClass()
                && values.equals(section.values)
                && others().equals(section.others());
    }

    @Override
    public final int hashCode() {
        return 31 * values.hashCode() + others().hashCode();
    }

    /** Prints the values by the names of their accessors: a secret as {@code ***}, and of server settings the names alone. */
    @Override
    public final String toString() {
        Map<String, Object> printed = new LinkedHashMap<>();
        values.forEach((key, value) -> printed.put(key.accessor, printed(key, value)));
        printed.putAll(others());
        return printed.entrySet().stream()
                .map(part -> part.getKey() + "=" + part.getValue())
                .collect(Collectors.joining(", ", getClass().getSimpleName() + "[", "]"));
    }

    private static Object printed(Key key, Object value) {
        if (key.isSecret() && value instanceof CharSequence) {
            return "***";
        }
        // The values of settings may be anybody's.
        return value instanceof Map<?, ?> map ? map.keySet() : value;
    }

    /**
     * Collects the values of a section. No setter throws: what is wrong, a null included, is told by {@code build()}, everything at once. Not
     * thread-safe.
     */
    abstract static sealed class Builder<B extends Builder<B>>
            permits DatabaseConfig.Builder,
                    PoolConfig.Builder,
                    TimeoutConfig.Builder,
                    TopologyConfig.Builder,
                    RoutingConfig.Builder,
                    RoleConfig.Builder,
                    SessionConfig.Builder,
                    WorkloadConfig.Builder {
        static final String NOT_NULL = "Call it with a value, not null.";

        private final List<Key> keys;
        private final Map<Key, Object> values = new EnumMap<>(Key.class);
        private final Set<Key> nulls = EnumSet.noneOf(Key.class);

        Builder(String section) {
            keys = Key.allOfSection(section);
        }

        /** Starts from the values of a section. */
        final B from(Section section) {
            values.putAll(section.values);
            return self();
        }

        /** Sets a value that cannot be left out once the setter is called: null is a mistake. */
        final B set(Key key, @Nullable Object value) {
            if (value == null) {
                nulls.add(key);
            }
            return leave(key, value);
        }

        /** Sets a value that may be left out: null stands for none. */
        final B leave(Key key, @Nullable Object value) {
            if (value == null) {
                values.remove(key);
            } else {
                values.put(key, value);
                nulls.remove(key);
            }
            return self();
        }

        @SuppressWarnings("unchecked")
        private B self() {
            return (B) this;
        }

        /** The value that was set, or null. */
        final @Nullable Object given(Key key) {
            return values.get(key);
        }

        /** Tells whether it was called with null, which is told by {@link #judge}. */
        final boolean isNull(Key key) {
            return nulls.contains(key);
        }

        /** Judges every value by its row, then what they say together. */
        final void judge(Section made, Mistakes mistakes) {
            for (Key key : nulls) {
                mistakes.add(key, "REQUIRED", "", "must be set", NOT_NULL);
            }
            values.forEach((key, value) -> key.judge(value, mistakes));
            made.rules(mistakes);
        }

        /** Returns the section when it is right by itself. */
        final <S extends Section> S judged(S made) {
            Mistakes mistakes = new Mistakes();
            judge(made, mistakes);
            mistakes.throwIfAny();
            return made;
        }
    }
}
