package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.violation.Violation;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The statements of a {@code .env} file, as Compose reads them: the rows are those of compose-go's own tests ({@code dotenv/godotenv_test.go},
 * {@code parser_test.go}, {@code fixtures}) as of 2026, and what its code says of the cases between them.
 */
class EnvFileTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("SET", "of the process", "EMPTY", "");

    private static Map<String, String> parsed(String text) {
        Map<String, String> all = new java.util.TreeMap<>(EnvFile.parse(text, ".env", ENVIRONMENT));
        all.keySet().removeAll(ENVIRONMENT.keySet());
        return all;
    }

    /** {@code ⏎} stands for a line end, {@code ␍} for a carriage return, {@code ␣} for a blank at an end. */
    private static String visible(String text) {
        return text.replace('⏎', '\n').replace('␍', '\r').replace('␣', ' ');
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        A=b                     ~ b
        A =b                    ~ b
        A= b                    ~ b
        A = b                   ~ b
        ␣␣A=b␣␣                 ~ b
        A: b                    ~ b
        A: Foo=bar              ~ Foo=bar
        A=1:B                   ~ 1:B
        A=b␍                    ~ b
        export A=b              ~ b
        ␣export␣␣␣A=b           ~ b
        A=b # comment           ~ b
        A=b #comment            ~ b
        A=b #                   ~ b
        A=b#no-comment          ~ b#no-comment
        A=# no comment          ~ # no comment
        A=                      ~ ``
        A=''                    ~ ``
        A=""                    ~ ``
        A="b # c"               ~ b # c
        A="b#c"#                ~ b#c
        A="b" # c               ~ b
        A='b#c' # c             ~ b#c
        A="b\\"c\\\\d\\$e\\qf"  ~ b"c\\d$e\\qf
        A='b\\n"c'              ~ b\\n"c
        A="'d'"                 ~ 'd'
        A='Let\\'s go!'         ~ Let's go!
        A="b\\nc"               ~ b⏎c
        A=b\\tc                 ~ b\\tc
        A="\\0123"              ~ S
        A="\\x07\\u12e4"        ~ \\x07\\u12e4
        A="b\\\\r\\ b"          ~ b\\r\\ b
        A="one⏎two # not⏎three" ~ one⏎two # not⏎three
        A='one⏎two'             ~ one⏎two
        A=b=c                   ~ b=c
        A=b'c"d                 ~ b'c"d
        A=b c                   ~ b c
        A=$$b                   ~ $b
        A="\\$SET"              ~ $SET
        A='$SET'                ~ $SET
        A=$SET                  ~ of the process
        A="${SET}!"             ~ of the process!
        A=${EMPTY:-d}           ~ d
        A=${NONE-d}             ~ d
        A=a$                    ~ a$
        A=a$ b                  ~ a$ b
        A=a$1                   ~ a$1
        """)
    void a_statement_gives_a_value(String statement, String value) {
        String text = "# comment\n\n\t # another\n" + visible(statement) + "\n";
        assertThat(parsed(text)).containsExactly(Map.entry("A", visible(value)));
        assertThat(parsed(text.stripTrailing())).containsExactly(Map.entry("A", visible(value)));
    }

    @Test
    void a_value_is_expanded_with_the_process_first_and_then_with_earlier_lines() {
        assertThat(parsed("A=1\nB=${A}\nC=$B\nD=${A}_${B}\nSET=of the file\nE=$SET\nA=2\nF=$A\n"))
                .containsEntry("B", "1")
                .containsEntry("C", "1")
                .containsEntry("D", "1_1")
                .containsEntry("E", "of the process")
                .containsEntry("F", "2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        spring.profiles.active=prod
        my-var=1
        a[1]=c
        árvíztűrő-TÜKÖR=1
        HOME
        HOME␍
        1A=b
        456 = ABC
        http://example.org
        JAVA_OPTS=-Da=$NO_SUCH -Db
        TEMPLATE="${NO_SUCH"
        OTHER=${NO_SUCH:?tell}
        """)
    void a_line_for_another_program_does_not_refuse_the_file(String line) {
        assertThat(parsed(visible(line) + "\nA=1\n")).containsEntry("A", "1");
    }

    @Test
    void a_value_of_another_program_that_cannot_be_expanded_is_left_out_and_not_shortened() {
        assertThat(parsed("SHOP_PW=pa$word\nOPTS=a${NO_SUCH\nA=1\n")).containsExactly(Map.entry("A", "1"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
        POSTGRES_APP_USER_PW=pa$hunter2      ~ UNSET_VARIABLE
        POSTGRES_APP_USER_PW="pa${hunter2"   ~ SUBSTITUTION
        APP_DB_USER_PW=pa$hunter2            ~ UNSET_VARIABLE
        DATABASE_APPLICATION_NAME=$hunter2   ~ UNSET_VARIABLE
        POSTGRES_SSL_KEY=${hunter2:?}        ~ UNSET_VARIABLE
        """)
    void one_of_our_own_variables_that_cannot_be_expanded_is_told_and_nothing_of_it_shown(String line, String code) {
        assertThat(Loading.violations(() -> EnvFile.parse("\n" + line + "\nA=1\n", ".env", Map.of())))
                .singleElement()
                .returns(code, Violation::code)
                .returns(".env:2", Violation::origin)
                .satisfies(violation -> assertThat(violation.toString()).doesNotContain("hunter2"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        A=postgresql://u:${PW}@h/d?x=1 ~ postgresql://u:${PW}@h/d?x=1
        A=postgresql://u:$PW@h/d       ~ postgresql://u:${PW}@h/d
        A=postgresql://u:pa$$w@h/d     ~ postgresql://u:pa%24w@h/d
        A="jdbc:postgresql://$H/d"     ~ jdbc:postgresql://${H}/d
        A='postgresql://u:$PW@h/d'     ~ postgresql://u:$PW@h/d
        """)
    void an_expression_in_a_connection_string_is_left_to_its_reader(String line, String value) {
        assertThat(parsed(line)).containsExactly(Map.entry("A", value));
    }

    @Test
    void a_password_in_a_variable_needs_no_percent_encoding_in_the_connection_string() {
        Map<String, String> environment = EnvFile.parse(
                "SHOP_PW='pa/ss@word'\nDATABASE_URL=postgresql://app:$SHOP_PW@localhost/shop$$1\n", ".env", Map.of());
        DatabaseConfig config = DatabaseConfig.fromEnvironment(environment);
        assertThat(config.password().resolve(environment).reveal()).isEqualTo("pa/ss@word");
        assertThat(config.database()).isEqualTo("shop$1");
    }

    @Test
    void every_statement_that_is_none_is_told_with_its_number() {
        assertThat(Loading.violations(() -> EnvFile.parse(
                        "A=b\nno line\n@x=1\nHOME # no comment\nA=\"b\" c\n=\nM=\"one\ntwo\" x\nB=\"open\nC=1\n",
                        ".env",
                        Map.of())))
                .extracting(Violation::code, Violation::origin)
                .containsExactlyInAnyOrder(
                        tuple("ENV_FILE_LINE", ".env:2"),
                        tuple("ENV_FILE_LINE", ".env:3"),
                        tuple("ENV_FILE_LINE", ".env:4"),
                        tuple("ENV_FILE_LINE", ".env:5"),
                        tuple("ENV_FILE_LINE", ".env:6"),
                        tuple("ENV_FILE_LINE", ".env:7"),
                        tuple("ENV_FILE_LINE", ".env:8"),
                        tuple("ENV_FILE_LINE", ".env:9"));
    }

    @Test
    void a_quote_that_is_escaped_closes_nothing() {
        assertThat(Loading.violations(() -> EnvFile.parse("KEY='value\\'\n", ".env", Map.of())))
                .singleElement()
                .returns(".env:1", Violation::origin);
    }

    @Test
    void a_missing_file_is_told() {
        assertThat(Loading.codes(() -> EnvFile.read(Path.of("/no/such/.env")))).containsExactly("ENV_FILE");
    }

    @Test
    void a_long_quoted_value_is_read() {
        String pem = "MIIB\\n".repeat(20_000);

        assertThat(parsed("PEM=\"" + pem + "\"").get("PEM")).hasLineCount(20_000);
    }
}
