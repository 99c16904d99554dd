package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our grammar against libpq's own {@code PQconninfoParse}, called through Python's ctypes: the forms of a table, and
 * seeded random ones. Where we refuse what libpq takes, the refusal must be one of the documented exceptions.
 */
class LibpqComparisonTest {
    @TempDir
    private Path directory;

    /** As libpq tells it: 150018 for 15.18. */
    private String version = "";

    /** Prints libpq's version; then, for every base64 line, {@code !} or the parsed options as base64 pairs. */
    private static final String SCRIPT = """
        import base64, ctypes, ctypes.util, sys
        class Option(ctypes.Structure):
            _fields_ = [(n, ctypes.c_char_p) for n in ("keyword", "envvar", "compiled", "val", "label", "dispchar")] \\
                + [("dispsize", ctypes.c_int)]
        pq = ctypes.CDLL("libpq.so.5")
        print(pq.PQlibVersion())
        pq.PQconninfoParse.restype = ctypes.POINTER(Option)
        pq.PQconninfoParse.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_char_p)]
        for line in sys.stdin:
            error = ctypes.c_char_p()
            options = pq.PQconninfoParse(base64.b64decode(line), ctypes.byref(error))
            if not options:
                print("!")
                continue
            found, i = [], 0
            while options[i].keyword:
                if options[i].val is not None:
                    found.append(options[i].keyword.decode() + "=" + base64.b64encode(options[i].val).decode())
                i += 1
            print(" ".join(found))
        """;

    /** What is refused although libpq takes it, each for a reason in docs/configuration.md. */
    private static final List<String> EXCEPTIONS = List.of(
            "NO_HOST",
            "UNIX_SOCKET",
            "URL_HOST",
            "URL_PORT",
            "URL_PASSWORD_UNENCODED",
            "URL_PARAMETER_FORBIDDEN",
            "URL_PARAMETER_UNSUPPORTED",
            "URL_SCHEME",
            "URL_BLANK");

    private static final List<String> PIECES = List.of(
            "postgresql://",
            "postgres://",
            "app",
            ":",
            "pw",
            "@",
            "db-1",
            "db-2",
            ",",
            "[::1]",
            "[",
            "]",
            "/",
            "shop",
            "?",
            "&",
            "=",
            "%41",
            "%2F",
            "%4",
            "%00",
            "%C3%A4",
            "+",
            "5432",
            "user",
            "password",
            "dbname",
            "host",
            "port",
            "sslmode",
            "require",
            "ssl",
            "true",
            "application_name",
            "nonsense",
            "'",
            "\\",
            ";",
            "#");

    @Test
    void every_form_is_read_as_libpq_reads_it() throws Exception {
        compare(table());
    }

