package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the driver's properties of one database: a parameter of the connection string wins over the file, and the file over the variable.
 * What {@link DriverProperty} does not let pass is told with its place.
 */
final class DriverBinding {
    private DriverBinding() {}

    /**
     * The values that count and are right, by name, each with its place.
     *
     * @param uri what the connection string says
     * @param warnings gets one for each value that lost to another one in the connection string
     */
    static Map<String, Setting> bind(
            Map<String, Setting> uri,
            Sources sources,
            Substitution substitution,
            Mistakes mistakes,
            List<ConfigWarning> warnings) {
        Map<String, Setting> bound = new TreeMap<>();
        sources.driver().forEach((name, setting) -> {
            try {
                String text = setting.expanded(substitution);
                // An expression that turned out empty leaves the property unset; an empty text that was written is a
                // mistake.
                if (!text.isEmpty() || setting.text().isEmpty()) {
                    bound.put(name, setting.with(text));
                }
            } catch (InvalidConfigException e) {
                mistakes.add(Key.DRIVER, e, setting.path(), setting.origin());
            }
        });
        uri.forEach((name, winner) -> {
            Setting loser = bound.put(name, winner);
            if (loser != null && !loser.text().equals(winner.text())) {
                warnings.add(loser.warning(
                        "OVERRIDDEN",
                        "is not used: the connection string (" + winner.origin() + ") says otherwise and wins",
                        "Keep one of them."));
            }
        });
        return bound;
    }

    /** Takes out what is wrong, which is told. */
    static Map<String, String> judged(Map<String, Setting> bound, Pooler pooler, Mistakes mistakes) {
        Map<String, String> right = new TreeMap<>();
        bound.forEach((name, setting) -> {
            Violation wrong = DriverProperty.judge(name, setting.text(), pooler).orElse(null);
            if (wrong == null) {
                right.put(name, setting.text());
            } else {
                mistakes.add(
                        Key.DRIVER,
                        new Violation(
                                setting.path(),
                                wrong.code(),
                                wrong.value(),
                                wrong.message(),
                                setting.origin(),
                                wrong.remedy()));
            }
        });
        return right;
    }
}
