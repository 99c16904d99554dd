package dev.penstock.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.PostgresTest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A user's own project: what docs/quickstart.md says to write, an empty local repository, and the bundle as a remote one. */
@PostgresTest(replicas = 1, tls = true)
@Timeout(300)
class FreshProjectIT {
    private static final Pattern XML = block("xml", "penstock-bom");
    private static final Pattern PROGRAM = block("java", "class Quickstart ");

    @TempDir
    Path files;

    private Path project;
    private Bundle bundle;

    @BeforeEach
    void write() throws IOException {
        bundle = UnpackedBundle.in(files.resolve("bundle"));
        project = files.resolve("project");
        String page = new String(bundle.checkout().file("docs/quickstart.md"));
        Path source = project.resolve("src/main/java/Quickstart.java");
        Files.createDirectories(source.resolveSibling(""));
        Files.writeString(source, found(PROGRAM, page));
        Files.writeString(project.resolve("pom.xml"), pom(found(XML, page)));
    }

    @Test
    void the_program_of_the_quickstart_is_built_from_the_bundle_and_runs(PostgresCluster cluster) throws Exception {
        cluster.primary().execute("set role appowner; create table app.visit (note text)");
        cluster.awaitReplicas();

        String built = output(maven("-q", "compile", "dependency:build-classpath", "-Dmdep.outputFile=class-path"));
        assertThat(project.resolve("class-path")).as(built).exists();
        List<String> classPath =
                List.of(Files.readString(project.resolve("class-path")).strip().split(File.pathSeparator));
        String ran = output(program(cluster, classPath));

        assertThat(ran).containsPattern("(?m)^[01] visits$");
        assertThat(files.resolve("local/dev/penstock/penstock-core/" + bundle.version() + "/_remote.repositories"))
                .content()
                .contains("penstock-core-" + bundle.version() + ".jar>bundle=");
        assertThat(names(classPath.stream().map(Path::of))).isEqualTo(listed());
    }

    /** What docs/compatibility.md lists, which a test of the sources holds as well. */
    private TreeSet<String> listed() throws IOException {
        Pattern row = Pattern.compile("(?m)^\\| `([a-z0-9.]+:[A-Za-z0-9.-]+)` \\|.*\\| ([0-9.]+ KB) \\|$");
        return new String(bundle.checkout().file("docs/compatibility.md"))
                .lines()
                .map(row::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1).substring(matcher.group(1).indexOf(':') + 1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private TreeSet<String> names(Stream<Path> jars) {
        return jars.map(jar -> jar.getParent().getParent().getFileName().toString())
                .filter(name -> !name.startsWith("penstock-"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private ProcessBuilder maven(String... arguments) {
        ProcessBuilder maven = new ProcessBuilder(UnpackedBundle.property("maven.home") + "/bin/mvn");
        maven.command().addAll(List.of("-B", "-Dmaven.repo.local=" + files.resolve("local")));
        maven.command().addAll(List.of(arguments));
        maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return maven;
    }

    private ProcessBuilder program(PostgresCluster cluster, List<String> classPath) {
        ProcessBuilder program = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                project.resolve("target/classes") + File.pathSeparator + String.join(File.pathSeparator, classPath),
                "Quickstart");
        // What ./penstock dev prints, which step 2 of the page has.
        program.environment()
                .putAll(Map.of(
                        "APP_ENVIRONMENT", "development",
                        "DATABASE_URL", url(cluster, cluster.primary()),
                        "DATABASE_REPLICA_URL", url(cluster, cluster.replicas().get(0)),
                        "DATABASE_PASSWORD_FILE_PATH",
                                cluster.secretFile("appuser").toString(),
                        "POSTGRES_SSL_MODE", "verify-full",
                        "APP_DB", cluster.database(),
                        "APP_DB_USER", "appuser"));
        return program;
    }

    private static String url(PostgresCluster cluster, PostgresNode node) {
        return "postgresql://appuser@localhost:%d/%s?sslmode=verify-full&sslrootcert=%s"
                .formatted(
                        node.port(), cluster.database(), cluster.certificates().caFile());
    }

    private String output(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.directory(project.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    /** The page's lines around which a user has a project already. Everything else comes from where this build had it. */
    private String pom(String lines) {
        String local = Path.of(UnpackedBundle.property("maven.local")).toUri().toString();
        return """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>org.example</groupId>
                  <artifactId>shop</artifactId>
                  <version>1</version>
                  <properties>
                    <maven.compiler.release>17</maven.compiler.release>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                  </properties>
                  <repositories>
                    <repository><id>bundle</id><url>%s</url></repository>
                    <repository><id>warm</id><url>%s</url></repository>
                  </repositories>
                  <pluginRepositories>
                    <pluginRepository><id>warm</id><url>%2$s</url></pluginRepository>
                  </pluginRepositories>
                %s
                  <build><plugins>%s%s%s</plugins></build>
                </project>
                """.formatted(
                        bundle.repository().toUri(),
                        local,
                        lines.replaceAll("<version>0\\.[^<]*</version>", "<version>" + bundle.version() + "</version>"),
                        plugin("maven-resources-plugin"),
                        plugin("maven-compiler-plugin"),
                        plugin("maven-dependency-plugin"));
    }

    private String plugin(String artifact) {
        return "<plugin><artifactId>%s</artifactId><version>%s</version></plugin>"
                .formatted(artifact, bundle.checkout().pluginVersion(artifact));
    }

    private static Pattern block(String language, String part) {
        return Pattern.compile("```" + language + "\n((?:(?!```).)*?" + part + ".*?)```", Pattern.DOTALL);
    }

    private static String found(Pattern block, String page) {
        Matcher matcher = block.matcher(page);
        assertThat(matcher.find()).as("%s in docs/quickstart.md", block).isTrue();
        return matcher.group(1);
    }
}
