package dev.penstock.applications;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an application said that was started in a JVM of its own.
 *
 * @param exit its status
 * @param output everything that it wrote
 */
record Started(int exit, String output) {
    private static final long LIMIT_SECONDS = 180;

    /** What {@code penstock-core} brings along, and nothing else here does. */
    private static final Predicate<String> PENSTOCK =
            matching("/(core|tls)/target/|/penstock-(core|tls)-|snakeyaml-engine");

    private static final Predicate<String> VALIDATOR =
            matching("hibernate-validator|jakarta.validation-api|jboss-logging-3|classmate");
    private static final Predicate<String> EXPRESSIONS = matching("tomcat-embed-el");
    private static final Predicate<String> WEB = matching(
            "tomcat-embed-(core|websocket)|webmvc|spring-web|tomcat-runtime|boot-tomcat|boot-servlet|web-server");
    private static final Predicate<String> VALIDATION_STARTER = matching("boot-(starter-)?validation");
    private static final Predicate<String> WELD =
            matching("weld|enterprise.cdi|jakarta.el-api|interceptor-api|classfilewriter");
    private static final Predicate<String> SPRING = matching("/spring-");

    /** A part of this test's class path. */
    record Parts(boolean spring, boolean web, boolean validation, boolean weld, boolean penstock) {
        private Predicate<String> included() {
            Predicate<String> left = part -> false;
            left = penstock ? left : left.or(PENSTOCK);
            left = spring ? left : left.or(SPRING);
            left = web ? left : left.or(WEB);
            left = validation ? left : left.or(VALIDATION_STARTER);
            left = weld ? left : left.or(WELD);
            // Hibernate ORM needs the other two of what the validator stands on.
            left = penstock || validation
                    ? left
                    : left.or(VALIDATOR.and(matching("jboss-logging|classmate").negate()));
            left = (penstock && coreBrings("tomcat-embed-el")) || validation || web ? left : left.or(EXPRESSIONS);
            return left.negate();
        }

        Parts withPenstock() {
            return new Parts(spring, web, validation, weld, true);
        }
    }

    /** The starters have the same artifact, so the class path does not tell. */
    private static boolean coreBrings(String artifact) {
        try {
            return Files.readString(Path.of("..", "core", "pom.xml"))
                    .contains("<artifactId>" + artifact + "</artifactId>");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Predicate<String> matching(String regex) {
        return Pattern.compile(regex).asPredicate();
    }

    static Started of(Class<?> application, Parts parts, String... arguments) {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String own = Arrays.stream(all.split(File.pathSeparator))
                .map(part -> part.replace(File.separatorChar, '/'))
                .filter(parts.included())
                .filter(matching("testkit|junit|assertj|opentest4j|surefire").negate())
                .reduce((one, other) -> one + File.pathSeparator + other)
                .orElseThrow();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                own,
                application.getName()));
        command.addAll(List.of(arguments));
        try {
            return run(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(application + " was interrupted", e);
        }
    }

    private static Started run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("application", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
                return new Started(ended ? process.exitValue() : -1, Files.readString(output));
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.delete(output);
        }
    }

    List<String> beans() {
        return lines("bean ").toList();
    }

    /** Whether it validates its entities; empty when it did not say. */
    Optional<Boolean> validates() {
        return lines("validates ").map(Boolean::valueOf).findFirst();
    }

    private Stream<String> lines(String prefix) {
        return output.lines().filter(line -> line.startsWith(prefix)).map(line -> line.substring(prefix.length()));
    }
}
