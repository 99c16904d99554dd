package dev.penstock.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.observe.DatabaseListener;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/operations quotes log lines as the library writes them and names events that exist. */
class OperationsPagesTest {
    private static final Pattern CALL = Pattern.compile(
            "\\b(\\w+?)Log\\.LOG\\s*\\.(info|warn|error)\\(\\s*\"((?:[^\"\\\\]|\\\\.)*)\"", Pattern.DOTALL);
    private static final Pattern LINE =
            Pattern.compile("(INFO|WARN|ERROR) +dev\\.penstock\\.(\\w+) +(.*)", Pattern.DOTALL);
    private static final Pattern EVENT = Pattern.compile("DatabaseListener\\.(\\w+)");

    /** What a value of a line is made of; the words between are the library's. */
    private static final Pattern VALUE = Pattern.compile(
            "node-\\d+(?: \\([^)]*\\))?|[\\w-]+ #\\d+ \\(\\w+\\)|\\S+\\.internal:\\d+|https?://\\S+:|\\S+\\.(?:key|pem)|'[^']*'|\\b\\d[\\w.:-]*|\\[?[A-Z]+(?:_[A-Z]+)+]?");

    private static final Pattern SENTENCE = Pattern.compile("(?<=[.:;])\\s+");

    /** One call of a logger: {@code {}} stands for its values. */
    private record Template(String level, String logger, String text) {
        Pattern pattern() {
            return Pattern.compile(
                    Stream.of(text.split("\\{}", -1)).map(Pattern::quote).collect(Collectors.joining("(.*?)")),
                    Pattern.DOTALL);
        }

        List<String> valuesOf(String line) {
            Matcher matcher = pattern().matcher(line);
            return matcher.matches()
                    ? IntStream.rangeClosed(1, matcher.groupCount())
                            .mapToObj(matcher::group)
                            .toList()
                    : List.of();
        }

        /** Whether it has words of its own; others pass on sentences that are made elsewhere. */
        boolean speaks() {
            return text.replace("{}", "").strip().length() > 5;
        }
    }

    @Test
    void every_quoted_log_line_is_one_that_the_library_writes() throws IOException {
        List<Template> templates = templates();
        for (String line : quotedLines()) {
            assertThat(templates).as(line).anyMatch(template -> writes(template, line));
        }
    }

    @Test
    void the_sentences_within_a_quoted_line_are_worded_as_in_the_sources() throws IOException {
        String sources = String.join("\n", sources()).replaceAll("\"\\s*\\+\\s*\"", "");
        List<Template> templates = templates();
        for (String line : quotedLines()) {
            templates.stream()
                    .filter(template -> writes(template, line))
                    .flatMap(template -> template.valuesOf(line.replaceFirst(LINE.pattern(), "$3")).stream())
                    .flatMap(value -> VALUE.splitAsStream(value).flatMap(SENTENCE::splitAsStream))
                    .map(sentence -> sentence.strip().replaceFirst("[.:]$", ""))
                    .filter(sentence -> sentence.contains(" "))
                    .forEach(sentence -> assertThat(sources.contains(sentence))
                            .as("'" + sentence + "' of: " + line)
                            .isTrue());
        }
    }

    @Test
    void every_line_that_the_library_writes_for_an_operator_is_quoted() throws IOException {
        List<String> lines = quotedLines();
        assertThat(templates().stream().filter(Template::speaks))
                .allSatisfy(template -> assertThat(lines).as(template.text()).anyMatch(line -> writes(template, line)));
    }

    @Test
    void every_event_that_is_named_exists_and_every_event_is_named() throws IOException {
        Set<String> named = Pages.below(Pages.OPERATIONS).stream()
                .flatMap(page -> EVENT.matcher(Pages.text(page)).results())
                .map(event -> event.group(1))
                .collect(Collectors.toSet());
        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(DatabaseListener.class.getDeclaredMethods())
                        .filter(Predicate.not(Method::isSynthetic))
                        .map(Method::getName)
                        .toList());
    }

    private static boolean writes(Template template, String line) {
        Matcher said = LINE.matcher(line);
        return said.matches()
                && template.speaks()
                && said.group(1).equals(template.level())
                && said.group(2).equals(template.logger())
                && template.pattern().matcher(said.group(3)).matches();
    }

    /** A line that begins with two blanks goes on with the one before. */
    private static List<String> quotedLines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path page : Pages.below(Pages.OPERATIONS)) {
            for (String fence : Pages.fences(page, "log")) {
                lines.addAll(List.of(fence.strip().split("\n(?!  )")));
            }
        }
        assertThat(lines).isNotEmpty();
        return lines;
    }

    private static List<Template> templates() throws IOException {
        List<Template> templates = new ArrayList<>();
        for (String source : sources()) {
            CALL.matcher(source)
                    .results()
                    .map(call -> new Template(
                            call.group(2).toUpperCase(Locale.ROOT),
                            call.group(1).toLowerCase(Locale.ROOT),
                            call.group(3)))
                    .forEach(templates::add);
        }
        assertThat(templates).isNotEmpty();
        return templates;
    }

    private static List<String> sources() throws IOException {
        List<String> sources = new ArrayList<>();
        for (String module : List.of("core", "tls")) {
            try (Stream<Path> files = Files.walk(Pages.ROOT.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .map(Pages::text)
                        .forEach(sources::add);
            }
        }
        return sources;
    }
}