    @Test
    void random_forms_are_read_as_libpq_reads_them() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed of the comparison with libpq: " + seed);
        Random random = new Random(seed);
        compare(IntStream.range(0, 20_000).mapToObj(i -> random(random)).toList());
    }

    private static List<String> table() {
        return List.of(
                "postgresql://app:pw@db-1:6000/shop?sslmode=require&application_name=a",
                "postgres://db-1",
                "postgresql://@db-1",
                "postgresql://:@db-1/",
                "postgresql://:pw@db-1",
                "postgresql://app:@db-1",
                "postgresql://app@db-1:/shop",
                "postgresql://db-1,db-2:1,[::1]:2/shop",
                "postgresql://db-1:1,db-2/shop",
                "postgresql://a%40b:c%2Fd%25@db-1/x%2Fy",
                "postgresql://app:a:b?c@db-1/a/b",
                "postgresql://app@db-1?dbname=shop&user=other&user=last&password=x",
                "postgresql://app@db-1/shop?password=",
                "postgresql://app@db-1/shop?",
                "postgresql://app@db-1/shop?sslmode=require&",
                "postgresql://app@db-1/shop?&sslmode=require",
                "postgresql://app@db-1/shop?ssl=true",
                "postgresql://app@db-1/shop?ssl=false",
                "postgresql://app@db-1/shop?requiressl=1",
                "postgresql://app@db-1/shop?requiressl=0",
                "postgresql://app@db-1/shop?a%70plication_name=x",
                "postgresql:///shop?host=db-1,db-2&port=1,2",
                "postgresql://app:pw@:6432/shop?host=db-1.internal",
                "postgresql://app@:6432/shop?host=db-1,db-2",
                "postgresql://app@:1,:2/shop?host=db-1,db-2",
                "postgresql://u%zz@db-1/shop?user=app",
                "postgresql://app@db-1/d%zz?dbname=shop",
                "postgresql://app:pw%00@db-1/shop?password=x",
                "postgresql://app@db-1/shop?user=%zz&user=app",
                "postgresql://app@db-1/shop?ssl=%74rue",
                "postgresql://db-1/shop?user=me@server",
                "postgresql://app:pw@db-1/shop?application_name=svc@host",
                "postgresql://db-1/shop?user=me@server&user=a@b&password=p@w",
                "host=db-1 dbname=shop user=app password='a b\\'c' port=1",
                "host = db-1   dbname = shop",
                "host=db-1 user=a\\ b\\\\c password=''",
                "host=db-1 password=a'b",
                "host=db-1 dbname",
                "host=db-1 dbname='shop",
                "host=db-1 dbname='shop'user=app",
                "host=db-1 nonsense=1",
                "  host=db-1");
    }

    /** Most of what the pieces make is no connection string; here every place holds something, right or broken. */
    @Test
    void parameters_replace_what_stands_in_front_as_they_do_in_libpq() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed of the overriding parameters: " + seed);
        Random random = new Random(seed);
        compare(IntStream.range(0, 20_000).mapToObj(i -> overriding(random)).toList());
    }

    private static String overriding(Random random) {
        StringBuilder text = new StringBuilder("postgresql://");
        text.append(one(random, "", "app@", "a%zz@", "app:pw@", "app:p%00@", ":pw@"));
        text.append(one(random, "", "db-1", "db-1,db-2", ",", "[::1]"));
        text.append(one(random, "", ":1", ":1,:2", ":%31", ":%zz"));
        text.append(one(random, "", "/", "/shop", "/s%zz"));
        String delimiter = "?";
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append(delimiter)
                    .append(one(random, "user=", "password=", "dbname=", "host=", "port=", "sslmode=", "ssl="))
                    .append(one(random, "", "a", "%zz", "a@b", "db-1", "db-1,db-2", "2", "3,4", "require", "%74rue"));
            delimiter = "&";
        }
        return text.toString();
    }

    private static String one(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static String random(Random random) {
        StringBuilder text = new StringBuilder("postgresql://");
        int length = random.nextInt(14);
        for (int i = 0; i < length; i++) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    private void compare(List<String> texts) throws Exception {
        List<String> answers = libpq(texts);
        List<String> differences = new ArrayList<>();
        int bothRead = 0;
        for (int i = 0; i < texts.size(); i++) {
            String theirs = answers.get(i);
            String ours = ours(texts.get(i));
            boolean excused = !theirs.equals("!") && EXCEPTIONS.contains(ours);
            boolean refused = theirs.equals("!") && !ours.startsWith("{");
            bothRead += ours.startsWith("{") ? 1 : 0;
            if (!excused && !refused && !ours.equals(theirs)) {
                differences.add(texts.get(i) + "\n  libpq " + theirs + "\n  ours  " + ours);
            }
        }
        assertThat(differences).as("beside libpq %s", version).isEmpty();
        assertThat(bothRead).as("forms that both read").isGreaterThan(texts.size() / 200);
    }

    /** Sorted {@code {keyword=value}} in libpq's words, or the code of the first violation. */
    private static String ours(String text) {
        Setting scalar = Setting.of(Key.URL, text, "url", "test", Setting.Kind.CODE);
        Substitution none = new Substitution(Map.of());
        try {
            return new TreeMap<>(options(ConnectionUri.parse(scalar, UriText.of(scalar, none), none))).toString();
        } catch (InvalidConfigException e) {
            return e.violations().stream()
                    .map(Violation::code)
                    .min(Comparator.comparing(EXCEPTIONS::contains))
                    .orElseThrow();
        }
    }

    private static Map<String, String> options(ConnectionUri uri) {
        Map<String, String> options = new TreeMap<>();
        options.put("host", joined(uri, Endpoint::host));
        options.put("port", joined(uri, endpoint -> String.valueOf(endpoint.port())));
        if (uri.password() != null) {
            options.put(
                    "password", Objects.requireNonNull(uri.password().value()).reveal());
        }
        if (uri.keyPassword() != null) {
            options.put(
                    "sslpassword",
                    Objects.requireNonNull(uri.keyPassword().value()).reveal());
        }
        uri.keys().forEach((key, scalar) -> options.put(scalar.path().substring("url.".length()), scalar.text()));
        options.values().removeIf(String::isEmpty);
        return options;
    }

    private static String joined(ConnectionUri uri, java.util.function.Function<Endpoint, String> part) {
        return uri.endpoints().stream().map(part).collect(Collectors.joining(","));
    }

    private List<String> libpq(List<String> texts) throws IOException, InterruptedException {
        Path script = directory.resolve("libpq.py");
        Path input = directory.resolve("libpq.txt");
        Files.writeString(script, SCRIPT);
        Files.writeString(
                input,
                texts.stream()
                        .map(text -> Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)))
                        .collect(Collectors.joining("\n", "", "\n")));
        Process process;
        try {
            process = new ProcessBuilder("python3", script.toString())
                    .redirectInput(input.toFile())
                    .start();
        } catch (IOException absent) {
            throw absent("python3 is not installed");
        }
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0 && errors.contains("libpq.so.5")) {
            throw absent("libpq.so.5 is not installed");
        }
        assertThat(errors).isEmpty();
        version = lines.get(0);
        return lines.stream().skip(1).map(LibpqComparisonTest::normal).toList();
    }

    private static RuntimeException absent(String reason) {
        System.out.println("comparison with libpq skipped: " + reason);
        Assumptions.abort(reason);
        return new IllegalStateException(reason);
    }

    /** libpq's answer in our order, with the default port written out; an empty value is as good as none. */
    private static String normal(String line) {
        if (line.equals("!")) {
            return line;
        }
        Map<String, String> options = new TreeMap<>();
        for (String pair : line.split(" ")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                byte[] value = Base64.getDecoder().decode(pair.substring(equals + 1));
                options.put(pair.substring(0, equals), new String(value, StandardCharsets.UTF_8));
            }
        }
        options.values().removeIf(String::isEmpty);
        String[] hosts = options.getOrDefault("host", "").split(",", -1);
        String[] ports = options.getOrDefault("port", "").split(",", -1);
        options.put(
                "port",
                IntStream.range(0, hosts.length)
                        .mapToObj(i -> ports[Math.min(i, ports.length - 1)])
                        .map(port -> port.isEmpty()
                                ? "5432"
                                : String.valueOf(Integer.parseInt(port.matches("[0-9]{1,5}") ? port : "0")))
                        .collect(Collectors.joining(",")));
        return options.toString();
    }
}
