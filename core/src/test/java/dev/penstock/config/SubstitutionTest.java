package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.penstock.config.Substitution.Syntax;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Compose subset, edge by edge, and the same edges through bash. */
class SubstitutionTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("SET", "value", "EMPTY", "", "DOLLAR", "a${SET}b", "BARE", "a$SET", "TWO", "a$$b", "BRACE", "a}b");

    private static String expand(String text) {
        return new Substitution(ENVIRONMENT).expand(text, Syntax.COMPOSE);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        plain               | plain           | same
        $SET                | value           | same
        ${SET}              | value           | same
        a${SET}b            | avalueb         | same
        a$SET.b             | avalue.b        | same
        $SET$SET            | valuevalue      | same
        ${EMPTY}            | ""              | same
        ${SET:-d}           | value           | same
        ${EMPTY:-d}         | d               | same
        ${UNSET:-d}         | d               | same
        ${SET-d}            | value           | same
        ${EMPTY-d}          | ""              | same
        ${UNSET-d}          | d               | same
        ${UNSET:-}          | ""              | same
        ${UNSET-}           | ""              | same
        ${SET:+a}           | a               | same
        ${EMPTY:+a}         | ""              | same
        ${UNSET:+a}         | ""              | same
        ${SET+a}            | a               | same
        ${EMPTY+a}          | a               | same
        ${UNSET+a}          | ""              | same
        ${SET:?no}          | value           | same
        ${SET?no}           | value           | same
        ${EMPTY?no}         | ""              | same
        ${UNSET:-${SET}}    | value           | same
        ${UNSET:-${NO:-x}}  | x               | same
        ${UNSET:-a$SET}     | avalue          | same
        ${SET:-${NO}}       | value           | same
        ${UNSET:-a}b}       | ab}             | same
        ${UNSET:-{a}}       | {a}             | same
        ${SET:-{a}}         | value           | differs
        ${SET-{'j':1}}x     | valuex          | differs
        ${UNSET-{'j':1}}x   | {'j':1}x        | differs
        ${UNSET:-a{b}       | a{b             | same
        ${UNSET:-{}}        | {}              | same
        ${UNSET:-a:-b}      | a:-b            | same
        ${UNSET:-a?b}       | a?b             | same
        ${UNSET:--}         | -               | same
        ${UNSET:-a b}       | a b             | same
        $DOLLAR             | a${SET}b        | same
        ${DOLLAR}           | a${SET}b        | same
        ${UNSET:-$DOLLAR}   | a${SET}b        | same
        ${DOLLAR:-x}        | a${SET}b        | same
        ${DOLLAR-x}         | a${SET}b        | same
        ${DOLLAR:?x}        | a${SET}b        | same
        ${BARE}             | a$SET           | same
        ${TWO}              | a$$b            | same
        ${BRACE}            | a}b             | same
        a$$b                | a$b             | differs
        $$SET               | $SET            | differs
        $${SET}             | ${SET}          | differs
        $$$$                | $$              | differs
        """)
    void an_expression_gives_what_compose_and_bash_give(String text, String expected, String bash) throws Exception {
        assertThat(expand(text)).isEqualTo(expected);
        if (bash.equals("same")) {
            assumeThat(Files.isExecutable(Path.of("/bin/bash")))
                    .as("bash is at hand")
                    .isTrue();
            assertThat(inBash(text)).as("bash").isEqualTo(expected);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        ${UNSET}            | UNSET_VARIABLE | UNSET, which is not set
        $UNSET              | UNSET_VARIABLE | UNSET, which is not set
        ${UNSET:?tell me}   | UNSET_VARIABLE | tell me
        ${EMPTY:?tell me}   | UNSET_VARIABLE | tell me
        ${UNSET?tell me}    | UNSET_VARIABLE | tell me
        ${UNSET:-${NO}}     | UNSET_VARIABLE | NO, which is not set
        ${SET:=x}           | SUBSTITUTION   | operator on a variable
        ${SET#x}            | SUBSTITUTION   | operator on a variable
        ${SET:0:2}          | SUBSTITUTION   | operator on a variable
        ${#SET}             | SUBSTITUTION   | without a name
        ${}                 | SUBSTITUTION   | without a name
        ${1}                | SUBSTITUTION   | without a name
        ${SET               | SUBSTITUTION   | closing
        ${SET:-${SET}       | SUBSTITUTION   | closing
        $                   | SUBSTITUTION   | begins no expression
        a$ b                | SUBSTITUTION   | begins no expression
        $1                  | SUBSTITUTION   | begins no expression
        """)
    void what_is_neither_is_an_error(String text, String code, String message) {
        assertThatThrownBy(() -> expand(text))
                .isInstanceOfSatisfying(
                        InvalidConfigException.class,
                        e -> assertThat(e.violations())
                                .singleElement()
                                .returns(code, Violation::code)
                                .satisfies(violation ->
                                        assertThat(violation.message()).contains(message)));
    }

    @Test
    void an_unset_variable_is_told_with_key_and_variable() {
        assertThat(Loading.violations(() -> Loading.keys("application_name: ${SHOP_NAME}")))
                .singleElement()
                .hasToString("database.application_name needs the variable SHOP_NAME, which is not set (config.yaml:3)."
                        + " Set SHOP_NAME, or give a default: ${SHOP_NAME:-value}.");
    }

    @Test
    void a_connection_string_is_expanded_component_by_component() {
        Map<String, String> environment =
                Map.of("PW", "p/w@x:y?z%41", "HOST", "db-1", "PORT", "6000", "DB", "a/b?c", "USERNAME", "a:b");
        DatabaseConfig config = Loading.yaml(
                "database:\n"
                        + "  url: \"postgresql://${USERNAME}:x${PW}@${HOST:-h@x/y}:${PORT}/${DB}?schema=${NO:-a&b}\"\n",
                environment);

        assertThat(config.endpoints()).containsExactly(new Endpoint("db-1", 6000));
        assertThat(config.user()).isEqualTo("a:b");
        assertThat(config.database()).isEqualTo("a/b?c");
        assertThat(config.session().schema()).isEqualTo("a&b");
        assertThat(config.password().resolve(Map.of()).reveal()).isEqualTo("xp/w@x:y?z%41");
    }

    @Test
    void a_variable_that_is_a_whole_url_is_expanded_first_and_its_own_dollars_stay() {
        Map<String, String> environment =
                Map.of("DATABASE_URL", "postgresql://app:a$b$$c@localhost/${DB}", "DB", "$SET${SET}", "SET", "no");
        DatabaseConfig config = Loading.yaml("database:\n  url: ${DATABASE_URL:-postgresql://x/y}\n", environment);

        assertThat(config.password().resolve(Map.of()).reveal()).isEqualTo("a$b$$c");
        assertThat(config.database()).isEqualTo("$SET${SET}");
    }

    @Test
    void the_default_of_a_whole_url_is_still_split_before_it_is_expanded() {
        DatabaseConfig config = Loading.yaml(
                "database:\n  url: ${NO:-postgresql://${USERNAME}:x@localhost/shop}\n", Map.of("USERNAME", "a@b/c"));

        assertThat(config.user()).isEqualTo("a@b/c");
    }

    @Test
    void an_expression_that_turns_out_empty_leaves_its_key_unset() {
        DatabaseConfig config = Loading.keys("schema: ${NO:-}", "pool_size: ${NO:-}");

        assertThat(config.session().schema()).isNull();
        assertThat(config.pool().size()).isEqualTo(20);
    }

    private static String inBash(String text) throws IOException, InterruptedException {
        ProcessBuilder bash = new ProcessBuilder("/bin/bash", "-c", "printf %s \"" + text + "\"");
        bash.environment().clear();
        bash.environment().putAll(ENVIRONMENT);
        Process process = bash.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return printed;
    }
}
