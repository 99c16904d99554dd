package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.penstock.secret.PasswordSource;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything wrong is said in one exception, with its place and its remedy. */
class MistakesAtOnceTest {
    @Test
    void ten_faults_in_one_file_are_ten_violations_with_their_lines() {
        List<Violation> found =
                Loading.violations(() -> DatabaseConfig.load(Loading.fixture("ten-faults.yaml"), Map.of()));

        assertThat(found)
                .extracting(Violation::path, Violation::code, Violation::origin)
                .containsExactlyInAnyOrder(
                        tuple("database.url", "URL_PORT", "ten-faults.yaml:4"),
                        tuple("database.replica_url", "SQLITE", "ten-faults.yaml:5"),
                        tuple("database.pool_sise", "UNKNOWN_KEY", "ten-faults.yaml:6"),
                        tuple("database.max_overflow", "OUT_OF_RANGE", "ten-faults.yaml:7"),
                        tuple("database.pool_timeout", "NOT_A_DURATION", "ten-faults.yaml:8"),
                        tuple("database.pool_recycle", "OUT_OF_RANGE", "ten-faults.yaml:9"),
                        tuple("database.environment_mode", "NOT_A_WORD", "ten-faults.yaml:10"),
                        tuple("database.password", "PASSWORD_EXPRESSION", "ten-faults.yaml:11"),
                        tuple("database.application_name", "UNSET_VARIABLE", "ten-faults.yaml:12"),
                        tuple("database.tls.mode", "NOT_A_WORD", "ten-faults.yaml:14"));
        assertThat(found).allSatisfy(violation -> assertThat(violation.remedy()).isNotBlank());
    }

