package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.violation.InvalidConfigException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any text at all gives a configuration or an InvalidConfigException, and never shows a password. */
class HostileTextTest {
    private static final String CANARY = "C4nary0Pa55w0rd";
    private static final int NOISE_ROUNDS = 3_000;
    private static final int ROUNDS = 20_000;

    private static final List<String> SEEDS = List.of(
            "postgresql://app:" + CANARY + "@db-1:5432/shop?sslmode=require&pool_size=10",
            "postgresql://app:" + CANARY + "@db-1,[::1]:5433/shop",
            "postgresql://db-1/shop?user=app&password=" + CANARY,
            "jdbc:postgresql://db-1/shop?password=" + CANARY + "&user=app",
            "host=db-1 dbname=shop user=app password=" + CANARY,
            "host=db-1 password='" + CANARY + "' dbname=shop",
            "postgresql+asyncpg://app:" + CANARY + "@db-1/shop");

    private static final String NOISE = "/@:?&=%+#[]{}$'\\\" ,;\u0000\n\u00e4\ud83d\ude00\ud800aZ09-_.~!*()";

    @Test
    void a_mutated_connection_string_is_read_or_refused_and_shows_no_password() {
        long seed = new Random().nextLong();
        System.out.println("seed of the hostile connection strings: " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < ROUNDS; i++) {
            String text = mutated(SEEDS.get(random.nextInt(SEEDS.size())), random);
            assertThat(shown(text)).as("seed %d, round %d", seed, i).doesNotContain(CANARY);
        }
    }

    @Test
    void noise_is_read_or_refused_in_every_place() {
        long seed = new Random().nextLong();
        System.out.println("seed of the noise: " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < NOISE_ROUNDS; i++) {
            String text = noise(random);
            assertThat(shown(text)).as("seed %d, round %d", seed, i).isNotNull();
            assertThat(outcome(() -> YamlFile.parse("database:\n  url: " + text, "x.yaml")))
                    .isNotNull();
            assertThat(outcome(() -> EnvFile.parse(text, ".env", Map.of()))).isNotNull();
            assertThat(outcome(() -> SessionOptions.parse(text))).isNotNull();
            assertThat(outcome(() -> Endpoint.parse(text))).isNotNull();
            assertThat(outcome(() -> new Substitution(Map.of()).expand(text, Substitution.Syntax.COMPOSE)))
                    .isNotNull();
        }
    }

    /** What an application could log of the outcome: only the parser runs here, whole loads have a test of their own. */
    private static String shown(String text) {
        Setting scalar = Setting.of(Key.URL, text, "url", "test", Setting.Kind.CODE);
        Substitution none = new Substitution(Map.of());
        return outcome(() -> {
            ConnectionUri uri = ConnectionUri.parse(scalar, UriText.of(scalar, none), none);
            // A password without its delimiters may have become a host, user or database: those are shown by design.
            return "read" + uri.warnings();
        });
    }

    private static String outcome(java.util.function.Supplier<Object> step) {
        try {
            return String.valueOf(step.get());
        } catch (InvalidConfigException e) {
            return e.toString() + e.violations();
        }
    }

    /** Everything but the password itself is cut, doubled, swapped and sprinkled with noise. */
    private static String mutated(String seed, Random random) {
        StringBuilder text = new StringBuilder(seed);
        int steps = 1 + random.nextInt(4);
        for (int i = 0; i < steps; i++) {
            int canary = text.indexOf(CANARY);
            int at = random.nextInt(text.length() + 1);
            boolean inside = canary >= 0 && at > canary && at < canary + CANARY.length();
            int place = inside ? canary + CANARY.length() : at;
            if (random.nextBoolean() || place >= text.length() || place == canary) {
                text.insert(place, NOISE.charAt(random.nextInt(NOISE.length())));
            } else {
                text.deleteCharAt(place);
            }
        }
        return text.toString();
    }

    private static String noise(Random random) {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "postgresql://" : "");
        int length = random.nextInt(40);
        for (int i = 0; i < length; i++) {
            text.append(NOISE.charAt(random.nextInt(NOISE.length())));
        }
        return text.toString();
    }
}
