package dev.penstock.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilePermissionsTest {
    @TempDir
    Path directory;

    /** The modes of research §4.3; "mount" is a Kubernetes volume. Group-read alone is fine for root only, so it is left to its own test. */
    @ParameterizedTest
    @CsvSource({
        "rw-------, plain, STRICT, true, true",
        "r--------, plain, STRICT, true, true",
        "rw-r--r--, plain, STRICT, false, false",
        "r--r--r--, mount, STRICT, false, false",
        "rw-------, plain, CONTAINER, true, true",
        "rw-r--r--, plain, CONTAINER, false, true",
        "rw-rw-r--, plain, CONTAINER, false, false",
        "rw-r--r--, mount, CONTAINER, true, true",
        "r--r--r--, mount, CONTAINER, true, true",
        "rw-rw-rw-, mount, CONTAINER, false, false",
        "rwxr-xr-x, mount, CONTAINER, true, true",
        "rw-rw-rw-, plain, OFF, true, true",
    })
    void modes_and_mounts(String mode, String place, FilePermissions policy, boolean key, boolean password)
            throws IOException {
        SecretFolder folder = new SecretFolder(directory);
        if (place.equals("mount")) {
            folder.rotate("token", "x");
        }
        Path file = folder.write("secret", "x", mode);
        assertThat(policy.forKey(file).accepted()).as("key").isEqualTo(key);
        assertThat(policy.forPassword(file).accepted()).as("password").isEqualTo(password);
    }

    @Test
    void what_is_accepted_with_open_eyes_says_so() throws IOException {
        SecretFolder folder = new SecretFolder(directory);
        folder.rotate("token", "x");
        Path file = folder.write("secret", "x", "rw-r--r--");
        assertThat(FilePermissions.CONTAINER.forKey(file).remark())
                .contains("rw-r--r--", "owner", "in a Kubernetes volume");
        assertThat(FilePermissions.CONTAINER
                        .forKey(folder.write("private", "x"))
                        .remark())
                .isEmpty();
    }

    @Test
    void group_read_is_private_for_a_file_of_root() throws IOException {
        Path file = new SecretFolder(directory).write("secret", "x", "rw-r-----");
        boolean root = Files.getOwner(file).getName().equals("root");
        assertThat(FilePermissions.STRICT.forKey(file).accepted()).isEqualTo(root);
    }

    @Test
    void the_secrets_directories_of_Docker_are_mounts() throws IOException {
        assertThat(FileExposure.secretMount(Path.of("/run/secrets/shop_db"))).isNotEmpty();
        assertThat(FileExposure.secretMount(Path.of("/var/run/secrets/db/pw"))).isNotEmpty();
        assertThat(FileExposure.secretMount(Files.createFile(directory.resolve("x"))))
                .isEmpty();
    }

    @Test
    void a_password_file_that_others_can_read_is_a_warning_and_one_they_can_write_an_error() {
        SecretFolder folder = new SecretFolder(directory);
        PasswordSource open = PasswordSource.file(folder.write("open", "x", "rw-r--r--"));
        assertThat(open.lookUp(Map.of()).warnings()).singleElement().asString().contains("rw-r--r--");
        assertThatThrownBy(() -> open.withPermissions(FilePermissions.STRICT).resolve())
                .hasMessageContaining("chmod 600");
        assertThatThrownBy(() -> PasswordSource.file(folder.write("writable", "x", "rw-rw-rw-"))
                        .resolve())
                .hasMessageContaining("rw-rw-rw-");
    }
}
