package dev.penstock.cli.resolve;

import dev.penstock.config.DatabaseConfig;
import java.util.Map;

/** For people: what it comes to, then where each value was written. */
public final class TextReport {
    private final StringBuilder text = new StringBuilder();

    private TextReport() {}

    public static String of(Resolved resolved) {
        TextReport report = new TextReport();
        report.servers(resolved.config());
        report.section("pool", resolved.pool());
        report.section("tls", resolved.tls());
        report.section("driver", resolved.driver().parameters());
        report.line("jdbcUrl", resolved.driver().jdbcUrl());
        report.section("origins", resolved.config().origins());
        resolved.warnings().forEach(warning -> report.text.append("\nwarning: ").append(warning));
        return report.text.toString();
    }

    private void servers(DatabaseConfig config) {
        line("primary", config.primary());
        config.replicas().forEach(replica -> line("replica", replica));
        line("database", config.database());
        line("user", config.user());
        line("password", "from " + config.password().describe());
        line("environment", config.environmentMode());
    }

    private void section(String title, Map<String, ?> values) {
        text.append(title).append('\n');
        values.forEach((name, value) -> line("  " + name, value));
    }

    private void line(String name, Object value) {
        text.append(String.format("%-34s %s%n", name, value));
    }
}