    @Test
    void the_report_has_one_line_for_every_mistake() {
        String report = new InvalidConfigException(
                        Loading.violations(() -> DatabaseConfig.load(Loading.fixture("ten-faults.yaml"), Map.of())))
                .getMessage();

        assertThat(report.lines()).hasSize(11);
        assertThat(report)
                .startsWith("The database configuration has 10 mistakes:")
                .contains(
                        "database.pool_sise is not a key of a database (ten-faults.yaml:6). Did you mean 'pool_size'?",
                        "database.max_overflow must be 0 to 100, was '101' (ten-faults.yaml:7).",
                        "Name the variable in user_pw_env_var.",
                        "needs the variable SHOP_NAME, which is not set");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        a_misspelt_key              | poolsize: 5             | UNKNOWN_KEY     | database.poolsize    | Did you mean 'pool_size'?
        a_key_of_the_tls_section    | certvalidation: none    | UNKNOWN_KEY     | database.certvalidation | Did you mean 'cert_validation'?
        an_unknown_key              | frobnicate: 5           | UNKNOWN_KEY     | database.frobnicate  | The keys are listed in docs/configuration.md.
        a_dotted_key                | tls.mode: require       | UNKNOWN_KEY     | database.tls.mode    | Write the section tls:
        a_key_without_a_value       | pool_size:              | NO_VALUE        | database.pool_size   | Give a value
        a_comment_for_a_value       | app_db: #shop           | NO_VALUE        | database.app_db      | Give a value
        a_list_for_a_value          | pool_size: [1, 2]       | NOT_A_SCALAR    | database.pool_size   | one line
        a_value_for_a_section       | tls: require            | NOT_A_SECTION   | database.tls         | Write its keys below it.
        a_word_in_capitals          | read_role: RO_USER      | NOT_A_WORD      | database.read_role   | Did you mean 'ro_user'?
        a_float_for_a_number        | pool_size: 5.7          | NOT_A_NUMBER    | database.pool_size   | for 20
        an_exponent_for_a_number    | pool_size: 1e1          | NOT_A_NUMBER    | database.pool_size   | for 20
        a_huge_number               | pool_size: 99999999999  | NOT_A_NUMBER    | database.pool_size   | for 20
        a_blank_name                | schema: "  "            | BLANK           | database.schema      | Leave it out
        a_nul_in_a_name             | application_name: "x\\0work_mem\\0009999kB" | CONTROL_CHARACTER | database.application_name | Correct the value
        a_nul_in_the_user           | user: "x\\0y"           | CONTROL_CHARACTER | database.user      | Correct the value
        a_nul_in_the_database       | app_db: "x\\0y"         | CONTROL_CHARACTER | database.app_db    | Correct the value
        a_nul_in_the_schema         | schema: "x\\0y"         | CONTROL_CHARACTER | database.schema    | Leave it out
        a_nul_in_a_setting          | options: "-c a.b=x\\0y" | CONTROL_CHARACTER | database.options   | Take it out
        a_nul_in_another_role       | ro_user: "x\\0y"        | CONTROL_CHARACTER | database.ro_user   | Correct the value
        a_tab_in_the_owner          | owner_user: "x\\t-c\\twork_mem=9999kB" | CONTROL_CHARACTER | database.owner_user | Correct the value
        a_line_break_in_a_role      | migration_user: "x\\ny" | CONTROL_CHARACTER | database.migration_user | Leave it out
        a_list_with_a_gap           | schema: app,,public     | SCHEMA_LIST     | database.schema      | between double quotes
        a_list_that_ends_too_early  | schema: "app, "         | SCHEMA_LIST     | database.schema      | between double quotes
        a_quote_within_a_name       | schema: a"b             | SCHEMA_LIST     | database.schema      | between double quotes
        a_quote_that_stays_open     | schema: '"ab'           | SCHEMA_LIST     | database.schema      | between double quotes
        something_behind_a_quote    | schema: '"a" b'         | SCHEMA_LIST     | database.schema      | between double quotes
        an_option_of_ours           | options: -c role=x      | RESERVED_SETTING | database.options    | owner_user
        options_that_are_no_setting | options: --single       | OPTIONS         | database.options     | -c
        idle_beyond_recycling       | idle_timeout: 1800      | IDLE_OUTLIVES_RECYCLE | database.idle_timeout | Lower idle_timeout
        a_value_for_a_variable_name | user_pw_env_var: p/w=   | NOT_A_VARIABLE  | database.user_pw_env_var | its name here
        a_key_without_certificate   | sslkey: a.key           | KEY_WITHOUT_CERTIFICATE | database.sslkey | Set sslcert too.
        an_operator_of_the_shell    | schema: ${A:=b}         | SUBSTITUTION    | database.schema      | Use one of
        """)
    void a_fault_is_told_with_its_place_and_remedy(String name, String line, String code, String path, String remedy) {
        // A user or database in the connection string would win.
        String url = line.startsWith("user:") || line.startsWith("app_db:") ? "localhost" : "app@localhost/shop";
        List<Violation> found = Loading.violations(
                () -> Loading.yaml("database:\n  url: postgresql://" + url + "\n  " + line + "\n", Map.of()));

        assertThat(found).hasSize(1);
        assertThat(found.get(0)).returns(code, Violation::code).returns(path, Violation::path);
        assertThat(found.get(0).remedy()).contains(remedy);
        assertThat(found.get(0).origin()).isEqualTo("config.yaml:3");
    }

    @ParameterizedTest
    @EnumSource
    void names_built_in_code_hold_no_control_characters(EnvironmentMode mode) {
        PasswordSource password = PasswordSource.env("PW");

        assertThat(Loading.violations(() -> DatabaseConfig.builder()
                        .primary("localhost")
                        .database("a\0b")
                        .user("a\0b")
                        .password(password)
                        .applicationName("a\tb")
                        .environmentMode(mode)
                        .build()))
                .extracting(Violation::path, Violation::code)
                .containsExactlyInAnyOrder(
                        tuple("database", "CONTROL_CHARACTER"),
                        tuple("user", "CONTROL_CHARACTER"),
                        tuple("applicationName", "CONTROL_CHARACTER"));
        assertThat(Loading.codes(() -> new Login("a\0b", password))).containsExactly("CONTROL_CHARACTER");
        assertThat(Loading.codes(() -> RoleConfig.builder().ownerUser("a\tb").build()))
                .containsExactly("CONTROL_CHARACTER");
        assertThat(Loading.codes(() -> SessionConfig.builder().schema("a\nb").build()))
                .containsExactly("CONTROL_CHARACTER");
        assertThat(Loading.codes(() -> SessionConfig.builder()
                        .settings(Map.of("a.b", "x\0y", "c d", "x"))
                        .build()))
                .containsExactlyInAnyOrder("CONTROL_CHARACTER", "OPTIONS");
        assertThat(SessionConfig.builder()
                        .settings(Map.of("a.b", "x\ty"))
                        .build()
                        .startupOptions())
                .isEqualTo("-c a.b=x\\\ty");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        postgresql://a%09b@localhost/shop              | url.user
        postgresql://app@localhost/sh%0Aop             | url.dbname
        postgresql://app@localhost/shop?schema=a%1Fb   | url.schema
        postgresql://app@localhost/shop?application_name=a%7Fb | url.application_name
        """)
    void names_in_a_connection_string_hold_none_either(String uri, String path) {
        assertThat(Loading.violations(() -> Loading.uri(uri)))
                .extracting(Violation::path, Violation::code)
                .containsExactly(tuple(path, "CONTROL_CHARACTER"));
    }

