package dev.penstock.applications;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.applications.Started.Parts;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tlsapplication.CertificateSeen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two ways of docs/tls.md for Spring Boot's own pool, on a server that demands client certificates, through a renewal. */
class BootFollowsTlsIT {
    private static final Pattern YAML = Pattern.compile("<!-- boot -->\n```yaml\n(.*?)```", Pattern.DOTALL);
    private static final String OF_THE_DRIVER = "--spring.datasource.hikari.data-source-properties.";

    private static PostgresCluster cluster;

    @TempDir
    Path files;

    private IssuedCertificate first;
    private IssuedCertificate renewed;

    @BeforeAll
    static void start() {
        cluster = PostgresCluster.builder()
                .replicas(0)
                .requireClientCertificates()
                .start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void write() {
        first = cluster.certificates().authority().client("appuser").issue();
        first.writeChain(files.resolve("tls.crt"));
        first.writeKey(files.resolve("tls.key"));
        renewed = cluster.certificates().authority().client("appuser").issue();
        renewed.writeChain(files.resolve("next.crt"));
        renewed.writeKey(files.resolve("next.key"));
    }

    @Test
    void the_lines_of_the_page_are_enough() throws IOException {
        Started started = started(
                "constants",
                "--spring.config.location=file:" + yaml(),
                OF_THE_DRIVER + "sslrootcert=" + cluster.certificates().caFile(),
                OF_THE_DRIVER + "sslcert=" + files.resolve("tls.crt"),
                OF_THE_DRIVER + "sslkey=" + files.resolve("tls.key"));

        saw(started);
    }

    @Test
    void the_lines_of_the_page_trust_no_other_CA() throws IOException {
        Started started = started(
                "constants",
                "--spring.config.location=file:" + yaml(),
                "--spring.datasource.hikari.connection-timeout=2000",
                OF_THE_DRIVER + "sslrootcert=" + cluster.certificates().otherCaFile(),
                OF_THE_DRIVER + "sslcert=" + files.resolve("tls.crt"),
                OF_THE_DRIVER + "sslkey=" + files.resolve("tls.key"));

        assertThat(started.exit()).isNotZero();
        assertThat(started.output()).contains("does not lead to a trusted CA").doesNotContain("serial ");
    }

    @Test
    void so_are_a_context_and_a_post_processor() {
        Started started = started(
                "bean",
                "--tls.ca=" + cluster.certificates().caFile(),
                "--tls.cert=" + files.resolve("tls.crt"),
                "--tls.key=" + files.resolve("tls.key"));

        saw(started);
    }

    private Path yaml() throws IOException {
        Matcher block = YAML.matcher(Files.readString(Path.of("..", "docs", "tls.md")));
        assertThat(block.find()).isTrue();
        return Files.writeString(files.resolve("application.yml"), block.group(1));
    }

    private void saw(Started started) {
        assertThat(started.exit()).as(started.output()).isZero();
        assertThat(started.output().lines().filter(line -> line.startsWith("serial ")))
                .containsExactly("serial " + first.serialNumber(), "serial " + renewed.serialNumber());
    }

    private Started started(String how, String... options) {
        List<String> arguments = new ArrayList<>(List.of(how, files.toString()));
        arguments.addAll(List.of(options));
        arguments.add("--spring.datasource.url=jdbc:postgresql://localhost:"
                + cluster.primary().port() + "/" + cluster.database());
        arguments.add("--spring.datasource.username=appuser");
        arguments.add("--spring.datasource.password=" + cluster.password("appuser"));
        return Started.of(
                CertificateSeen.class, new Parts(true, false, false, false, true), arguments.toArray(String[]::new));
    }
}
