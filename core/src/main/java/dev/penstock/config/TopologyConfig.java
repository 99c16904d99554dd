package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which servers there are, and how far a replica may be behind. Immutable, equal by value. */
public final class TopologyConfig extends Section {
    TopologyConfig(Builder builder) {
        super(builder);
    }

    /** Returns the section with every value at its default: the configured servers, 10 s. */
    public static TopologyConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with every value at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts from these values. */
    public Builder toBuilder() {
        return new Builder().from(this);
    }

    /**
     * Returns how far a replica may be behind before reads avoid it, 2 s to 24 h; 10 s by default. The lower bound is two probe intervals: less would
     * send every read to the primary by accident.
     */
    public Duration maxLag() {
        return value(Key.MAX_LAG);
    }

    /**
     * Returns the same in MiB of WAL, 1 to 1048576; {@code null} for no such limit. A replica is left at the first limit that it passes.
     */
    public @Nullable Integer maxLagMegabytes() {
        return optional(Key.MAX_LAG_MB);
    }

    /** Returns how the servers are found; as configured by default. */
    public DiscoveryMethod discovery() {
        return value(Key.DISCOVERY);
    }

    /** Returns base URLs of Patroni's REST API, one for each member that may be asked; empty without Patroni. */
    public List<URI> patroniUrls() {
        return value(Key.PATRONI_URLS);
    }

    /**
     * Returns what every server must show ({@code select system_identifier from pg_control_system()}); {@code null} for that of the first one that
     * answers.
     */
    public @Nullable String systemIdentifier() {
        return optional(Key.SYSTEM_IDENTIFIER);
    }

    @Override
    void rules(Mistakes mistakes) {
        if (mistakes.has(Key.PATRONI_URLS) || mistakes.has(Key.DISCOVERY)) {
            return;
        }
        boolean asked = discovery() == DiscoveryMethod.PATRONI;
        if (asked && patroniUrls().isEmpty()) {
            mistakes.add(
                    Key.PATRONI_URLS,
                    Key.DISCOVERY,
                    Violation.of(
                            "REQUIRED",
                            "",
                            "must be set with discovery: patroni",
                            "Give the REST API of one member or more: http://pg-1:8008,http://pg-2:8008"));
        }
        if (!asked && !patroniUrls().isEmpty()) {
            mistakes.add(
                    Key.PATRONI_URLS,
                    "NOT_USED",
                    "",
                    "has no effect with discovery: " + Key.DISCOVERY.type.written(discovery()),
                    "Set discovery: patroni, or leave patroni_urls out.");
        }
    }

    /** Collects the values of a {@link TopologyConfig}, each documented there. No setter throws. Not thread-safe. */
    public static final class Builder extends Section.Builder<Builder> {
        private Builder() {
            super("topology");
        }

        /** Sets {@link TopologyConfig#maxLag()}. */
        public Builder maxLag(Duration limit) {
            return set(Key.MAX_LAG, limit);
        }

        /** Sets {@link TopologyConfig#maxLagMegabytes()}. */
        public Builder maxLagMegabytes(@Nullable Integer limit) {
            return leave(Key.MAX_LAG_MB, limit);
        }

        /** Sets {@link TopologyConfig#discovery()}. */
        public Builder discovery(DiscoveryMethod method) {
            return set(Key.DISCOVERY, method);
        }

        /** Sets {@link TopologyConfig#patroniUrls()}. */
        public Builder patroniUrls(List<URI> urls) {
            return set(Key.PATRONI_URLS, urls == null ? null : List.copyOf(urls));
        }

        /** Sets {@link TopologyConfig#systemIdentifier()}. */
        public Builder systemIdentifier(@Nullable String identifier) {
            return leave(Key.SYSTEM_IDENTIFIER, identifier);
        }

        /** @throws InvalidConfigException when a value is wrong, or does not go together with another */
        public TopologyConfig build() {
            return judged(new TopologyConfig(this));
        }
    }
}
