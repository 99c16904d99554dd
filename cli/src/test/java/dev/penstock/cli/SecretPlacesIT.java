package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.ClientCertificate;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One table: where people put a secret by mistake, in which form, and every channel that could tell it. A row is right when no channel has four
 * characters of a password in a row, or twelve of a key or token, as they are, in Base64 or escaped.
 */
@PostgresTest(replicas = 0)
class SecretPlacesIT {
    private static final String PASSWORD = "Zq7CANARYpw";
    private static final String DOLLAR = "pa$Zq7CANARYpw";
    private static final String SLASHES = "/Zq7/CANARY/+pw=";
    private static final String TOKEN = token();
    private static final IssuedCertificate CLIENT =
            CertificateAuthority.create("Places").client("appuser").issue();
    private static final IssuedCertificate OTHER =
            CertificateAuthority.create("Others").client("appuser").issue();
    private static final String PEM = CLIENT.key();
    private static final String BASE64 = base64(PEM);
    private static final String BODY = PEM.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    private static final String ESCAPED = PEM.replace("\n", "\\n");

    /** A canary in a form, put into a place. */
    record Row(String place, String secret, SecretChannels.Way way) {
        @Override
        public String toString() {
            return place;
        }
    }

    static Stream<Row> rows() {
        List<Row> rows = new ArrayList<>();
        passwords(rows);
        namesOfVariables(rows);
        paths(rows);
        material(rows);
        connectionStrings(rows);
        otherKeys(rows);
        brokenFiles(rows);
        programs(rows);
        providers(rows);
        commandLines(rows);
        return rows.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void a_secret_is_told_nowhere(Row row, PostgresCluster cluster, @TempDir Path directory) throws Exception {
        try (SecretChannels channels = SecretChannels.listen(cluster, directory)) {
            row.way().go(channels);
            channels.lookAround();
            assertThat(channels.told(row.secret())).as(row.place()).isEmpty();
            assertThat(channels.heard()).as("something was said").isNotEmpty();
        }
    }

    @Test
    void the_table_has_every_place_at_least_once_and_49_rows_or_more() {
        assertThat(rows().map(Row::place)).hasSizeGreaterThanOrEqualTo(49).doesNotHaveDuplicates();
    }

    @Test
    void a_secret_that_is_told_is_found(PostgresCluster cluster, @TempDir Path directory) throws Exception {
        try (SecretChannels channels = SecretChannels.listen(cluster, directory)) {
            channels.uri(channels.url("appuser:right-or-not").replace("/appdb", "/Zq7CANARYdb"));
            assertThat(channels.told(PASSWORD)).isNotEmpty();
            assertThat(channels.told("nobody-says-so")).isEmpty();
        }
    }

    private static void passwords(List<Row> rows) {
        rows.add(yaml("password, in production", PASSWORD, "environment_mode: production", "password: " + PASSWORD));
        rows.add(yaml("password with a dollar sign", DOLLAR, "password: " + DOLLAR));
        rows.add(yaml("password that begins with one", PASSWORD, "password: $" + PASSWORD));
        rows.add(yaml("password like an expression", PASSWORD, "password: \"x${" + PASSWORD + "}y\""));
        rows.add(yaml("password like half an expression", PASSWORD, "password: \"x${" + PASSWORD + "\""));
        rows.add(yaml("password that is not ASCII", PASSWORD, "password: " + PASSWORD + "\u00fc"));
        rows.add(yaml("password over two lines", PASSWORD, "password: |", "  " + PASSWORD, "  second"));
        rows.add(yaml("password as a list", PASSWORD, "password: [" + PASSWORD + "]"));
        rows.add(yaml("password twice", PASSWORD, "password: " + PASSWORD, "password: x"));
        rows.add(environment(
                "variable with a BOM and CR", PASSWORD, "POSTGRES_APP_USER_PW", "\uFEFF" + PASSWORD + "\r"));
        rows.add(environment("variable of two lines", PASSWORD, "POSTGRES_APP_USER_PW", PASSWORD + "\nx"));
        rows.add(new Row(
                "variable and its _FILE twin",
                PASSWORD,
                c -> c.environment(
                        Map.of("POSTGRES_APP_USER_PW", PASSWORD, "POSTGRES_APP_USER_PW_FILE", PASSWORD + "x"))));
    }

    private static void namesOfVariables(List<Row> rows) {
        for (String key : List.of("user_pw_env_var", "ro_user_pw_env_var", "migration_user_pw_env_var")) {
            String roles = "read_role: ro_user\n  ro_user: reader\n  migration_user: migrator\n  ";
            rows.add(yaml(key + " holds the password", PASSWORD, roles + key + ": " + PASSWORD));
            rows.add(yaml(key + " holds a token", TOKEN, roles + key + ": " + TOKEN));
        }
        rows.add(yaml("user_pw_env_var holds a password with a dollar sign", DOLLAR, "user_pw_env_var: " + DOLLAR));
        rows.add(new Row(
                "user_pw_env_var expands to the password",
                PASSWORD,
                c -> c.yaml(Map.of("SHOP_DB_PW", PASSWORD), "user_pw_env_var: ${SHOP_DB_PW}")));
        rows.add(yaml("user_pw_env_var has it as default", PASSWORD, "user_pw_env_var: ${NOT_SET:-" + PASSWORD + "}"));
        rows.add(
                yaml("user_pw_env_var holds it beside a right file", PASSWORD, "user_pw_env_var: " + PASSWORD, "FILE"));
        for (String variable : List.of(
                "DATABASE_PASSWORD_ENV_VAR", "DATABASE_RO_PASSWORD_ENV_VAR", "DATABASE_MIGRATION_PASSWORD_ENV_VAR")) {
            rows.add(environment(variable + " holds the password", PASSWORD, variable, PASSWORD));
        }
        rows.add(environment("DATABASE_PASSWORD_ENV_VAR holds a token", TOKEN, "DATABASE_PASSWORD_ENV_VAR", TOKEN));
    }

    private static void paths(List<Row> rows) {
        String file = "user_pw_file_path";
        rows.add(yaml(file + " holds the password", PASSWORD, file + ": " + PASSWORD));
        rows.add(yaml(file + " holds a password with slashes", SLASHES, file + ": " + SLASHES));
        rows.add(yaml(file + " holds a password with a dollar sign", DOLLAR, file + ": " + DOLLAR));
        rows.add(yaml(file + " has it as default", PASSWORD, file + ": ${NOT_SET:-" + PASSWORD + "}"));
        rows.add(yaml(file + " holds a key", BODY, file + ": '" + ESCAPED + "'"));
        rows.add(yaml(file + " holds a key in Base64", BASE64, file + ": " + BASE64));
        rows.add(yaml(
                "ro_user_pw_file_path holds it", PASSWORD, "read_role: ro_user\n  ro_user_pw_file_path: " + PASSWORD));
        rows.add(
                environment("DATABASE_PASSWORD_FILE_PATH holds it", PASSWORD, "DATABASE_PASSWORD_FILE_PATH", PASSWORD));
        rows.add(environment("POSTGRES_APP_USER_PW_FILE holds it", PASSWORD, "POSTGRES_APP_USER_PW_FILE", PASSWORD));
        rows.add(environment(
                "POSTGRES_SSL_KEY_PASSWORD_FILE holds it",
                PASSWORD,
                "POSTGRES_SSL_KEY_PASSWORD_FILE",
                PASSWORD,
                "POSTGRES_SSL_CERT",
                CLIENT.chain(),
                "POSTGRES_SSL_KEY",
                PEM));
        for (String key : List.of("ca", "crl", "cert", "key")) {
            rows.add(tls("tls." + key + " holds a password", PASSWORD, key, PASSWORD));
            rows.add(tls("tls." + key + " holds a password with slashes", SLASHES, key, SLASHES));
            rows.add(tls("tls." + key + " holds the body of a key", BODY, key, BODY));
            rows.add(tls("tls." + key + " has a secret as default", PASSWORD, key, "${NOT_SET:-" + PASSWORD + "}"));
        }
        rows.add(tls("tls.key_password_file holds it", PASSWORD, "key_password_file", PASSWORD));
        rows.add(tls("tls.key_password_file holds a key", BODY, "key_password_file", ESCAPED));
    }

    private static void material(List<Row> rows) {
        rows.add(tls("a key in the CA's place", BODY, "ca", PEM));
        rows.add(tls("a key in the CA's place, in Base64", BASE64, "ca", BASE64));
        rows.add(tls("a key in the certificate's place", BODY, "cert", PEM));
        rows.add(tls("a key in the revocation list's place", BODY, "crl", ESCAPED));
        rows.add(tls("a key cut in the middle", BODY, "key", PEM.substring(0, PEM.length() / 2)));
        rows.add(tls("a key without its first line", BODY, "key", PEM.substring(PEM.indexOf('\n') + 1)));
        rows.add(tls("the key of another certificate", body(OTHER.key()), "key", OTHER.key()));
        rows.add(tls("two keys", BODY, "key", OTHER.key() + PEM));
        rows.add(environment("a key without a certificate", BODY, "POSTGRES_SSL_KEY", BASE64));
    }

    private static void connectionStrings(List<Row> rows) {
        List<String> forms = List.of(
                "postgresql://app:%s@localhost:x/shop",
                "postgresql://app:%s@localhost:1/shop?nonsense=1",
                "postgresql://app:%s/x@localhost:1/shop",
                "postgresql://app:x@%s@localhost:1/shop",
                "postgresql://app:%s%%4@localhost:1/shop",
                "postgresql://app:pa$%s@localhost:1/shop",
                "postgresql://app:$%s@localhost:1/shop",
                "postgresql://app:x${%s}y@localhost:1/shop",
                "postgresql://app:${%s}@localhost:1/shop",
                "postgresql://app$%s@localhost:1/shop",
                "postgresql://localhost:1/shop?password=pa$%s",
                "postgresql://localhost:1/shop?password=%s&password=%1$s&x=y",
                "postgresql://localhost:1/shop?sslpassword=%s&sslmode=x",
                "postgresql://localhost:1/shop?sslkey=%s&sslmode=x",
                "host=localhost port=x password=%s",
                "host=localhost password='%s",
                "host=localhost nonsense=1 password=%s",
                "$%s",
                "%s");
        for (String form : forms) {
            String url = String.format(form, PASSWORD);
            String place = form.replace("%1$s", "…").replace("%s", "…").replace("%%", "%");
            // In a program a user may have a dollar sign in its name.
            if (!form.contains("app$")) {
                rows.add(new Row("uri " + place, PASSWORD, c -> c.uri(c.there(url))));
            }
            rows.add(new Row(
                    "url: " + place,
                    PASSWORD,
                    c -> c.text("database:\n  url: '" + c.there(url).replace("'", "''") + "'\n")));
        }
        rows.add(environment(
                "a replica's", PASSWORD, "DATABASE_REPLICA_URL", "postgresql://app:" + PASSWORD + "@db-9:x/shop"));
        rows.add(yaml(
                "a replica's with a dollar sign",
                PASSWORD,
                "replica_url: postgresql://app:pa$" + PASSWORD + "@db-9/shop"));
    }

    /** A whole connection string, or a key, where a name or a number belongs; and keys and variables that do not exist. */
    private static void otherKeys(List<Row> rows) {
        String url = "postgresql://app:" + PASSWORD + "@db-9/shop";
        for (String key : List.of(
                "app_db",
                "user",
                "owner_user",
                "schema",
                "application_name",
                "options",
                "pool_size",
                "pool_timeout",
                "hygiene",
                "system_identifier",
                "patroni_urls",
                "sslmode")) {
            rows.add(yaml(key + " holds a connection string", PASSWORD, key + ": " + url));
        }
        rows.add(yaml(
                "application_name holds a keyword string", PASSWORD, "application_name: host=x password=" + PASSWORD));
        rows.add(yaml("app_db holds a key", BODY, "app_db: '" + ESCAPED + "'"));
        rows.add(new Row("host= holds a connection string", PASSWORD, c -> c.uri("host=" + url + " dbname=shop")));
        for (String key : List.of("pasword", "passwd", "url_", "user_pw", "POSTGRES_PASSWORD")) {
            rows.add(yaml("unknown key " + key, PASSWORD, key + ": " + PASSWORD));
        }
        for (String variable : List.of("DATABASE_PASWORD", "PGPASSWORD", "POSTGRES_PASSWORD", "DATABASE_PASSWORD")) {
            rows.add(environment("unknown variable " + variable, PASSWORD, variable, PASSWORD));
        }
    }

    private static void brokenFiles(List<Row> rows) {
        for (String line : List.of("PW \"" + PASSWORD, "A=\"" + PASSWORD, "A='" + PASSWORD, PASSWORD + " x=1")) {
            String place = "a broken line of a .env file: " + line.replace(PASSWORD, "…");
            rows.add(new Row(place, PASSWORD, c -> c.envFile(line + "\nB=1\n")));
        }
        rows.add(new Row("a .env file, the line before", PASSWORD, c -> c.envFile("A=\"open\nPW=" + PASSWORD + "\n")));
        rows.add(new Row(
                "a password with a dollar sign in a .env file",
                PASSWORD,
                c -> c.envFile("POSTGRES_APP_USER_PW=" + DOLLAR + "\n")));
        rows.add(new Row(
                "a key over several lines in a .env file",
                BODY,
                c -> c.envFile("POSTGRES_SSL_KEY=\"" + PEM + "\"\nx y\n")));
        for (String line : List.of("password: @%s", "password: '%s", "password: \"%s", "password: {%s", "- %s")) {
            rows.add(yaml("broken YAML: " + line.replace("%s", "…"), PASSWORD, String.format(line, PASSWORD)));
        }
        rows.add(secretFile("an empty secret file's name", "", PASSWORD));
        rows.add(secretFile("a secret file of two lines", PASSWORD + "\n" + PASSWORD, "pw"));
        rows.add(secretFile("a secret file that is too large", PASSWORD.repeat(8000), "pw"));
        rows.add(new Row("a secret file that is not UTF-8", PASSWORD, c -> {
            Path file = c.directory().resolve("pw");
            Files.write(file, (PASSWORD + "\u00fc").getBytes(StandardCharsets.ISO_8859_1));
            c.yaml(Map.of(), "user_pw_file_path: " + file);
        }));
        rows.add(new Row(
                "a folder of the name of the secret is not there",
                PASSWORD,
                c -> c.yaml(Map.of(), "user_pw_file_path: " + c.directory() + "/" + PASSWORD + "/pw")));
    }

    private static void programs(List<Row> rows) {
        rows.add(new Row("PasswordSource.env", PASSWORD, c -> c.code(PasswordSource.env(PASSWORD))));
        rows.add(new Row("PasswordSource.file", PASSWORD, c -> c.code(PasswordSource.file(Path.of(PASSWORD)))));
        rows.add(new Row("PasswordSource.literal", PASSWORD, c -> c.code(PasswordSource.literal(PASSWORD))));
        rows.add(new Row(
                "TlsSource.file",
                BASE64,
                c -> c.code(TlsConfig.require()
                        .withClientCertificate(ClientCertificate.of(Path.of(BASE64), Path.of(BASE64))))));
        rows.add(new Row(
                "TlsSource.of",
                PASSWORD,
                c -> c.code(TlsConfig.builder(SslMode.VERIFY_CA)
                        .ca(TlsSource.of(PASSWORD))
                        .build())));
        rows.add(new Row("TlsSource.of what is no path", PASSWORD, c -> c.hear(() -> TlsSource.of(PASSWORD + "\0x"))));
    }

    /** Code of the application has the secret at hand when it throws, or prints itself. */
    private static void providers(List<Row> rows) {
        for (String secret : List.of(PASSWORD, TOKEN)) {
            String form = secret.equals(TOKEN) ? "a token" : "the password";
            Exception deep = new IllegalStateException(secret, new java.io.IOException(secret));
            deep.addSuppressed(new java.sql.SQLException(secret));
            rows.add(provider("a provider that throws " + form + ", deep down too", secret, deep));
            rows.add(provider(
                    "a provider that throws " + form + " undeclared", secret, new java.io.IOException(secret)));
            rows.add(provider("a provider that throws " + form + " in an error", secret, new AssertionError(secret)));
        }
        rows.add(new Row(
                "a provider that prints as it",
                PASSWORD,
                c -> c.code(PasswordSource.provider("vault", new Supplier<>() {
                    @Override
                    public Secret get() {
                        return Secret.of(PASSWORD);
                    }

                    @Override
                    public String toString() {
                        return PASSWORD;
                    }
                }))));
        rows.add(new Row(
                "a provider that yields two lines",
                PASSWORD,
                c -> c.code(PasswordSource.provider("vault", () -> Secret.of(PASSWORD + "\n" + PASSWORD)))));
    }

    private static Row provider(String place, String secret, Throwable thrown) {
        return new Row(
                place,
                secret,
                c -> c.code(PasswordSource.provider("vault", () -> {
                    SecretPlacesIT.<RuntimeException>raise(thrown);
                    return Secret.of("never");
                })));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private static void commandLines(List<Row> rows) {
        for (String command : List.of("resolve", "plan", "tls-check")) {
            rows.add(command(command, "--password=" + PASSWORD));
            rows.add(command(command, "--set", "password=" + PASSWORD));
            rows.add(command(command, "postgresql://app:" + PASSWORD + "@db-9/shop"));
            rows.add(command(command, "--url", "postgresql://app:" + PASSWORD + "@db-9:x/shop"));
            rows.add(command(command, "--json", "--url", "postgresql://app:" + PASSWORD + "@db-9:x/shop"));
            rows.add(command(command, "--config", "postgresql://app:" + PASSWORD + "@db-9/shop"));
            rows.add(command(command, "--json", "--env-file", "postgresql://app:" + PASSWORD + "@db-9/shop"));
        }
        rows.add(command("tls-check", "--host", "localhost:1", "--sslrootcert", BASE64.substring(0, 300)));
        rows.add(command("tls-check", "--host", "localhost:1", "--port", PASSWORD));
        rows.add(command("tls-check", "--host", "localhost:1", "--sslmode", PASSWORD));
        rows.add(command("postgresql://app:" + PASSWORD + "@db-9/shop"));
    }

    /** {@code FILE} stands for the place that holds the right password. */
    private static Row yaml(String place, String secret, String... lines) {
        return new Row(place, secret, c -> c.yaml(Map.of(), lines));
    }

    private static Row environment(String place, String secret, String... variables) {
        Map<String, String> environment = new java.util.HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return new Row(place, secret, c -> c.environment(environment));
    }

    /** One key of the section, beside a certificate and a key that are right. */
    private static Row tls(String place, String secret, String key, String value) {
        Map<String, String> keys = new java.util.TreeMap<>(Map.of("cert", CLIENT.chain(), "key", PEM));
        keys.put(key, value);
        if (key.equals("crl")) {
            keys.put("ca", CertificateAuthority.create("Any").certificate());
        }
        List<String> lines =
                new ArrayList<>(List.of("tls:", "  mode: " + (keys.containsKey("ca") ? "verify-ca" : "require")));
        keys.forEach((name, text) ->
                lines.add("  " + name + ": \"" + text.replace("\\", "\\\\").replace("\n", "\\n") + "\""));
        return new Row(place, secret, c -> c.yaml(Map.of(), lines.toArray(String[]::new)));
    }

    private static Row secretFile(String place, String content, String name) {
        return new Row(place, PASSWORD, c -> {
            Path file = Files.writeString(c.directory().resolve("secret"), content);
            Path shown = name.equals(PASSWORD) ? c.directory().resolve("no").resolve(name) : file;
            c.yaml(Map.of(), "user_pw_file_path: " + shown);
        });
    }

    private static Row command(String... arguments) {
        String shown = String.join(" ", arguments).replace(PASSWORD, "…");
        String place = "penstock " + (shown.length() > 80 ? shown.substring(0, 80) + "…" : shown);
        String secret = List.of(arguments).contains(BASE64.substring(0, 300)) ? BASE64.substring(0, 300) : PASSWORD;
        return new Row(place, secret, c -> c.command(arguments));
    }

    private static String body(String pem) {
        return pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A cloud's token: long, and by chance written like the name of a variable. */
    private static String token() {
        StringBuilder token = new StringBuilder("Zq7CANARY");
        for (int i = 0; token.length() < 900; i++) {
            token.append(Integer.toString(7919 * (i + 13), 36)).append(i % 3 == 0 ? "_" : "K");
        }
        return token.toString();
    }
}
