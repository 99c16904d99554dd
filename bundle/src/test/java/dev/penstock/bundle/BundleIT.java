package dev.penstock.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The archive of this build holds every demand, and each demand is one that can be broken. */
class BundleIT {
    @TempDir
    static Path unpacked;

    private static Bundle bundle;

    @TempDir
    Path copy;

    @BeforeAll
    static void unpack() throws IOException {
        bundle = UnpackedBundle.in(unpacked);
    }

    @Test
    void nothing_is_wrong_with_it() throws IOException {
        List<String> faults = new ArrayList<>(bundle.faults());
        for (String artifact : bundle.checkout().published()) {
            faults.addAll(bundle.faults(artifact));
        }

        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @MethodSource
    void each_demand_is_missed_when_it_is_broken(Breakage breakage) throws IOException {
        Bundle broken = breakage.in(bundle, copy);

        List<String> faults = new ArrayList<>(broken.faults());
        if (Files.exists(broken.directory(breakage.artifact()))) {
            faults.addAll(broken.faults(breakage.artifact()));
        }
        faults.removeIf(breakage::follows);
        assertThat(faults).isNotEmpty().allSatisfy(fault -> assertThat(fault).contains(breakage.fault()));
    }

    static Stream<Breakage> each_demand_is_missed_when_it_is_broken() {
        return Breakage.TABLE.stream();
    }

    @Test
    void what_the_pages_say_to_gradle_is_in_the_bundle() throws IOException {
        Pattern coordinates = Pattern.compile("\"dev\\.penstock:([a-z-]+)(:[^\"]+)?\"");
        List<MatchResult> said = new ArrayList<>();
        for (String page : List.of("README.md", "docs/quickstart.md")) {
            coordinates
                    .matcher(new String(bundle.checkout().file(page)))
                    .results()
                    .forEach(said::add);
        }

        assertThat(said).extracting(result -> result.group(1)).contains("penstock-bom", "penstock-core");
        assertThat(bundle.checkout().published())
                .containsAll(said.stream().map(result -> result.group(1)).toList());
        assertThat(said)
                .extracting(result -> result.group(2))
                .containsOnly(null, ":" + bundle.checkout().revision());
    }

    /** {@code compile} in a POM is what Gradle gives to whoever compiles against a library, {@code runtime} is not. */
    @Test
    void whoever_compiles_against_core_sees_what_its_signatures_name() {
        Pom core = Pom.read(bundle.directory("penstock-core").resolve(bundle.name("penstock-core", ".pom")));

        assertThat(Set.copyOf(core.dependencies("dependencies/dependency")))
                .contains("dev.penstock:penstock-tls:" + bundle.version() + ":compile")
                .anyMatch(dependency -> dependency.matches("org\\.apache\\.tomcat\\.embed:tomcat-embed-el:.*:runtime"))
                .allMatch(dependency -> dependency.matches(".*:(compile|runtime)"));
    }
}
