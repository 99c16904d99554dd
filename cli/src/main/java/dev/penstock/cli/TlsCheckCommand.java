package dev.penstock.cli;

import dev.penstock.cli.tlscheck.ExpiryCheck;
import dev.penstock.cli.tlscheck.JsonReport;
import dev.penstock.cli.tlscheck.NodeCheck;
import dev.penstock.cli.tlscheck.TextReport;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.config.EnvFile;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsMaterialException;
import dev.penstock.tls.TlsPolicy;
import dev.penstock.tls.TlsSource;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code penstock tls-check}: what servers show, and what a configuration and other clients make of it. Logs in nowhere. */
final class TlsCheckCommand implements Command {
    private static final String HOST = "--host";
    private static final String PORT = "--port";
    private static final String MODE = "--sslmode";
    private static final String CA = "--sslrootcert";
    private static final String CONFIG = "--config";
    private static final String URL = "--url";
    private static final String ENV_FILE = "--env-file";
    private static final String JSON = "--json";
    private static final String LOGIN = "--login";
    private static final Pattern HAS_PORT = Pattern.compile("(\\[.*]|[^:]*):[0-9]+");
    private static final int REFUSED = 1;
    private static final int INVALID = 2;

    private final Supplier<TlsPolicy> machine;

    TlsCheckCommand() {
        this(TlsPolicy::read);
    }

    /** @param machine the policy for what is asked without a configuration */
    TlsCheckCommand(Supplier<TlsPolicy> machine) {
        this.machine = machine;
    }

    /** What is asked for: whom, and how. */
    private record Question(
            TlsConfig tls,
            TlsPolicy policy,
            List<Endpoint> endpoints,
            Optional<DatabaseConfig> database,
            boolean asksLogin) {
        List<String> hosts() {
            return endpoints.stream().map(Endpoint::host).toList();
        }
    }

    @Override
    public String name() {
        return "tls-check";
    }

    @Override
    public String summary() {
        return "what servers show in TLS, whether the configuration accepts it, and the remedy";
    }

    @Override
    public String help() {
        return """
            Usage: penstock tls-check --host HOST[,HOST] [--port N] [--sslmode MODE] [--sslrootcert FILE|system] [--json]
                   penstock tls-check [--config FILE | --url URI] [--env-file FILE] [--host ...] [--login] [--json]

            Dials each server, begins TLS as PostgreSQL's protocol does, and prints version, cipher, the chain with its
            expiry, whether the name matches, what Penstock and plain pgjdbc do with it in that mode, and what to do.
            It does not log in and needs no password; what pg_hba.conf decides it cannot see, unless --login asks for it.

              --host HOST[,HOST]   the servers; else those of the configuration. [v6]:port and host:port are taken
              --port N             for hosts without a port of their own; 5432 by default
              --sslmode MODE       verify-full by default
              --sslrootcert CA     a PEM file, a directory, or system; system by default with verify-full, else none;
                                   a policy (docs/tls-policy.md) holds for both, as for a configuration
              --config FILE        TLS and servers from a YAML file, as penstock resolve reads it
              --url URI            the same from a connection string
              --env-file FILE      a .env file for both; without any of them and without --host the environment is read
              --login              sends role and database as well, no password, and says how the server wants the login
                                   proven and whether require_auth allows that; the server may log it
              --json               one JSON object on standard output, nothing else; docs/tls.md describes it

            Exit status: 0 when every server is accepted, 1 when one is refused or unreachable, or a certificate ends
            sooner than the policy allows, 2 when configuration, certificate files or options are wrong.
            """;
    }

    @Override
    public int run(List<String> arguments, Terminal terminal) throws UsageException {
        Options options =
                Options.parse(arguments, Set.of(HOST, PORT, MODE, CA, CONFIG, URL, ENV_FILE), Set.of(JSON, LOGIN));
        boolean json = options.has(JSON);
        try {
            return ask(question(options), json, terminal);
        } catch (TlsMaterialException e) {
            return invalid(json, JsonReport.of(e), e, terminal);
        } catch (InvalidConfigException e) {
            return invalid(json, dev.penstock.cli.resolve.JsonReport.of(e), e, terminal);
        }
    }

