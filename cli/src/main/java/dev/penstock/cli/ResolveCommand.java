package dev.penstock.cli;

import dev.penstock.cli.resolve.JsonReport;
import dev.penstock.cli.resolve.Resolved;
import dev.penstock.cli.resolve.TextReport;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.EnvFile;
import dev.penstock.violation.InvalidConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code penstock resolve}: what a configuration comes to, or what is wrong with it. Needs no server and no secret. */
final class ResolveCommand implements Command {
    private static final String CONFIG = "--config";
    private static final String URL = "--url";
    private static final String ENV_FILE = "--env-file";
    private static final String JSON = "--json";
    private static final int INVALID = 2;

    @Override
    public String name() {
        return "resolve";
    }

    @Override
    public String summary() {
        return "the effective configuration with the origin of each value, or its mistakes";
    }

    @Override
    public String help() {
        return """
            Usage: penstock resolve [--config FILE | --url URI] [--env-file FILE] [--json]

            Reads a configuration as a program would, and prints what it comes to: servers, roles, pool, TLS, the JDBC
            URL and the driver properties, each value with where it was written. Secrets are masked and need not be there.
            Without --config and --url the variables of the environment are read (DATABASE_URL, ...).

              --config FILE     a YAML file with a 'database:' section; variables fill in ${...}
              --url URI         a connection string as libpq reads it
              --env-file FILE   a .env file; the real environment wins
              --json            one JSON object on standard output, nothing else; docs/configuration.md describes it

            Exit status: 0 when it is valid, 2 when it has mistakes or the options are wrong.
            """;
    }

    @Override
    public int run(List<String> arguments, Terminal terminal) throws UsageException {
        Options options = Options.parse(arguments, Set.of(CONFIG, URL, ENV_FILE), Set.of(JSON));
        if (options.has(CONFIG) && options.has(URL)) {
            throw new UsageException("--config and --url exclude each other");
        }
        boolean json = options.has(JSON);
        try {
            Resolved resolved = Resolved.of(read(options));
            terminal.out().println(json ? JsonReport.of(resolved) : TextReport.of(resolved));
            return 0;
        } catch (InvalidConfigException e) {
            if (json) {
                terminal.out().println(JsonReport.of(e));
            } else {
                terminal.err().println(e.getMessage());
            }
            return INVALID;
        }
    }

    private static DatabaseConfig read(Options options) {
        Map<String, String> environment =
                options.has(ENV_FILE) ? EnvFile.read(Path.of(options.text(ENV_FILE))) : System.getenv();
        if (options.has(CONFIG)) {
            return DatabaseConfig.load(Path.of(options.text(CONFIG)), environment);
        }
        return options.has(URL)
                ? DatabaseConfig.fromUri(options.text(URL), environment)
                : DatabaseConfig.fromEnvironment(environment);
    }
}
