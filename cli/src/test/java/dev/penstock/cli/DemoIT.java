package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoIT {
    private static final Pattern WRITES =
            Pattern.compile("writes +([\\d,]+) acknowledged, ([\\d,]+) of them found on node-2");
    private static final Pattern READS = Pattern.compile("reads +([\\d,]+): node-1 ([\\d,]+), node-2 ([\\d,]+)");
    private static final Pattern FAILED_READS = Pattern.compile("([\\d,]+) failed, ([\\d,]+) run again");
    private static final Pattern FIRST_WRITE = Pattern.compile("first write ([\\d,]+) ms after node-2 was writable");

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void the_demo_loses_no_acknowledged_write_and_no_read_with_any_number_of_replicas(int replicas) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), System.err, false);

        int status = new DemoCommand().run(List.of("--seconds", "6", "--replicas", "" + replicas), terminal);

        String printed = out.toString(StandardCharsets.UTF_8);
        System.out.println(printed);
        assertThat(printed).endsWith("Nothing acknowledged was lost and no read went wrong." + System.lineSeparator());
        assertThat(status).isZero();
        MatchResult writes = found(WRITES, printed);
        assertThat(number(writes, 1)).isEqualTo(number(writes, 2)).isPositive();
        MatchResult reads = found(READS, printed);
        assertThat(number(reads, 1)).isPositive();
        assertThat(number(reads, 3)).as("reads on a replica").isPositive();
        assertThat(number(found(FAILED_READS, printed), 1)).isZero();
        // Generous: a machine may be busy with anything.
        assertThat(number(found(FIRST_WRITE, printed), 1)).isLessThan(10_000);
    }

    private static MatchResult found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(pattern.pattern()).isTrue();
        return matcher.toMatchResult();
    }

    private static int number(MatchResult match, int group) {
        return Integer.parseInt(match.group(group).replace(",", ""));
    }
}
