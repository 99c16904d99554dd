package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.tls.ChannelBinding;
import dev.penstock.tls.Sni;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsSource;
import dev.penstock.tls.TlsVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every block of docs/tls-presets.md, as an operator would paste it. */
class TlsPresetsTest {
    private static final Pattern BLOCK = Pattern.compile("<!-- preset (\\S+) -->\n```sh\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            fly-inside,         require,     NONE,    -,                              -,         PREFER
            fly-outside,        verify-full, BY_MODE, system,                         -,         PREFER
            railway-inside,     require,     NONE,    -,                              -,         PREFER
            railway-outside,    verify-full, BY_MODE, /run/secrets/railway-ca.crt,    localhost, PREFER
            render-inside,      require,     NONE,    -,                              -,         PREFER
            render-outside,     verify-full, BY_MODE, system,                         -,         PREFER
            rds,                verify-full, BY_MODE, /etc/ssl/rds/global-bundle.pem, -,         PREFER
            azure,               verify-full, BY_MODE, /etc/ssl/azure/roots.pem,                      -, PREFER
            azure-pooler,        verify-full, BY_MODE, /etc/ssl/azure/roots.pem,                      -, PREFER
            cloud-sql,           verify-ca,   BY_MODE, /etc/ssl/cloudsql/server-ca.pem,               -, PREFER
            cloud-sql-shared,    verify-full, BY_MODE, /etc/ssl/cloudsql/server-ca.pem,               -, PREFER
            cloud-sql-proxy,     disable,     BY_MODE, -,                                             -, PREFER
            digitalocean,        verify-full, BY_MODE, /etc/ssl/digitalocean/ca-certificate.crt,      -, PREFER
            digitalocean-pooler, verify-full, BY_MODE, /etc/ssl/digitalocean/ca-certificate.crt,      -, PREFER
            heroku-enhanced,     verify-full, BY_MODE, system,                                        -, PREFER
            heroku,              require,     NONE,    -,                                             -, PREFER
            neon,                verify-full, BY_MODE, system,                                        -, PREFER
            neon-pooler,         verify-full, BY_MODE, system,                                        -, PREFER
            supabase,            verify-full, BY_MODE, /etc/ssl/supabase/prod-ca-2021.crt,            -, PREFER
            supabase-pooler,     verify-full, BY_MODE, /etc/ssl/supabase/prod-ca-2021.crt,            -, PREFER
            lets-encrypt,       verify-full, BY_MODE, system,                         -,         PREFER
            internal-ca,        verify-full, BY_MODE, /etc/penstock/ca.crt,           -,         PREFER
            internal-ca-client, verify-full, BY_MODE, /etc/penstock/ca.crt,           -,         REQUIRE
            compose,            verify-full, BY_MODE, /run/secrets/postgres_ca,       -,         PREFER
            """)
    void a_preset_resolves_to_what_its_section_says_and_warns_of_nothing(
            String name, String mode, String validation, String ca, String verifyName, ChannelBinding binding)
            throws IOException {
        DatabaseConfig config = preset(name);
        TlsConfig tls = config.tls();
        assertThat(config.environmentMode()).isEqualTo(EnvironmentMode.PRODUCTION);
        assertThat(tls.mode().libpqName()).isEqualTo(mode);
        assertThat(tls.certValidation()).hasToString(validation);
        assertThat(tls.ca()).isEqualTo(ca == null ? null : TlsSource.of(ca));
        assertThat(tls.verifyName()).isEqualTo(verifyName);
        assertThat(tls.channelBinding()).isEqualTo(binding);
        assertThat(tls.minVersion()).isEqualTo(TlsVersion.TLS_1_2);
        assertThat(tls.sni()).isEqualTo(Sni.auto());
        assertThat(config.session().pooler()).isEqualTo(name.endsWith("-pooler") ? Pooler.TRANSACTION : Pooler.NONE);
        // Nothing proves that server, and nobody can: the section says that the warning stays.
        assertThat(config.warnings()).hasSize(name.equals("heroku") ? 1 : 0);
    }

    @Test
    void the_preset_with_a_client_certificate_shows_it_and_checks_revocation() throws IOException {
        TlsConfig tls = preset("internal-ca-client").tls();
        assertThat(tls.files())
                .contains(
                        Path.of("/etc/penstock/app.crt"),
                        Path.of("/etc/penstock/app.key"),
                        Path.of("/etc/penstock/crl.pem"));
    }

    @Test
    void no_block_of_the_page_is_left_untested() throws IOException {
        CsvSource table = List.of(TlsPresetsTest.class.getDeclaredMethods()).stream()
                .filter(method -> method.isAnnotationPresent(CsvSource.class))
                .map(method -> method.getAnnotation(CsvSource.class))
                .findFirst()
                .orElseThrow();
        assertThat(blocks().keySet())
                .containsExactlyElementsOf(table.textBlock()
                        .lines()
                        .map(row -> row.substring(0, row.indexOf(',')))
                        .toList());
    }

    private DatabaseConfig preset(String name) throws IOException {
        Path file = Files.writeString(directory.resolve("preset.env"), blocks().get(name));
        return DatabaseConfig.fromEnvironment(EnvFile.read(file, Map.of()));
    }

    private static Map<String, String> blocks() throws IOException {
        Map<String, String> blocks = new LinkedHashMap<>();
        Matcher found = BLOCK.matcher(Files.readString(Path.of("..", "docs", "tls-presets.md")));
        while (found.find()) {
            blocks.put(found.group(1), found.group(2));
        }
        return blocks;
    }
}
