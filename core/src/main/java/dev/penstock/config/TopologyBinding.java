package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/** From keys to a {@link TopologyConfig}. */
final class TopologyBinding {
    private final Values values;
    private final Mistakes mistakes;

    TopologyBinding(Values values, Mistakes mistakes) {
        this.values = values;
        this.mistakes = mistakes;
    }

    TopologyConfig bind() {
        List<URI> patroniUrls = patroniUrls();
        try {
            return new TopologyConfig(
                    values.duration(Key.MAX_LAG),
                    values.optionalInteger(Key.MAX_LAG_MB),
                    values.word(Key.DISCOVERY, DiscoveryMethod.class),
                    patroniUrls,
                    values.text(Key.SYSTEM_IDENTIFIER));
        } catch (InvalidConfigException e) {
            for (Violation violation : e.violations()) {
                mistakes.add(located("topology." + violation.path(), violation));
            }
            // Stands in for what is already known to be wrong, so that the rest is still checked.
            return TopologyConfig.defaults();
        }
    }

    private List<URI> patroniUrls() {
        String text = values.text(Key.PATRONI_URLS);
        List<URI> urls = new ArrayList<>();
        if (text == null) {
            return urls;
        }
        for (String one : text.split(",", -1)) {
            try {
                urls.add(new URI(one.strip()));
            } catch (URISyntaxException e) {
                mistakes.add(located(Key.PATRONI_URLS.spec().component(), TopologyConfig.notAnApi("***")));
            }
        }
        return urls;
    }

    private Violation located(String component, Violation violation) {
        Key key = Key.ofComponent(component).orElseThrow();
        Settings settings = values.settings();
        // What nobody wrote is asked for by the way in which the servers are found.
        String origin = settings.origin(settings.get(key) == null ? Key.DISCOVERY : key);
        return new Violation(
                settings.path(key),
                violation.code(),
                violation.value(),
                violation.message(),
                origin,
                violation.remedy());
    }
}
