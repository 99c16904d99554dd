package dev.penstock.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be shown of a place that a secret is read from. */
class DisclosureTest {
    @TempDir
    Path directory;

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "{dir}/there,              true",
        "{dir}/not-there,          true",
        "{dir},                    true",
        "{dir}/no/such,            false",
        "/run/secrets/shop_db,     true",
        "/var/run/secrets/a/b,     true",
        "/run/secretsX/hunter2,    false",
        "/hunter2,                 false",
        "/,                        true",
        "hunter2,                  false",
        "hun/ter2,                 false",
        "../hunter2,               false",
    })
    void a_path_is_shown_when_it_leads_somewhere(String path, boolean shown) throws IOException {
        Files.writeString(directory.resolve("there"), "x");
        assertThat(Disclosure.isShown(Path.of(path.replace("{dir}", directory.toString()))))
                .isEqualTo(shown);
    }

    @Test
    void a_path_longer_than_any_is_not_shown() {
        assertThat(Disclosure.isShown(Path.of("LS0tLS1CRUdJTiB".repeat(200)))).isFalse();
    }

    @ParameterizedTest(name = "{0}: {1}, in a program {2}")
    @CsvSource({
        "SET,              true,  true",
        "TWIN,             true,  true",
        "hunter2_set,      true,  true",
        "SHOP_DB_PASSWORD, false, true",
        "PGPASSWORD,       false, true",
        "DB2_PASSWORD_1,   false, true",
        "hunter2,          false, false",
        "Zq7CANARYpw,      false, false",
        "JBSWY3DPEHPK3PXP, false, false",
        "_,                false, false",
    })
    void a_name_of_a_variable_is_shown_when_it_is_set(String name, boolean shown, boolean inProgram) {
        Map<String, String> environment = Map.of("SET", "", "TWIN_FILE", "/x", "hunter2_set", "x");
        assertThat(Disclosure.isShown(name, environment)).isEqualTo(shown);
        assertThat(Disclosure.isShownOfProgram(name, environment)).isEqualTo(inProgram);
    }

    @Test
    void a_name_that_is_read_from_somewhere_is_told_by_that_place_until_it_is_set() {
        PasswordSource source =
                PasswordSource.env("Hunter2").orFile(Path.of("hunter2")).namedIn("config.yaml:3");
        assertThat(source).hasToString("variable named in config.yaml:3, then file named in config.yaml:3");
        assertThat(source.lookUp(Map.of("Hunter2", "x")).place()).isEqualTo("variable Hunter2");
        assertThat(PasswordSource.env("hunter2")).hasToString("variable named in the program");
    }

    @Test
    void a_failure_keeps_its_types_and_traces_and_loses_its_texts() {
        Exception failure = new IllegalStateException("hunter2", new IOException("hunter2"));
        failure.addSuppressed(new RuntimeException("hunter2"));
        StringWriter trace = new StringWriter();
        Throwable textless = Disclosure.withoutTexts(failure);
        textless.printStackTrace(new PrintWriter(trace, true));

        assertThat(trace.toString())
                .startsWith("java.lang.IllegalStateException" + System.lineSeparator())
                .contains("Caused by: java.io.IOException", "Suppressed: java.lang.RuntimeException")
                .contains("DisclosureTest.a_failure_keeps")
                .doesNotContain("hunter2");
        assertThat(textless.getMessage()).isNull();
    }

    @Test
    void causes_that_lead_back_to_themselves_end() {
        Exception one = new Exception("hunter2");
        one.initCause(new Exception("hunter2", one));
        one.addSuppressed(one.getCause());

        assertThat(Disclosure.withoutTexts(one).getCause()).hasToString("java.lang.Exception");
    }
}
