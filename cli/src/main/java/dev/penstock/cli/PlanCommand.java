package dev.penstock.cli;

import dev.penstock.cli.plan.Changes;
import dev.penstock.cli.plan.DatabasePlan;
import dev.penstock.cli.plan.PlanJson;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.EnvFile;
import dev.penstock.sizing.WhatIf;
import dev.penstock.violation.InvalidConfigException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code penstock plan}: how many connections and why, compared with what the servers admit when they can be asked. */
final class PlanCommand implements Command {
    private static final String CONFIG = "--config";
    private static final String URL = "--url";
    private static final String ENV_FILE = "--env-file";
    private static final String WHAT_IF = "--what-if";
    private static final String OFFLINE = "--offline";
    private static final String JSON = "--json";
    private static final int REFUSED = 1;
    private static final int INVALID = 2;

    @Override
    public String name() {
        return "plan";
    }

    @Override
    public String summary() {
        return "how many connections and why, and whether all instances fit into the servers";
    }

    @Override
    public String help() {
        return """
            Usage: penstock plan [--config FILE | --url URI] [--env-file FILE] [--offline] [--json] [--what-if CHANGES]

            Prints the sizing plan of every database of a configuration: each bound with its inputs, the binding one
            marked with *, the predicted utilisation and waits, what one connection more or fewer changes, and what does
            not fit. Servers are asked what they admit; one that cannot be asked is named and the rest is planned.
            Without --config and --url the variables of the environment are read (DATABASE_URL, DATABASE_INSTANCES, ...).

              --config FILE      a YAML file with a 'database:' or 'databases:' section
              --url URI          a connection string as libpq reads it
              --env-file FILE    a .env file; the real environment wins
              --offline          ask no server
              --json             one JSON object on standard output, nothing else; docs/sizing.md describes it
              --what-if CHANGES  the plan after changes, separated by commas: lost-replicas=N, more-instances=N,
                                 slower-queries=K

            Exit status: 0 when everything fits or only warnings are left, 1 when Database.open would refuse, 2 when the
            configuration has mistakes or the options are wrong.
            """;
    }

    @Override
    public int run(List<String> arguments, Terminal terminal) throws UsageException, SQLException {
        Options options = Options.parse(arguments, Set.of(CONFIG, URL, ENV_FILE, WHAT_IF), Set.of(JSON, OFFLINE));
        if (options.has(CONFIG) && options.has(URL)) {
            throw new UsageException("--config and --url exclude each other");
        }
        WhatIf change = change(options);
        boolean json = options.has(JSON);
        Map<String, DatabaseConfig> configs;
        try {
            configs = read(options);
        } catch (InvalidConfigException e) {
            if (json) {
                terminal.out().println(PlanJson.of(e));
            } else {
                terminal.err().println(e.getMessage());
            }
            return INVALID;
        }
        List<DatabasePlan> plans = plans(configs, options.has(OFFLINE), change);
        terminal.out().println(json ? PlanJson.of(plans, change) : text(plans, change));
        return plans.stream().anyMatch(DatabasePlan::refuses) ? REFUSED : 0;
    }

    private static WhatIf change(Options options) throws UsageException {
        if (!options.has(WHAT_IF)) {
            return WhatIf.NOTHING;
        }
        String text = options.text(WHAT_IF);
        return Changes.parse(text)
                .orElseThrow(() -> new UsageException("--what-if takes lost-replicas=N, more-instances=N and"
                        + " slower-queries=K, separated by commas, was '" + text + "'"));
    }

    private static Map<String, DatabaseConfig> read(Options options) {
        Map<String, String> environment =
                options.has(ENV_FILE) ? EnvFile.read(Path.of(options.text(ENV_FILE))) : System.getenv();
        if (options.has(CONFIG)) {
            return DatabaseConfig.loadAll(Path.of(options.text(CONFIG)), environment);
        }
        return Map.of(
                "database",
                options.has(URL)
                        ? DatabaseConfig.fromUri(options.text(URL), environment)
                        : DatabaseConfig.fromEnvironment(environment));
    }

    private static List<DatabasePlan> plans(Map<String, DatabaseConfig> configs, boolean offline, WhatIf change)
            throws SQLException {
        List<DatabasePlan> plans = new ArrayList<>();
        for (Map.Entry<String, DatabaseConfig> config : configs.entrySet()) {
            DatabasePlan plan = offline
                    ? DatabasePlan.offline(config.getKey(), config.getValue(), "--offline")
                    : DatabasePlan.asking(config.getKey(), config.getValue());
            plans.add(plan.whatIf(change));
        }
        return plans;
    }

    private static String text(List<DatabasePlan> plans, WhatIf change) {
        StringBuilder text = new StringBuilder();
        if (!change.equals(WhatIf.NOTHING)) {
            text.append("What if: ").append(Changes.describe(change)).append("\n\n");
        }
        for (DatabasePlan plan : plans) {
            if (plans.size() > 1) {
                text.append("== ").append(plan.name()).append('\n');
            }
            plan.notAsked()
                    .ifPresent(why -> text.append("The servers were not asked: ")
                            .append(why)
                            .append('\n'));
            text.append(plan.plan()).append("\n\n");
        }
        return text.toString().stripTrailing();
    }
}
