package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerTextTest {
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            'password failed'              | password failed
            'größe 😀 漢字'                 | größe 😀 漢字
            'FATAL: a\\n  Detail: b\\n'       | FATAL: a; Detail: b
            'a:\\n  b\\n  c'                | a: b; c
            'a\\r\\n\\r\\n2026 ERROR root b'  | a; 2026 ERROR root b
            '\\n\\n a'                      | a
            'a \\n'                        | a
            'a\\tb'                        | a b
            'a\u000bb\u000cc\u0085d\u2028e\u2029f'     | a; b; c; d; e; f
            'a\\u001b[2Jb\\u0007'            | a\\\\u001b[2Jb\\\\u0007
            'a\u202eb\u2066c\u200fd\ufeffe'         | a\\\\u202eb\\\\u2066c\\\\u200fd\\\\ufeffe
            '\\0\\u007f\\u009b'              | \\\\u0000\\\\u007f\\\\u009b
            '\\ud800x'                     | \\\\ud800x
            '\\udb40\\udc41x'               | \\\\U000e0041x
            """)
    void a_text_becomes_one_line_of_visible_characters(String written, String shown) {
        assertThat(ServerText.inOneLine(read(written))).isEqualTo(read(shown));
    }

    /** Java's escapes, which a text block would take for its own. */
    private static String read(String written) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escape = written.charAt(++i);
            switch (escape) {
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case '0' -> text.append('\0');
                case 'u' -> {
                    text.append((char) Integer.parseInt(written.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                default -> text.append(escape);
            }
        }
        return text.toString();
    }

    @Test
    void whatever_comes_is_printable_afterwards_and_stays_as_it_is_the_second_time() {
        long seed = new Random().nextLong();
        System.out.println("seed of the server's texts: " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(20); length > 0; length--) {
                text.append((char) (random.nextBoolean() ? random.nextInt(0x100) : random.nextInt(0x10000)));
            }
            String line = ServerText.inOneLine(text.toString());

            assertThat(ServerText.isPrintable(line))
                    .as("seed %d: %s", seed, line)
                    .isTrue();
            assertThat(ServerText.inOneLine(line)).isEqualTo(line);
        }
    }

    @Test
    void a_failure_is_told_by_its_message_or_its_kind() {
        assertThat(ServerText.of(new IOException("a\nb"))).isEqualTo("a; b");
        assertThat(ServerText.of(new IOException())).isEqualTo("java.io.IOException");
    }
}
