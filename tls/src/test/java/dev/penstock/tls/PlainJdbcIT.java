package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.example.PlainJdbc;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The documented example in a JVM of its own, with this module and pgjdbc and nothing else. */
class PlainJdbcIT {
    private static PostgresCluster cluster;

    @BeforeAll
    static void start() {
        cluster = PostgresCluster.builder().replicas(0).tls(true).start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void it_connects_from_the_class_path() throws Exception {
        assertThat(run(classPath(PlainJdbc.class), cluster.certificates().caFile()))
                .isEqualTo("TLSv1.3 with CN=localhost");
    }

    @Test
    void it_says_what_is_wrong() throws Exception {
        assertThat(run(classPath(PlainJdbc.class), cluster.certificates().otherCaFile()))
                .startsWith(
                        "TLS_UNTRUSTED_CHAIN: the server's certificate 'CN=localhost' does not lead to a trusted CA");
    }

    @Test
    void it_connects_with_us_and_the_driver_on_the_module_path() throws Exception {
        List<String> options = List.of(
                "--module-path",
                String.join(File.pathSeparator, place(TlsContext.class), place(org.postgresql.Driver.class)),
                "--add-modules",
                "dev.penstock.tls,org.postgresql.jdbc",
                "--class-path",
                place(PlainJdbc.class));
        assertThat(run(options, cluster.certificates().caFile())).isEqualTo("TLSv1.3 with CN=localhost");
    }

    private static List<String> classPath(Class<?> example) throws URISyntaxException {
        return List.of(
                "--class-path",
                String.join(
                        File.pathSeparator,
                        place(example),
                        place(TlsContext.class),
                        place(org.postgresql.Driver.class)));
    }

    private static String place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    private static String run(List<String> options, Path ca) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                PlainJdbc.class.getName(),
                "localhost",
                String.valueOf(cluster.primary().port()),
                ca.toString(),
                cluster.secretFile("appuser").toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output.strip();
    }
}
