package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dmeo                  | penstock: unknown command 'dmeo'; penstock help lists the commands",
                "demo --second 5       | penstock demo: unknown option '--second'; --help lists the options",
                "demo now              | penstock demo: unknown argument 'now'; --help lists the options",
                "demo --seconds        | penstock demo: --seconds needs a value",
                "demo --seconds 5      | penstock demo: --seconds must be a whole number from 6 to 3600, was '5'",
                "demo --seconds=abc    | penstock demo: --seconds must be a whole number from 6 to 3600, was 'abc'",
                "demo --seconds -20    | penstock demo: --seconds must be a whole number from 6 to 3600, was '-20'",
                "demo --seconds 9999999999 | penstock demo: --seconds must be a whole number from 6 to 3600, was '9999999999'",
                "demo --replicas 0     | penstock demo: --replicas must be a whole number from 1 to 5, was '0'",
                "dev --no-tls=yes      | penstock dev: unknown option '--no-tls'; --help lists the options",
                "dev --port 65535      | penstock dev: --port must be a whole number from 1 to 65534, was '65535'",
                "plan --what-if x      | penstock plan: --what-if takes lost-replicas=N, more-instances=N and slower-queries=K, separated by commas, was 'x'",
                "plan --config a --url b | penstock plan: --config and --url exclude each other",
                "plan --jsn            | penstock plan: unknown option '--jsn'; --help lists the options",
                "tls-check --host db --sslmode full | penstock tls-check: --sslmode must be one of [disable, allow, prefer, require, verify-ca, verify-full], was 'full'",
                "tls-check --host db --config x --sslmode require | penstock tls-check: --sslmode and --sslrootcert go with --host alone",
                "tls-check --url x --config x | penstock tls-check: --config and --url exclude each other",
                "dev --replicas 9      | penstock dev: --replicas must be a whole number from 0 to 8, was '9'",
            })
    void a_wrong_command_line_is_one_clear_line_and_exit_status_2(String line, String message) {
        assertThat(run(line)).isEqualTo(2);
        assertThat(text(err)).isEqualTo(message + System.lineSeparator());
        assertThat(text(out)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "help",
        "--help",
        "-h",
        "demo --help",
        "dev -h",
        "plan --help",
        "tls-check --help",
        "demo --seconds abc --help"
    })
    void help_goes_to_standard_output_and_is_exit_status_0(String line) {
        assertThat(run(line)).isZero();
        assertThat(text(out)).startsWith("Usage: penstock");
        assertThat(text(err)).isEmpty();
    }

    @Test
    void no_command_at_all_prints_the_list_of_commands() {
        assertThat(main(List.of())).isZero();
        assertThat(text(out)).contains("  demo ", "  dev ", "  help ");
    }

    private int run(String line) {
        return main(List.of(line.strip().split(" +")));
    }

    private int main(List<String> arguments) {
        Terminal terminal = new Terminal(stream(out), stream(err), false);
        try (Interruption interruption = Interruption.watch()) {
            return new Main(Main.commands(), terminal).run(arguments, interruption);
        }
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
