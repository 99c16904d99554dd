package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What platforms put into {@code DATABASE_URL}, with nothing else set; and what is known of their hosts. */
class PlatformTest {
    /** The forms are the platforms' own, with invented names and passwords. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            Heroku                | postgres://u1a2b3:p0@ec2-3-221-100-100.compute-1.amazonaws.com:5432/d1e2f3 | verify-full | -
            Heroku, Essential     | postgres://u1a2b3:p0@c9uss.cluster-czrs8.us-east-1.rds.amazonaws.com:5432/d1e2f3 | verify-full | -
            Neon                  | postgresql://o:npg_0@ep-cool-sun-a1b2c3-pooler.us-east-2.aws.neon.tech/neondb?sslmode=require&channel_binding=require | require | -
            Neon, before 2025     | postgresql://o:npg_0@ep-cool-sun-a1b2c3.us-east-2.aws.neon.tech/neondb?sslmode=require | require | REQUIRE_UNVERIFIED
            Supabase              | postgresql://postgres:p0@db.abcdefghijklmnopqrst.supabase.co:5432/postgres | verify-full | -
            Supabase, pooler      | postgresql://postgres.abcdefghijklmnopqrst:p0@aws-0-eu-central-1.pooler.supabase.com:6543/postgres | verify-full | -
            Render, inside        | postgresql://shop:p0@dpg-cabc123def-a/shop_x1y2 | prefer | ENVIRONMENT_UNSET
            Render, outside       | postgresql://shop:p0@dpg-cabc123def-a.frankfurt-postgres.render.com/shop_x1y2 | verify-full | -
            Railway, inside       | postgresql://postgres:p0@postgres.railway.internal:5432/railway | prefer | ENVIRONMENT_UNSET
            Railway, outside      | postgresql://postgres:p0@roundhouse.proxy.rlwy.net:31337/railway | verify-full | -
            DigitalOcean          | postgresql://doadmin:AVNS_0@db-postgresql-fra1-12345-do-user-1234567-0.c.db.ondigitalocean.com:25060/defaultdb?sslmode=require | require | REQUIRE_UNVERIFIED
            DigitalOcean, private | postgresql://doadmin:AVNS_0@private-db-postgresql-fra1-12345-do-user-1234567-0.c.db.ondigitalocean.com:25060/defaultdb?sslmode=require | require | REQUIRE_UNVERIFIED
            Azure                 | postgresql://shop:p0@shop.postgres.database.azure.com:5432/postgres?sslmode=require | require | REQUIRE_UNVERIFIED
            Aiven                 | postgres://avnadmin:AVNS_0@pg-1a2b3c-shop.a.aivencloud.com:12345/defaultdb?sslmode=require | require | REQUIRE_UNVERIFIED
            """)
    void a_platforms_own_connection_string_loads_as_it_is_with_one_warning_at_most(
            String platform, String url, String mode, String warned) {
        DatabaseConfig config = DatabaseConfig.fromEnvironment(Map.of("DATABASE_URL", url));

        assertThat(config.tls().mode().libpqName()).isEqualTo(mode);
        assertThat(Loading.warningCodes(config)).isEqualTo(warned == null ? List.of() : List.of(warned));
    }

    @ParameterizedTest
    @CsvSource({
        "shop-db.fly.dev, flyio, system",
        "SHOP-DB.FLY.DEV., flyio, system",
        "roundhouse.proxy.rlwy.net, railway, <CA file>",
        "dpg-cabc123def-a.frankfurt-postgres.render.com, render, system",
        "shop.cluster-abc.eu-central-1.rds.amazonaws.com, rds-and-aurora, <CA file>",
        "shop.abc.cn-north-1.rds.amazonaws.com.cn, rds-and-aurora, <CA file>",
        "shop.postgres.database.azure.com, azure-database-for-postgresql, <CA file>",
        "3fd431e8.1a2b3c.europe-west1.sql.goog, cloud-sql, <CA file>",
        "shop-do-user-123-0.b.db.ondigitalocean.com, digitalocean, <CA file>",
        "ep-cool-sun-a1b2c3-pooler.us-east-2.aws.neon.tech, neon, system",
        "db.abcdefghijklmnopqrst.supabase.co, supabase, <CA file>",
        "aws-0-eu-central-1.pooler.supabase.com, supabase, <CA file>"
    })
    void a_host_of_a_known_platform_is_told_with_its_section_and_its_line(String host, String anchor, String ca) {
        assertThat(Platform.pageOf(host)).isEqualTo("docs/tls-presets.md#" + anchor);
        assertThat(Platform.lineOf(host)).isEqualTo("sslmode=verify-full&sslrootcert=" + ca);
    }

    @ParameterizedTest
    @CsvSource({"db.example.com", "rds.amazonaws.com.example.com", "fly.dev", "8.8.8.8", "db-1"})
    void any_other_host_is_told_with_the_page(String host) {
        assertThat(Platform.pageOf(host)).isEqualTo("docs/tls-presets.md");
        assertThat(Platform.lineOf(host)).contains("sslrootcert=system", "own CA");
    }

    @Test
    void the_page_has_the_section_of_every_platform() throws IOException {
        // As GitHub makes an anchor of a heading.
        List<String> anchors = Files.readAllLines(Path.of("..", "docs", "tls-presets.md")).stream()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring(3)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 -]", "")
                        .replace(' ', '-'))
                .toList();
        for (Platform platform : Platform.values()) {
            assertThat(anchors).contains(platform.section().substring("docs/tls-presets.md#".length()));
        }
    }
}
