package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lines of a {@code .env} file. */
class EnvFileTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            A=b                     ~ b
            A = b                   ~ b
            export A=b              ~ b
            A=b # comment           ~ b
            A=b#no-comment          ~ b#no-comment
            A=                      ~ ``
            A=# comment             ~ ``
            A="b # c"               ~ b # c
            A="b" # c               ~ b
            A="b\\"c\\\\d\\$e\\qf"  ~ b"c\\d$e\\qf
            A='b\\n"c'              ~ b\\n"c
            A=b=c                   ~ b=c
            A=b'c"d                 ~ b'c"d
            A=postgresql://u:${PW}@h/d?x=1 ~ postgresql://u:${PW}@h/d?x=1
            A=$B                    ~ $B
            """)
    void a_line_gives_a_value(String line, String value) {
        assertThat(EnvFile.parse(List.of("", "# comment", line), ".env")).containsExactly(Map.entry("A", value));
    }

    @Test
    void every_line_that_is_none_is_told_with_its_number() {
        assertThat(Loading.violations(() -> EnvFile.parse(List.of("A=b", "1A=b", "no line", "B=\"open"), ".env")))
                .extracting(Violation::code, Violation::origin)
                .containsExactly(
                        tuple("ENV_FILE_LINE", ".env:2"),
                        tuple("ENV_FILE_LINE", ".env:3"),
                        tuple("ENV_FILE_LINE", ".env:4"));
    }

    @Test
    void a_missing_file_is_told() {
        assertThat(Loading.codes(() -> EnvFile.read(Path.of("/no/such/.env")))).containsExactly("ENV_FILE");
    }

    @Test
    void a_long_quoted_value_is_read() {
        String pem = "MIIB\\n".repeat(20_000);

        assertThat(EnvFile.parse(List.of("PEM=\"" + pem + "\""), ".env").get("PEM"))
                .hasLineCount(20_000);
    }
}
