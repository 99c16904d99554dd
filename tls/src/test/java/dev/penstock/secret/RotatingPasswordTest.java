package dev.penstock.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingPasswordTest {
    @TempDir
    Path directory;

    private SecretFolder folder;
    private FileWatcher watcher;
    private Server server;
    private RotatingPassword password;

    @BeforeEach
    void open() {
        folder = new SecretFolder(directory);
        watcher = FileWatcher.start(Duration.ofHours(1), new DirectoryEvents.PollOnly());
        folder.write("pw", "old");
        server = new Server("old");
        password = RotatingPassword.of(PasswordSource.file(folder.path("pw")), Map.of(), watcher);
    }

    @AfterEach
    void close() {
        password.close();
        watcher.close();
    }

    @Test
    void secret_first_then_server_fails_no_connection() {
        assertThat(connect()).isTrue();
        folder.write("pw", "new");
        watcher.checkNow();
        assertThat(connect()).as("the server still has the old one").isTrue();
        assertThat(connect()).isTrue();
        server.password = "new";
        assertThat(connect()).as("the server has the new one").isTrue();
        assertThat(connect()).isTrue();
    }

    @Test
    void server_first_then_secret_fails_no_connection_once_the_secret_is_there() {
        assertThat(connect()).isTrue();
        server.password = "new";
        folder.write("pw", "new");
        assertThat(connect()).as("the watcher has not noticed yet").isTrue();
        assertThat(password.current().password().reveal()).isEqualTo("new");
        assertThat(password.status().rotations()).isEqualTo(1);
    }

    @Test
    void while_the_server_refuses_the_new_secret_the_last_good_one_goes_first() {
        assertThat(connect()).isTrue();
        folder.write("pw", "new");
        watcher.checkNow();
        assertThat(connect()).isTrue();
        int before = server.logins.get();
        assertThat(connect()).isTrue();
        assertThat(server.logins.get() - before).as("logins for one connection").isEqualTo(1);
    }

    @Test
    void with_neither_password_right_there_is_nothing_more_to_try() {
        assertThat(connect()).isTrue();
        server.password = "changed behind our back";
        Credentials refused = password.current();
        assertThat(password.alternativesTo(refused)).isEmpty();
    }

    @Test
    void the_value_is_cached_until_the_file_changes() {
        assertThat(password.current()).isSameAs(password.current());
        folder.write("pw", "new");
        assertThat(password.current().password().reveal()).isEqualTo("old");
        watcher.checkNow();
        assertThat(password.current().password().reveal()).isEqualTo("new");
    }

    @Test
    void a_file_that_vanishes_leaves_the_last_value_and_the_reason() {
        password.current();
        assertThat(folder.path("pw").toFile().delete()).isTrue();
        watcher.checkNow();
        assertThat(password.current().password().reveal()).isEqualTo("old");
        assertThat(password.status().failure()).get().asString().contains("does not exist");
        folder.write("pw", "back");
        assertThat(password.current().password().reveal()).isEqualTo("back");
        assertThat(password.status().failure()).isEmpty();
    }

    @Test
    void a_value_that_never_was_is_an_error() {
        RotatingPassword absent = RotatingPassword.of(PasswordSource.env("PW"), Map.of(), null);
        assertThatThrownBy(absent::current).isInstanceOf(SecretUnavailableException.class);
        assertThat(absent.status().place()).isEmpty();
    }

    @Test
    void a_provider_is_asked_for_every_connection_and_may_change_the_user() {
        AtomicInteger lease = new AtomicInteger();
        PasswordSource vault = PasswordSource.credentialsProvider(
                "Vault", () -> new Credentials("v-" + lease.incrementAndGet(), Secret.of("x")));
        RotatingPassword dynamic = RotatingPassword.of(vault, Map.of(), watcher);
        assertThat(dynamic.current().user()).isEqualTo("v-1");
        Credentials second = dynamic.current();
        assertThat(second.user()).isEqualTo("v-2");
        assertThat(dynamic.alternativesTo(second)).extracting(Credentials::user).containsExactly("v-3");
    }

    @Test
    void a_password_is_as_old_as_its_file_and_younger_after_a_change_of_its_value_alone() throws IOException {
        Instant written = Instant.now().minus(Duration.ofDays(100)).truncatedTo(ChronoUnit.SECONDS);
        Files.setLastModifiedTime(folder.path("pw"), FileTime.from(written));
        password.current();
        assertThat(password.status().since()).contains(written);
        folder.write("pw", "old");
        watcher.checkNow();
        password.current();
        assertThat(password.status().since())
                .as("the same value, written again")
                .contains(written);
        folder.write("pw", "new");
        watcher.checkNow();
        password.current();
        assertThat(password.status().since().orElseThrow()).isAfter(written.plus(Duration.ofDays(99)));
    }

    @Test
    void a_password_from_elsewhere_is_as_old_as_our_knowledge_of_it() {
        Instant before = Instant.now();
        RotatingPassword variable = RotatingPassword.of(PasswordSource.env("PW"), Map.of("PW", "x"), null);
        assertThat(variable.status().since()).isEmpty();
        variable.current();
        assertThat(variable.status().since().orElseThrow()).isBetween(before, Instant.now());
    }

    @Test
    void reads_that_find_nothing_are_counted() {
        password.current();
        assertThat(folder.path("pw").toFile().delete()).isTrue();
        watcher.checkNow();
        assertThat(password.status().failures()).isZero();
        password.current();
        assertThat(password.status().failures()).isEqualTo(1);
    }

    @Test
    void its_status_holds_no_secret() {
        password.current();
        assertThat(password.status().toString())
                .contains(folder.path("pw").toString())
                .doesNotContain("old");
    }

    /** One connection by the documented protocol. */
    private boolean connect() {
        Credentials first = password.current();
        if (server.login(first)) {
            password.accepted(first);
            return true;
        }
        List<Credentials> alternatives = password.alternativesTo(first);
        for (Credentials alternative : alternatives) {
            if (server.login(alternative)) {
                password.accepted(alternative);
                return true;
            }
        }
        return false;
    }

    private static final class Server {
        private final AtomicInteger logins = new AtomicInteger();
        private String password;

        private Server(String password) {
            this.password = password;
        }

        private boolean login(Credentials credentials) {
            logins.incrementAndGet();
            return credentials.password().reveal().equals(password);
        }
    }
}
