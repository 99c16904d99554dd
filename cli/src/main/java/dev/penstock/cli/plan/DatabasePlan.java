package dev.penstock.cli.plan;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.sizing.SizingPlan;
import dev.penstock.sizing.WhatIf;
import dev.penstock.violation.InvalidConfigException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The plan of one database of a file. Immutable.
 *
 * @param name as the file calls it; {@code database} for the unnamed one
 * @param notAsked why no server was asked; empty when each was, whether it answered or not
 */
public record DatabasePlan(String name, SizingPlan plan, Optional<String> notAsked) {
    /** From the configuration alone. */
    public static DatabasePlan offline(String name, DatabaseConfig config, String why) {
        return new DatabasePlan(name, Database.plan(config), Optional.of(why));
    }

    /**
     * With what the servers admit; from the configuration alone when a secret or certificate that they ask for is missing.
     *
     * @throws SQLException when interrupted
     */
    public static DatabasePlan asking(String name, DatabaseConfig config) throws SQLException {
        try {
            return new DatabasePlan(name, Database.planWithServers(config), Optional.empty());
        } catch (InvalidConfigException e) {
            return offline(name, config, e.violations().get(0).toString());
        }
    }

    public DatabasePlan whatIf(WhatIf change) {
        return new DatabasePlan(name, plan.whatIf(change), notAsked);
    }

    /** Whether a program with this configuration would refuse to start. */
    public boolean refuses() {
        return !plan.refusals().isEmpty();
    }
}
