package dev.penstock.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordSourceTest {
    private static final String CANARY = "canary-7f3";

    @TempDir
    Path directory;

    private SecretFolder folder;

    @BeforeEach
    void open() {
        folder = new SecretFolder(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "'pw', 'pw'",
        "'pw\n', 'pw'",
        "'pw\r\n', 'pw'",
        "'pw\r', 'pw'",
        "'\uFEFFpw\n', 'pw'",
        "' pw ', ' pw '",
        "'a/b+c=', 'a/b+c='",
        "'p$w{x}', 'p$w{x}'",
        "'pässwörd €', 'pässwörd €'"
    })
    void a_byte_order_mark_and_exactly_one_line_end_are_not_part_of_a_password(String content, String password) {
        assertThat(PasswordSource.file(folder.write("pw", content)).resolve().reveal())
                .isEqualTo(password);
        assertThat(PasswordSource.env("PW").resolve(Map.of("PW", content)).reveal())
                .isEqualTo(password);
        assertThat(PasswordSource.provider("Vault", () -> Secret.of(content))
                        .resolve()
                        .reveal())
                .isEqualTo(password);
    }

    @Test
    void a_variable_of_several_lines_is_an_error_as_such_a_file_is() {
        assertThatThrownBy(() -> PasswordSource.env("PW").resolve(Map.of("PW", CANARY + "\nsecond")))
                .hasMessageContaining("variable PW has more than one line")
                .hasMessageNotContaining(CANARY);
    }

    @Test
    void a_path_in_a_variable_is_read_without_its_line_end() {
        Path file = folder.write("pw", "from-file");
        assertThat(PasswordSource.env("PW")
                        .resolve(Map.of("PW_FILE", file + "\r\n"))
                        .reveal())
                .isEqualTo("from-file");
        assertThat(PasswordSource.env("PW").files(Map.of("PW_FILE", file + "\n")))
                .containsExactly(file);
    }

    @Test
    void a_provider_may_yield_no_password_for_logins_that_need_none() {
        assertThat(PasswordSource.provider("none", () -> Secret.of(""))
                        .resolve()
                        .reveal())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', is empty",
        "'\n', is empty",
        "'   ', is empty",
        "'canary-7f3\n\n', has more than one line",
        "'canary-7f3\nsecond', has more than one line",
        "'canary-7f3\rsecond', has more than one line",
        "'canary-7f3\r\r', has more than one line"
    })
    void a_file_with_something_else_than_one_line_is_an_error_that_shows_none_of_it(String content, String reason) {
        Path file = folder.write("pw", content);
        assertThatThrownBy(() -> PasswordSource.file(file).resolve())
                .isInstanceOf(SecretUnavailableException.class)
                .hasMessageContaining("file " + file + " " + reason)
                .hasMessageNotContaining(CANARY);
    }

    @Test
    void a_file_that_is_not_utf8_is_an_error() throws IOException {
        Path file = Files.write(folder.write("pw", ""), CANARY.concat("ä").getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> PasswordSource.file(file).resolve())
                .hasMessageContaining("is not UTF-8 text")
                .hasMessageNotContaining(CANARY);
    }

    @Test
    void a_file_may_have_64_KiB_and_no_byte_more() {
        assertThat(PasswordSource.file(folder.write("fits", "x".repeat(65_536)))
                        .resolve()
                        .reveal())
                .hasSize(65_536);
        Path large = folder.write("large", "x".repeat(65_537));
        assertThatThrownBy(() -> PasswordSource.file(large).resolve()).hasMessageContaining("is larger than 64 KiB");
    }

    @Test
    void a_directory_and_a_device_are_no_password_files() {
        assertThatThrownBy(() -> PasswordSource.file(directory).resolve()).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> PasswordSource.file(Path.of("/dev/zero")).resolve())
                .hasMessageContaining("is not a regular file");
    }

    @Test
    void a_Docker_secret_is_a_file_in_run_secrets() {
        assertThat(PasswordSource.dockerSecret("shop_db").files()).containsExactly(Path.of("/run/secrets/shop_db"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a/b", "../etc/passwd", "..", "a\\b"})
    void a_Docker_secret_cannot_be_named_out_of_its_directory(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordSource.dockerSecret(name))
                .withMessageContaining("/run/secrets");
    }

    @Test
    void the_first_place_that_has_one_wins() {
        Path file = folder.write("pw", "from-file");
        PasswordSource source = PasswordSource.file(file).orEnv("PW");
        assertThat(source.resolve(Map.of("PW", "from-variable")).reveal()).isEqualTo("from-file");
        assertThat(source.lookUp(Map.of()).place()).isEqualTo("file " + file);
    }

    @Test
    void a_missing_file_gives_way_to_the_next_place() {
        PasswordSource source = PasswordSource.file(folder.path("absent")).orEnv("PW");
        assertThat(source.resolve(Map.of("PW", "from-variable")).reveal()).isEqualTo("from-variable");
    }

    @Test
    void a_broken_file_does_not_give_way() {
        Path empty = folder.write("pw", "");
        assertThatThrownBy(() -> PasswordSource.file(empty).orEnv("PW").resolve(Map.of("PW", CANARY)))
                .isInstanceOf(SecretUnavailableException.class)
                .hasMessageContaining("is empty")
                .hasMessageContaining("Correct file " + empty);
    }

    @Test
    void a_failure_names_every_place_and_why_not() {
        PasswordSource source = PasswordSource.file(folder.path("absent"))
                .orEnv("UNSET")
                .orEnv("EMPTY")
                .orFile(folder.path("absent-too"));
        SecretUnavailableException failure =
                catchThrowableOfType(SecretUnavailableException.class, () -> source.resolve(Map.of("EMPTY", "")));
        assertThat(failure.places())
                .extracting(SecretUnavailableException.Place::toString)
                .containsExactly(
                        "file " + folder.path("absent") + " does not exist",
                        "variable UNSET is not set",
                        "variable EMPTY is empty",
                        "file " + folder.path("absent-too") + " does not exist");
        assertThat(failure)
                .hasMessageContaining("variable UNSET is not set")
                .hasMessageContaining("Provide one of them.");
    }

    @Test
    void a_variable_and_its_FILE_twin_are_an_error_together() {
        Map<String, String> both =
                Map.of("PW", CANARY, "PW_FILE", folder.write("pw", "x").toString());
        assertThatThrownBy(() -> PasswordSource.env("PW").resolve(both))
                .hasMessageContaining("variable PW and PW_FILE are both set")
                .hasMessageNotContaining(CANARY);
    }

    @Test
    void a_FILE_variable_leads_to_a_file() {
        Path file = folder.write("pw", "from-file\n");
        Map<String, String> environment = Map.of("PW_FILE", file.toString());
        assertThat(PasswordSource.env("PW").resolve(environment).reveal()).isEqualTo("from-file");
        assertThat(PasswordSource.env("PW_FILE").resolve(environment).reveal()).isEqualTo("from-file");
        assertThat(PasswordSource.env("PW").files(environment)).containsExactly(file);
        assertThat(PasswordSource.env("PW").lookUp(environment).warnings()).isEmpty();
    }

    @Test
    void a_FILE_variable_that_leads_nowhere_ends_the_search() {
        PasswordSource source = PasswordSource.env("PW").orEnv("OTHER");
        assertThatThrownBy(() -> source.resolve(Map.of("PW_FILE", "/nowhere", "OTHER", CANARY)))
                .hasMessageContaining("variable PW leads by PW_FILE to a file that does not exist");
    }

    @Test
    void a_variable_that_holds_the_path_of_a_file_is_read_as_that_file_with_a_warning() {
        Path file = folder.write("pw", "from-file");
        Map<String, String> environment = Map.of("POSTGRES_APP_USER_PW", file.toString());
        ResolvedPassword found = PasswordSource.env("POSTGRES_APP_USER_PW").lookUp(environment);
        assertThat(found.secret().reveal()).isEqualTo("from-file");
        assertThat(found.warnings()).singleElement().asString().contains("rename it to POSTGRES_APP_USER_PW_FILE");
        assertThat(PasswordSource.env("POSTGRES_APP_USER_PW").files(environment))
                .containsExactly(file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/run/secrets/not-there", "relative/path", "a\tb", "abc/def+ghi="})
    void a_variable_that_only_looks_like_a_path_is_a_password(String value) {
        assertThat(PasswordSource.env("PW").resolve(Map.of("PW", value)).reveal())
                .isEqualTo(value);
        assertThat(PasswordSource.env("PW").files(Map.of("PW", value))).isEmpty();
    }

    @Test
    void a_provider_may_bring_the_user_too() {
        PasswordSource vault = PasswordSource.credentialsProvider(
                "Vault database/creds/shop", () -> new Credentials("v-shop-81", Secret.of("x")));
        assertThat(vault.lookUp(Map.of()).credentials().user()).isEqualTo("v-shop-81");
        assertThat(vault.describe()).isEqualTo("provider Vault database/creds/shop");
    }

    /** Lambdas of Kotlin, Scala and Groovy throw checked exceptions undeclared, as does what Lombok generates. */
    static Stream<Throwable> failures() {
        Exception deep = new IllegalStateException("token " + CANARY, new IOException(CANARY));
        deep.addSuppressed(new SQLException(CANARY, "28P01"));
        return Stream.of(
                deep,
                new IOException("token " + CANARY),
                new SQLException(CANARY, "28P01"),
                new InterruptedException(CANARY),
                new AssertionError(CANARY),
                new NoClassDefFoundError(CANARY),
                new Throwable(CANARY));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void a_provider_that_fails_is_named_and_not_quoted(Throwable failure) {
        PasswordSource provider =
                PasswordSource.provider("Vault", () -> PasswordSourceTest.<RuntimeException>sneaky(failure));
        StringWriter trace = new StringWriter();
        assertThatThrownBy(provider::resolve)
                .isInstanceOf(SecretUnavailableException.class)
                .hasMessageContaining(
                        "provider Vault threw " + failure.getClass().getName())
                .satisfies(thrown -> thrown.printStackTrace(new PrintWriter(trace, true)));
        assertThat(trace.toString())
                .doesNotContain(CANARY)
                .contains("Caused by: " + failure.getClass().getName() + System.lineSeparator())
                .contains("PasswordSourceTest.failures");
        assertThat(Thread.interrupted()).isEqualTo(failure instanceof InterruptedException);
    }

    @Test
    void a_provider_that_yields_nothing_is_told_so() {
        assertThatThrownBy(() -> PasswordSource.provider("Vault", () -> null).resolve())
                .isInstanceOf(SecretUnavailableException.class)
                .hasMessageContaining("provider Vault returned null");
        assertThatThrownBy(() ->
                        PasswordSource.credentialsProvider("Vault", () -> null).resolve())
                .hasMessageContaining("provider Vault returned null");
    }

    @ParameterizedTest
    @ValueSource(classes = {OutOfMemoryError.class, StackOverflowError.class, InternalError.class})
    void an_error_of_the_virtual_machine_is_thrown_on(Class<? extends VirtualMachineError> type) throws Exception {
        VirtualMachineError fatal = type.getDeclaredConstructor().newInstance();
        assertThatThrownBy(
                        () -> PasswordSource.provider("Vault", () -> PasswordSourceTest.<RuntimeException>sneaky(fatal))
                                .or(PasswordSource.literal("x"))
                                .resolve())
                .isSameAs(fatal);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> Secret sneaky(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void it_tells_whether_it_holds_a_literal() {
        assertThat(PasswordSource.literal("x").isLiteral()).isTrue();
        assertThat(PasswordSource.env("PW").or(PasswordSource.literal("x")).isLiteral())
                .isTrue();
        assertThat(PasswordSource.env("PW").orFile(directory).isLiteral()).isFalse();
    }

    @Test
    void it_describes_places_in_order_and_no_values() {
        PasswordSource source =
                PasswordSource.dockerSecret("shop_db").orEnv("SHOP_DB_PASSWORD").or(PasswordSource.literal(CANARY));
        assertThat(source).hasToString("file /run/secrets/shop_db, then variable SHOP_DB_PASSWORD, then literal");
    }
}
