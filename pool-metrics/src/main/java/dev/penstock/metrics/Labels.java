package dev.penstock.metrics;

import io.micrometer.core.instrument.Tags;
import java.util.Locale;

/** How the closed enums are written in tags. */
final class Labels {
    private Labels() {}

    /** {@code ROLE_CHANGE} is {@code role_change}. */
    static Tags of(String key, Enum<?> value) {
        return Tags.of(key, value.name().toLowerCase(Locale.ROOT));
    }
}
