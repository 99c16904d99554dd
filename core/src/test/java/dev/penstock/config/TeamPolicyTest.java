package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.connect.Identity;
import dev.penstock.secret.FilePermissions;
import dev.penstock.secret.FileWatcher;
import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.CertValidation;
import dev.penstock.tls.ChannelBinding;
import dev.penstock.tls.MachinePolicy;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsPolicy;
import dev.penstock.tls.TlsSource;
import dev.penstock.tls.TlsVersion;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A team's policy against the configurations of its services. */
class TeamPolicyTest {
    private static final String REMOTE = "postgresql://app@db-1.internal/shop";

    @TempDir
    Path directory;

    private Path machine;
    private Path ca;
    private Function<Path[], TlsPolicy> policies;

    @BeforeEach
    void standard() throws IOException {
        ca = Files.writeString(directory.resolve("team.pem"), "the team's");
        machine = MachinePolicy.write(
                directory.resolve("policy.conf"),
                "# what every service of the team demands",
                "sslmode_at_least = verify-full",
                "ca = " + ca,
                "ca_only = true",
                "ssl_min_protocol_version = TLSv1.3",
                "require_auth = scram-sha-256");
        policies = MachinePolicy.at(machine);
    }

    /**
     * One service: what is written, and what comes of it.
     *
     * @param url of the file; of the variable when {@code keys} are none
     * @param keys below {@code database:}, separated by semicolons
     * @param variables separated by semicolons
     * @param told the rule and the place of each violation; {@code opens} for none
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        says nothing              | db-1           | -                                             | -                             | opens
        in production             | db-1           | environment_mode: production                  | -                             | opens
        as strict                 | db-1           | tls: {mode: verify-full, min_version: TLSv1.3} | -                            | opens
        the team's CA             | db-1           | tls: {ca: CA}                                 | POSTGRES_SSL_MODE=verify-full | opens
        on this machine           | localhost      | sslmode: disable                              | -                             | opens
        the platform's variable   | db-1           | -                                             | POSTGRES_SSL_MODE=prefer      | is prefer; MACHINE:2 demands verify-full (POSTGRES_SSL_MODE)
        a URL of a provider       | db-1?sslmode=require | -                                       | -                             | is require; MACHINE:2 demands verify-full (config.yaml:2)
        the stronger one counts   | db-1?sslmode=prefer  | -                                       | POSTGRES_SSL_MODE=require     | is require; MACHINE:2 demands verify-full (POSTGRES_SSL_MODE)
        an old protocol           | db-1           | tls: {min_version: TLSv1.2}                   | -                             | is TLSv1.2; MACHINE:5 demands TLSv1.3 (config.yaml:3)
        an old way to log in      | db-1           | require_auth: 'md5,scram-sha-256'             | -                             | is md5,scram-sha-256; MACHINE:6 demands scram-sha-256 (config.yaml:3)
        """)
    void ten_services_of_a_team_under_its_policy(String name, String host, String keys, String variables, String told) {
        Callable<DatabaseConfig> loading =
                () -> load("postgresql://app@" + host.replaceFirst("\\?|$", "/shop$0"), keys, variables);

        if (!told.equals("opens")) {
            assertThat(sentences(loading)).containsExactly(told.replace("MACHINE", machine.toString()));
            return;
        }
        DatabaseConfig config = loaded(loading);
        if (host.equals("localhost")) {
            assertThat(config.tls()).isEqualTo(TlsConfig.disabled());
            return;
        }
        assertThat(config.tls())
                .isEqualTo(TlsConfig.verifyFull(ca).toBuilder()
                        .minVersion(TlsVersion.TLS_1_3)
                        .build());
        assertThat(config.requireAuth(config.primary(), config.login(config.primary())))
                .containsExactly(AuthMethod.SCRAM_SHA_256);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        no policy at all          | policy: /dev/null                         | -                          | policy is not a regular file (/dev/null)
        no policy by a variable   | -                                         | PENSTOCK_POLICY=/dev/null  | policy is not a regular file (/dev/null)
        a policy that is not there | policy: DIR/absent.conf                  | -                          | policy does not exist (DIR/absent.conf)
        a policy of its own       | policy: DIR/weak.conf; sslmode: prefer    | -                          | sslmode is prefer; MACHINE:2 demands verify-full (config.yaml:4)
        one by a variable         | sslmode: prefer                           | PENSTOCK_POLICY=DIR/weak.conf | sslmode is prefer; MACHINE:2 demands verify-full (config.yaml:3)
        another name              | tls: {verify_name: other}                 | -                          | tls.verify_name is set, which MACHINE does not allow (config.yaml:3)
        that its policy allows    | policy: DIR/weak.conf; tls: {verify_name: x} | -                       | tls.verify_name is set, which MACHINE does not allow (config.yaml:4)
        its own CA                | tls: {ca: DIR/own.pem}                    | -                          | tls.ca is DIR/own.pem; MACHINE:4 demands the CA of MACHINE:3 (config.yaml:3)
        every public CA           | tls: {ca: system}                         | -                          | tls.ca is system; MACHINE:4 demands the CA of MACHINE:3 (config.yaml:3)
        no verification           | tls: {cert_validation: none}              | -                          | tls.cert_validation is none, which MACHINE does not allow (config.yaml:3)
        a key that all may read   | tls: {key_permissions: off}               | -                          | tls.key_permissions is off, which MACHINE does not allow (config.yaml:3)
        a replica with less       | replica_url: 'postgresql://app@db-2/shop?sslmode=disable' | -          | replica_url.sslmode must be left out: the primary's connection string has none (config.yaml:3)
        a setting of the session  | options: -c sslmode=disable               | -                          | opens
        a pooler in between       | pooler: transaction                       | -                          | opens
        """)
    void a_service_does_not_escape(String how, String keys, String variables, String told) throws IOException {
        Files.writeString(directory.resolve("own.pem"), "a service's");
        MachinePolicy.write(
                directory.resolve("weak.conf"),
                "sslmode_at_least = prefer",
                "allow_verify_name = true",
                "ca_only = false");
        UnaryOperator<String> here =
                text -> text.replace("MACHINE", machine.toString()).replace("DIR", directory.toString());
        Callable<DatabaseConfig> loading = () -> load(REMOTE, here.apply(keys), here.apply(variables));

        if (told.equals("opens")) {
            assertThat(loaded(loading).tls().mode()).isEqualTo(SslMode.VERIFY_FULL);
        } else {
            assertThat(Loading.violations(loading))
                    .extracting(violation -> violation.path().replaceFirst("^database\\.", "") + " "
                            + violation.message() + " (" + violation.origin() + ")")
                    // What is refused may contradict what is given as well.
                    .contains(here.apply(told));
        }
    }

    /** Whatever loads is as strict as the policy, and whatever is refused for it names both places. */
    @Test
    void nothing_that_loads_is_weaker_than_the_policy() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path own = Files.writeString(directory.resolve("own.pem"), "a service's");
        int loaded = 0;
        for (int service = 0; service < 300; service++) {
            String keys = String.join("; ", some(random, own));
            String url = one(
                    random,
                    REMOTE,
                    REMOTE + "?sslmode=prefer",
                    REMOTE + "?sslmode=require",
                    REMOTE + "?sslmode=verify-full");
            String variables = one(
                    random,
                    "-",
                    "-",
                    "POSTGRES_SSL_MODE=require",
                    "POSTGRES_SSL_MODE=verify-full",
                    "APP_ENVIRONMENT=production");
            String what = "seed " + seed + ": " + url + " " + keys + " " + variables;
            List<Violation> violations = Loading.violations(() -> load(url, keys, variables));
            if (violations.isEmpty()) {
                DatabaseConfig config = loaded(() -> load(url, keys, variables));
                assertThat(strict(config)).as(what).isTrue();
                loaded++;
            }
            assertThat(violations.stream().filter(violation -> violation.code().equals("TLS_POLICY")))
                    .as(what)
                    .allMatch(violation -> violation.message().contains(machine.toString())
                            && !violation.origin().isEmpty());
        }
        assertThat(loaded).as("seed " + seed).isBetween(3, 250);
    }

    private boolean strict(DatabaseConfig config) {
        TlsConfig tls = config.tls();
        return tls.mode() == SslMode.VERIFY_FULL
                && Objects.equals(tls.ca(), TlsSource.file(ca))
                && tls.minVersion() == TlsVersion.TLS_1_3
                && tls.verifyName() == null
                && tls.certValidation() == CertValidation.BY_MODE
                && tls.keyPermissions() != FilePermissions.OFF
                && Set.of(AuthMethod.SCRAM_SHA_256)
                        .containsAll(config.requireAuth(config.primary(), config.login(config.primary())));
    }

    private List<String> some(Random random, Path own) {
        List<String> tls = new ArrayList<>();
        maybe(random, tls, "ca: " + one(random, "system", own.toString(), ca.toString(), ca.toString()));
        maybe(random, tls, "min_version: " + one(random, "TLSv1.2", "TLSv1.3"));
        maybe(random, tls, "verify_name: other");
        maybe(random, tls, "cert_validation: none");
        maybe(random, tls, "key_permissions: " + one(random, "off", "strict"));
        maybe(random, tls, "channel_binding: " + one(random, "disable", "require"));
        List<String> keys = new ArrayList<>();
        maybe(random, keys, "require_auth: " + one(random, "password", "scram-sha-256", "'!none'"));
        if (!tls.isEmpty()) {
            keys.add("tls: {" + String.join(", ", tls) + "}");
        }
        return keys.isEmpty() ? List.of("-") : keys;
    }

    private static void maybe(Random random, List<String> lines, String line) {
        if (random.nextInt(5) == 0) {
            lines.add(line);
        }
    }

    private static String one(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    @Test
    void what_is_wrong_with_a_policy_a_service_and_the_rest_of_its_configuration_is_told_at_once() {
        MachinePolicy.write(machine, "sslmode_at_least = verify-full", "frobnicate = 1", "?newer = 1");
        Path added = MachinePolicy.write(directory.resolve("added.conf"), "channel_binding = always");

        assertThat(Loading.violations(() -> load(REMOTE, "pool_size: 0; sslmode: require; policy: " + added, "-")))
                .extracting(Violation::path, Violation::code, Violation::origin)
                .containsExactly(
                        tuple("policy", "TLS_POLICY_FILE", machine + ":2"),
                        tuple("policy", "TLS_POLICY_FILE", added + ":1"),
                        tuple("database.pool_size", "OUT_OF_RANGE", "config.yaml:3"),
                        tuple("database.sslmode", "TLS_POLICY", "config.yaml:4"));
    }

    @Test
    void a_key_that_a_file_marks_as_newer_is_one_warning() {
        MachinePolicy.write(machine, "?newer = 1");

        assertThat(loaded(() -> load(REMOTE, "-", "-")).warnings().stream().map(ConfigWarning::toString))
                .contains("policy has a key that this version does not know: 'newer' (" + machine
                        + ":1). Correct it, or update this program.");
    }

    @Test
    void the_key_and_the_variable_both_add_a_file() {
        Path byKey = MachinePolicy.write(directory.resolve("key.conf"), "channel_binding = require");
        Path byVariable = MachinePolicy.write(directory.resolve("variable.conf"), "require_auth = scram-sha-256,gss");

        DatabaseConfig config = loaded(() -> load(REMOTE, "policy: " + byKey, "PENSTOCK_POLICY=" + byVariable));

        assertThat(config.policy().files()).containsExactly(machine, byVariable, byKey);
        assertThat(config.tls().channelBinding()).isEqualTo(ChannelBinding.REQUIRE);
    }

    @Test
    void databases_of_one_file_are_all_under_the_policy_and_tell_its_mistakes_once() throws IOException {
        Path file = Files.writeString(directory.resolve("config.yaml"), """
            databases:
              one: {url: postgresql://app@db-1/one, user_pw_env_var: ONE}
              two: {url: postgresql://app@db-2/two, user_pw_env_var: TWO, tls: {mode: require}}
            """);
        ConfigLoader loader = new ConfigLoader(Map.of(), policies);
        assertThat(Loading.violations(() -> loader.loadAll(file)))
                .extracting(Violation::path, Violation::code)
                .containsExactly(tuple("databases.two.tls.mode", "TLS_POLICY"));

        assertThat(Loading.codes(
                        () -> new ConfigLoader(Map.of("PENSTOCK_POLICY", "/dev/null"), policies).loadAll(file)))
                .containsExactlyInAnyOrder("TLS_POLICY", "TLS_POLICY_FILE");
    }

    @Test
    void values_that_a_policy_gave_have_its_place() {
        DatabaseConfig config = loaded(() -> load(REMOTE, "-", "-"));

        assertThat(config.origins())
                .containsEntry("tls.mode", machine + ":2")
                .containsEntry("tls.ca", machine + ":3")
                .containsEntry("tls.min_version", machine + ":5")
                .containsEntry("require_auth", machine + ":6")
                .containsEntry("tls.channel_binding", "default");
    }

    @Test
    void the_other_ways_in_are_under_the_policy_too() {
        ConfigLoader loader = new ConfigLoader(Map.of("DATABASE_URL", REMOTE + "?sslmode=require"), policies);
        assertThat(Loading.violations(loader::fromEnvironment))
                .extracting(Violation::message, Violation::origin)
                .containsExactly(tuple("is require; " + machine + ":2 demands verify-full", "DATABASE_URL"));

        assertThat(Loading.codes(() -> new ConfigLoader(Map.of(), policies).fromUri(REMOTE + "?sslmode=prefer")))
                .containsExactly("TLS_POLICY");
    }

    @Test
    void a_builder_that_says_nothing_gets_what_is_demanded_and_one_that_says_less_is_refused() {
        DatabaseConfig silent = loaded(() -> builder().build());
        assertThat(silent.tls().mode()).isEqualTo(SslMode.VERIFY_FULL);
        assertThat(silent.tls().ca()).isEqualTo(TlsSource.file(ca));
        assertThat(silent.provenance().originOf("tls.mode")).isEqualTo(machine + ":2");

        assertThat(Loading.violations(() -> builder()
                        .tls(TlsConfig.require())
                        .requireAuth("password")
                        .policy(Path.of("/dev/null"))
                        .build()))
                .extracting(Violation::path, Violation::code, Violation::message, Violation::origin)
                .containsExactly(
                        tuple(
                                "requireAuth",
                                "TLS_POLICY",
                                "is password; " + machine + ":6 demands scram-sha-256",
                                "builder"),
                        tuple("policy", "TLS_POLICY_FILE", "is not a regular file", "/dev/null"),
                        tuple(
                                "tls.mode",
                                "TLS_POLICY",
                                "is require; " + machine + ":2 demands verify-full",
                                "builder"));

        assertThat(loaded(() -> builder()
                                .primary("localhost")
                                .tls(TlsConfig.disabled())
                                .build())
                        .tls())
                .isEqualTo(TlsConfig.disabled());
        assertThat(Loading.codes(() -> builder()
                        .primary("localhost")
                        .replicas("db-2")
                        .tls(TlsConfig.disabled())
                        .build()))
                .containsExactly("TLS_POLICY");
    }

    /** Both see what the other does not: a discovery may find anybody, and a name of this machine may lead anywhere. */
    @Test
    void a_server_that_is_found_beside_those_on_this_machine_is_refused_unless_it_satisfies_the_policy()
            throws IOException {
        DatabaseConfig local = loaded(
                () -> builder().primary("localhost").tls(TlsConfig.prefer()).build());
        Endpoint found = new Endpoint("db-2.internal", 5432);

        assertThat(local.refusal(local.primary())).isEmpty();
        assertThat(local.refusal(local.primary(), InetAddress.getLoopbackAddress()))
                .isEmpty();
        assertThat(local.refusal(found).map(Violation::message))
                .contains("is prefer; " + machine + ":2 demands verify-full");
        assertThat(local.refusal(local.primary(), InetAddress.getByName("10.0.0.5"))
                        .map(Violation::code))
                .contains("TLS_POLICY");

        DatabaseConfig strict = loaded(() -> builder().build());
        assertThat(strict.refusal(found)).isEmpty();
        assertThat(strict.requireAuth(found, strict.login(found))).containsExactly(AuthMethod.SCRAM_SHA_256);
    }

    /** Whoever loads or builds a configuration has been told; opening judges it again. */
    @Test
    void a_configuration_that_escaped_the_builders_judgement_is_judged_when_it_is_opened() {
        DatabaseConfig strict = loaded(() -> builder().build());
        DatabaseConfig weak = builder()
                .password(PasswordSource.literal("x"))
                .tls(TlsConfig.require())
                .satisfies(strict.policy())
                .build();

        assertThat(Loading.violations(() -> Identity.open(weak, Duration.ofSeconds(10))))
                .extracting(Violation::path, Violation::code, Violation::message)
                .containsExactly(tuple("tls.mode", "TLS_POLICY", "is require; " + machine + ":2 demands verify-full"));
    }

    @Test
    void a_policy_that_accepts_more_than_production_loosens_nothing() {
        MachinePolicy.write(machine, "require_auth = password,scram-sha-256");
        DatabaseConfig config = loaded(() -> load(REMOTE, "environment_mode: production", "-"));

        assertThat(config.requireAuth(config.primary(), config.login(config.primary())))
                .containsExactly(AuthMethod.SCRAM_SHA_256);
    }

    /** What no seam of a test replaces: the variable of the process itself. */
    @Test
    void a_process_is_under_the_policy_that_its_variable_names_whatever_it_loads() throws Exception {
        Path named = MachinePolicy.write(directory.resolve("named.conf"), "sslmode_at_least = verify-full");
        Path file = Files.writeString(
                directory.resolve("config.yaml"), "database:\n  url: " + REMOTE + "?sslmode=require\n");
        ProcessBuilder process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Service.class.getName(),
                        file.toString())
                .redirectErrorStream(true);
        process.environment().put(TlsPolicy.VARIABLE, named.toString());

        String printed = new String(process.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(printed.lines())
                .hasSize(5)
                .allMatch(line -> line.contains("is require; " + named + ":1 demands verify-full"), printed);
    }

    /** Asks every way in for less than its policy, and prints what each says. */
    static final class Service {
        private Service() {}

        public static void main(String[] args) {
            tell(() -> DatabaseConfig.load(Path.of(args[0]), Map.of()));
            tell(() -> DatabaseConfig.fromUri(REMOTE + "?sslmode=require", Map.of()));
            tell(() -> DatabaseConfig.builder()
                    .primary("db-1.internal")
                    .database("shop")
                    .user("app")
                    .password(PasswordSource.env("X"))
                    .tls(TlsConfig.require())
                    .build());
            tell(() -> TlsContext.open(TlsConfig.require()));
            try (FileWatcher watcher = FileWatcher.start(TlsConfig.DEFAULT_RELOAD_INTERVAL)) {
                tell(() -> TlsContext.open(TlsConfig.require(), watcher));
            }
        }

        private static void tell(Callable<?> opening) {
            try {
                System.out.println("opened " + opening.call());
            } catch (Exception e) {
                System.out.println(String.valueOf(e.getMessage()).replace('\n', ' '));
            }
        }
    }

    private DatabaseConfig.Builder builder() {
        return new DatabaseConfig.Builder(policies)
                .primary("db-1.internal")
                .database("shop")
                .user("app")
                .password(PasswordSource.env("X"));
    }

    private DatabaseConfig load(String url, String keys, String variables) {
        Map<String, String> environment = new HashMap<>();
        if (!variables.equals("-")) {
            Arrays.stream(variables.split("; "))
                    .forEach(one -> environment.put(one.split("=")[0], one.split("=", 2)[1]));
        }
        String lines =
                keys.equals("-") ? "" : "  " + keys.replace("CA", ca.toString()).replace("; ", "\n  ") + "\n";
        try {
            Path file = Files.writeString(directory.resolve("config.yaml"), "database:\n  url: " + url + "\n" + lines);
            return new ConfigLoader(environment, policies).load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DatabaseConfig loaded(Callable<DatabaseConfig> loading) {
        try {
            return loading.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> sentences(Callable<DatabaseConfig> loading) {
        return Loading.violations(loading).stream()
                .map(violation -> violation.message() + " (" + violation.origin() + ")")
                .toList();
    }
}
