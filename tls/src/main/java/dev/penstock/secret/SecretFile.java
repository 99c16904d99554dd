package dev.penstock.secret;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads one password from one file: regular (links are followed), at most 64 KiB, strict UTF-8, a byte order mark and exactly one
 * line end (LF, CRLF or CR) taken off, not empty, one line. {@code echo pw > file} therefore works, and a key or a whole {@code .env} file
 * given by mistake does not pass for a password.
 */
final class SecretFile {
    static final int MAX_BYTES = 64 * 1024;

    private SecretFile() {}

    /** Reads the file, or says in words why it does not serve. */
    static Finding read(Path file, FilePermissions permissions) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                return Finding.broken(attributes.isDirectory() ? "is a directory" : "is not a regular file");
            }
            FilePermissions.Verdict verdict = permissions.forPassword(file);
            if (!verdict.accepted()) {
                return Finding.broken(verdict.remark() + ", which the permission policy refuses (chmod 600)");
            }
            return content(file).warn("file " + file, verdict.remark());
        } catch (NoSuchFileException missing) {
            return Finding.absent("does not exist");
        } catch (AccessDeniedException denied) {
            return Finding.broken("cannot be read by this process (permission denied)");
        } catch (IOException failed) {
            return Finding.broken("cannot be read (" + failed.getClass().getSimpleName() + ")");
        }
    }

    private static Finding content(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            return Finding.broken("is larger than 64 KiB");
        }
        try {
            return line(UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            return Finding.broken("is not UTF-8 text");
        }
    }

    /** The rule of all places: one line, without what editors and shells add to it. */
    static Finding line(String text) {
        String value = Secret.withoutLineEnd(text);
        if (value.isBlank()) {
            return Finding.broken("is empty");
        }
        if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
            return Finding.broken("has more than one line");
        }
        if (value.indexOf('\0') >= 0) {
            return Finding.broken("contains a NUL character");
        }
        return Finding.found(new Credentials(null, Secret.of(value)));
    }
}