    @Test
    void a_key_given_twice_is_told_with_both_lines() {
        List<Violation> found = Loading.violations(() -> Loading.keys("sslmode: require", "tls:", "  mode: prefer"));

        assertThat(found).extracting(Violation::code).containsExactly("DUPLICATE_KEY");
        assertThat(found.get(0).toString()).contains("config.yaml:3", "config.yaml:5");
    }

    @ParameterizedTest
    @CsvSource({
        "'database:\n  url: @x\n', config.yaml:2:8",
        "'database: [\n', config.yaml:2:1",
        "'a: b: c\n', config.yaml:1:5"
    })
    void a_file_that_is_not_yaml_is_told_with_line_and_column(String text, String place) {
        List<Violation> found = Loading.violations(() -> Loading.yaml(text, Map.of()));

        assertThat(found).extracting(Violation::code, Violation::origin).containsExactly(tuple("YAML", place));
    }

    @ParameterizedTest
    @CsvSource({
        "databse, 'The file has ''databse'': write database: there.'",
        "databases, The file has databases: read it with loadAll."
    })
    void a_missing_root_is_told_with_what_is_there_instead(String root, String remedy) {
        List<Violation> found = Loading.violations(() -> Loading.yaml(root + ":\n  x: {}\n", Map.of()));

        assertThat(found).extracting(Violation::remedy).containsExactly(remedy);
    }

    @Test
    void keys_and_variables_outside_the_database_are_not_looked_at() {
        DatabaseConfig config =
                Loading.yaml("app:\n  frob: ${NOT_SET}\ndatabase:\n  url: postgresql://app@localhost/shop\n", Map.of());

        assertThat(config.database()).isEqualTo("shop");
    }

    @Test
    void a_missing_file_is_a_violation_too() {
        assertThat(Loading.codes(() -> DatabaseConfig.load(java.nio.file.Path.of("/no/such.yaml"), Map.of())))
                .containsExactly("FILE");
    }

    @Test
    void a_value_that_loses_to_the_connection_string_is_judged_all_the_same() {
        String text = "database:\n  url: postgresql://app@localhost/shop?pool_size=5\n  pool_size: 500\n";

        assertThat(Loading.violations(() -> Loading.yaml(text, Map.of())))
                .extracting(Violation::code, Violation::origin)
                .containsExactly(tuple("OUT_OF_RANGE", "config.yaml:3"));
    }

    @Test
    void a_root_given_twice_is_told() {
        String text = "database:\n  url: postgresql://a/b\ndatabase:\n  url: postgresql://c/d\n";

        assertThat(Loading.violations(() -> Loading.yaml(text, Map.of())))
                .extracting(Violation::code, Violation::origin)
                .containsExactly(tuple("DUPLICATE_KEY", "config.yaml:3"));
    }

    @Test
    void nesting_without_end_is_a_mistake_and_no_stack_overflow() {
        String brackets = "database: " + "[".repeat(200_000);
        String defaults = "database:\n  url: " + "${A:-".repeat(5_000) + "x" + "}".repeat(5_000) + "\n";
        String itself = "database: &a\n  url: postgresql://app@localhost/shop\n  tls: *a\n";

        assertThat(Loading.codes(() -> Loading.yaml(brackets, Map.of()))).containsExactly("YAML");
        assertThat(Loading.codes(() -> Loading.yaml(defaults, Map.of()))).containsExactly("SUBSTITUTION");
        assertThat(Loading.codes(() -> Loading.yaml(itself, Map.of()))).containsOnly("UNKNOWN_KEY");
    }
}
