package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which servers there are, and how far a replica may be behind. Immutable.
 *
 * @param maxLag how far a replica may be behind before reads avoid it, 2 s to 24 h; 10 s by default. The lower bound is two
 *     probe intervals: less would send every read to the primary by accident
 * @param maxLagMegabytes the same in MiB of WAL, 1 to 1048576; {@code null} for no such limit. A replica is left at the first
 *     limit that it passes
 * @param discovery how the servers are found; the configured ones by default
 * @param patroniUrls base URLs of Patroni's REST API, one for each member that may be asked; empty without Patroni
 * @param systemIdentifier what every server must show ({@code select system_identifier from pg_control_system()});
 *     {@code null} for that of the first one that answers
 */
public record TopologyConfig(
        Duration maxLag,
        @Nullable Integer maxLagMegabytes,
        DiscoveryMethod discovery,
        List<URI> patroniUrls,
        @Nullable String systemIdentifier) {
    private static final String SYSTEM_IDENTIFIER = "[1-9][0-9]{0,19}";

    /** The components that have a rule of their own, apart because the validator reads every member of what it is given. */
    private record Ruled(
            @Within(min = 2, max = 86_400, message = "must be 2 s to 86400 s")
            Duration maxLag,

            @Within(min = 1, max = 1_048_576, message = "must be 1 to 1048576") @Nullable
            Integer maxLagMegabytes) {}

    /** @throws InvalidConfigException when a component is wrong, or does not go together with another */
    public TopologyConfig(
            Duration maxLag,
            @Nullable Integer maxLagMegabytes,
            DiscoveryMethod discovery,
            List<URI> patroniUrls,
            @Nullable String systemIdentifier) {
        this.maxLag = Objects.requireNonNull(maxLag, "maxLag");
        this.maxLagMegabytes = maxLagMegabytes;
        this.discovery = Objects.requireNonNull(discovery, "discovery");
        this.patroniUrls = List.copyOf(patroniUrls);
        this.systemIdentifier = systemIdentifier;
        List<Violation> found = new ArrayList<>(ConfigValidation.violations(new Ruled(maxLag, maxLagMegabytes)));
        patroni(found);
        identifier(found);
        if (!found.isEmpty()) {
            throw new InvalidConfigException(found);
        }
    }

    /** The configured servers, 10 s. */
    public static TopologyConfig defaults() {
        return new TopologyConfig(Duration.ofSeconds(10), null, DiscoveryMethod.STATIC, List.of(), null);
    }

    /** The same with another limit in time. */
    public TopologyConfig withMaxLag(Duration limit) {
        return new TopologyConfig(limit, maxLagMegabytes, discovery, patroniUrls, systemIdentifier);
    }

    private void patroni(List<Violation> found) {
        boolean asked = discovery == DiscoveryMethod.PATRONI;
        if (asked && patroniUrls.isEmpty()) {
            found.add(violation(
                    "patroniUrls",
                    "REQUIRED",
                    "",
                    "must be set with discovery: patroni",
                    "Give the REST API of one member or more: http://pg-1:8008,http://pg-2:8008"));
        }
        if (!asked && !patroniUrls.isEmpty()) {
            found.add(violation(
                    "patroniUrls",
                    "NOT_USED",
                    "",
                    "has no effect with discovery: " + discovery.name().toLowerCase(Locale.ROOT),
                    "Set discovery: patroni, or leave patroni_urls out."));
        }
        for (URI url : patroniUrls) {
            if (!isApi(url)) {
                found.add(notAnApi("***"));
            }
        }
    }

    private static boolean isApi(URI url) {
        return ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                && url.getHost() != null
                && url.getUserInfo() == null
                && url.getQuery() == null
                && url.getFragment() == null;
    }

    static Violation notAnApi(String shown) {
        return violation(
                "patroniUrls",
                "PATRONI_URL",
                shown,
                "must be http://host:port or https://host:port, without a user",
                "Give what stands before /cluster, as in http://pg-1:8008; reading it needs no password in Patroni.");
    }

    private void identifier(List<Violation> found) {
        String given = systemIdentifier;
        if (given != null && !given.matches(SYSTEM_IDENTIFIER)) {
            found.add(violation(
                    "systemIdentifier",
                    "SYSTEM_IDENTIFIER",
                    given,
                    "must be the number that the servers show",
                    "Ask one: select system_identifier from pg_control_system()"));
        }
    }

    private static Violation violation(String path, String code, String shown, String message, String remedy) {
        return new Violation(path, code, shown, message, Violation.IN_CODE, remedy);
    }
}