    private static int ask(Question question, boolean json, Terminal terminal) {
        try (TlsContext context = TlsContext.open(question.tls(), question.policy(), question.hosts())) {
            List<NodeCheck> nodes = question.endpoints().stream()
                    .map(endpoint -> NodeCheck.of(endpoint, context, question.database(), question.asksLogin()))
                    .toList();
            ExpiryCheck expiry = ExpiryCheck.of(question.policy(), context, nodes);
            TlsConfig tls = context.config();
            terminal.out().println(json ? JsonReport.of(tls, nodes, expiry) : TextReport.of(tls, nodes, expiry));
            return expiry.isGood() && nodes.stream().allMatch(NodeCheck::connects) ? 0 : REFUSED;
        } catch (InvalidConfigException weaker) {
            throw new InvalidConfigException(weaker.violations().stream()
                    .map(one -> one.at("", one.origin().equals(Violation.IN_CODE) ? "options" : one.origin()))
                    .toList());
        }
    }

    private static int invalid(boolean json, String object, RuntimeException reason, Terminal terminal) {
        if (json) {
            terminal.out().println(object);
        } else {
            terminal.err().println(reason.getMessage());
        }
        return INVALID;
    }

    private Question question(Options options) throws UsageException {
        boolean configured = options.has(CONFIG) || options.has(URL) || options.has(ENV_FILE) || !options.has(HOST);
        if (options.has(CONFIG) && options.has(URL)) {
            throw new UsageException("--config and --url exclude each other");
        }
        if (configured && (options.has(MODE) || options.has(CA))) {
            throw new UsageException("--sslmode and --sslrootcert go with --host alone");
        }
        if (!configured && options.has(LOGIN)) {
            throw new UsageException("--login needs a role: give it with --config or --url");
        }
        int port = options.number(PORT, Endpoint.DEFAULT_PORT, 1, 65_535);
        List<Endpoint> named = options.has(HOST) ? endpoints(options.text(HOST), port) : List.of();
        if (!configured) {
            TlsPolicy policy = machine.get();
            return new Question(given(options, policy, named), policy, named, Optional.empty(), false);
        }
        DatabaseConfig config = read(options);
        List<Endpoint> servers = named.isEmpty() ? config.endpoints() : named;
        return new Question(config.tls(), config.policy(), servers, Optional.of(config), options.has(LOGIN));
    }

    private static List<Endpoint> endpoints(String hosts, int port) {
        return Arrays.stream(hosts.split(","))
                .map(host -> HAS_PORT.matcher(host).matches()
                        ? Endpoint.parse(host)
                        : new Endpoint(Endpoint.parse(host).host(), port))
                .toList();
    }

    private static TlsConfig given(Options options, TlsPolicy policy, List<Endpoint> servers) throws UsageException {
        SslMode mode = options.has(MODE) ? mode(options.text(MODE)) : SslMode.VERIFY_FULL;
        TlsSource ca = options.has(CA) ? TlsSource.of(options.text(CA)) : null;
        Set<String> written = Stream.of(
                        options.has(MODE) ? Optional.of("tls.mode") : Optional.<String>empty(),
                        options.has(CA) ? Optional.of("tls.ca") : Optional.<String>empty())
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
        TlsConfig.Builder asked =
                TlsConfig.builder(mode).ca(ca == null && mode == SslMode.VERIFY_FULL ? TlsSource.system() : ca);
        // What is weaker is refused with everything else when the context is opened.
        try {
            return policy.judge(
                            asked, written, servers.stream().map(Endpoint::host).toList())
                    .completed()
                    .build();
        } catch (InvalidConfigException e) {
            throw new UsageException(
                    e.violations().stream().map(Violation::toString).collect(Collectors.joining("; ")));
        }
    }

    private static SslMode mode(String text) throws UsageException {
        return SslMode.of(text)
                .orElseThrow(() -> new UsageException("--sslmode must be one of "
                        + Arrays.stream(SslMode.values())
                                .map(SslMode::libpqName)
                                .toList() + Options.was(text)));
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
