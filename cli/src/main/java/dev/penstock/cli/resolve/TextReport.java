package dev.penstock.cli.resolve;

import dev.penstock.config.ConfigValue;
import dev.penstock.config.DatabaseConfig;
import java.util.List;
import java.util.Map;

/** For people: each value with where it was written, then what the driver is told. */
public final class TextReport {
    private final StringBuilder text = new StringBuilder();
    private final DatabaseConfig config;

    private TextReport(DatabaseConfig config) {
        this.config = config;
    }

    public static String of(Resolved resolved) {
        TextReport report = new TextReport(resolved.config());
        report.servers();
        report.values(resolved.general(), "");
        resolved.sections().forEach((title, values) -> {
            report.text.append(title).append('\n');
            report.values(values, "  ");
        });
        report.text.append("driver\n");
        Map<String, String> origins = resolved.config().origins();
        resolved.driver()
                .parameters()
                .forEach((name, value) -> report.line("  " + name, value, origins.getOrDefault("driver." + name, "")));
        report.line("jdbcUrl", resolved.driver().jdbcUrl(), "");
        resolved.warnings().forEach(warning -> report.text.append("\nwarning: ").append(warning));
        return report.text.toString();
    }

    private void servers() {
        line("primary", config.primary(), config.provenance().originOf("primary"));
        config.replicas()
                .forEach(replica -> line("replica", replica, config.provenance().originOf("replicas")));
        line("database", config.database(), config.provenance().originOf("database"));
        line("user", config.user(), config.provenance().originOf("user"));
        line(
                "password",
                "from " + config.password().describe(),
                config.provenance().originOf("password"));
    }

    private void values(List<ConfigValue> values, String indent) {
        for (ConfigValue value : values) {
            line(indent + value.name(), value.value(), config.origins().getOrDefault(value.key(), "default"));
        }
    }

    private void line(String name, Object value, String origin) {
        text.append(String.format("%-28s %-24s %s", name, value, origin).stripTrailing())
                .append(System.lineSeparator());
    }
}
