package dev.penstock.config;

import dev.penstock.violation.InvalidConfigException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads a configuration file: regular (links are followed) and UTF-8, with a byte order mark or none. A pipe is refused, because reading it may never end. */
final class TextFile {
    private static final Pattern PATH = Pattern.compile("(?:[A-Za-z]:)?[\\p{L}\\p{N}_./ \\\\~-]{1,255}");

    private TextFile() {}

    /** The path for a message; not what only looks like one, such as a connection string in its place. */
    static String shown(Path file) {
        return Files.exists(file) || PATH.matcher(file.toString()).matches() ? file.toString() : "***";
    }

    /** @param unreadable makes the exception for a reason, which completes the sentence "the file …" */
    static String read(Path file, Function<String, InvalidConfigException> unreadable) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw unreadable.apply(Files.isDirectory(file) ? "is a directory" : "is not a regular file");
        }
        try {
            String text = Files.readString(file);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (NoSuchFileException missing) {
            throw unreadable.apply("does not exist");
        } catch (MalformedInputException notUtf8) {
            throw unreadable.apply("is not UTF-8 text");
        } catch (IOException failed) {
            throw unreadable.apply("cannot be read (" + failed.getClass().getSimpleName() + ")");
        }
    }
}
