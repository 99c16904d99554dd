package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The names that unqualified names are looked up in, and what YAML's null leaves unset. */
class SchemaTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
        app                | app
        Shop               | "Shop"
        my-shop            | "my-shop"
        my shop            | "my shop"
        app, public        | app, public
        App,Public         | "App", "Public"
        $user, public      | "$user", public
        "$user", public    | "$user", public
        "Shop"             | "Shop"
        "app"              | app
        a1_, 1a            | a1_, "1a"
        "a,b", "c""d"      | "a,b", "c""d"
        größe              | "größe"
        a'';drop           | "a'';drop"
        a\\b               | "a\\b"
        """)
    void every_name_is_quoted_as_it_is_written_after_the_list_was_split(String written, String searchPath) {
        assertThat(SessionConfig.builder().schema(written).build().searchPath()).isEqualTo(searchPath);
    }

    @Test
    void the_names_are_those_between_the_commas() {
        assertThat(SessionConfig.builder()
                        .schema(" Shop ,\"a,b\" , public")
                        .build()
                        .schemas())
                .containsExactly("Shop", "a,b", "public");
        assertThat(SessionConfig.defaults().schemas()).isEmpty();
        assertThat(SessionConfig.defaults().searchPath()).isNull();
    }

    @Test
    void every_way_in_reads_the_same_names() {
        assertThat(Loading.keys("schema: Shop, public").session().schemas()).containsExactly("Shop", "public");
        assertThat(Loading.keys("schema: '\"Shop\"'").session().schemas()).containsExactly("Shop");
        assertThat(Loading.uri("postgresql://localhost/shop?schema=Shop%2Cpublic")
                        .session()
                        .schemas())
                .containsExactly("Shop", "public");
        assertThat(Loading.keys(Map.of("DATABASE_SCHEMA", "Shop")).session().schemas())
                .containsExactly("Shop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"~", "null", "Null", "NULL"})
    void null_leaves_every_key_unset(String nothing) {
        for (Key key : Key.values()) {
            if (key == Key.URL) {
                continue;
            }
            String[] name = key.yamlName().split("\\.");
            String[] lines = name.length == 1
                    ? new String[] {name[0] + ": " + nothing}
                    : new String[] {name[0] + ":", "  " + name[1] + ": " + nothing};

            assertThat(shown(lines)).as(key.yamlName()).isEqualTo(shown());
        }
        assertThat(shown("tls: " + nothing)).isEqualTo(shown());
        assertThat(Loading.keys("replica_url: [" + nothing + ", postgresql://db-2/shop]")
                        .replicas())
                .hasSize(1);
    }

    /** Sources of passwords are equal to themselves alone. */
    private static String shown(String... lines) {
        DatabaseConfig config = Loading.keys(lines);
        return config + " " + config.origins() + " " + config.warnings();
    }

    @Test
    void what_is_null_comes_from_the_variable_or_is_the_default() {
        assertThat(Loading.keys(Map.of("DATABASE_POOL_SIZE", "7"), "pool_size: null", "owner_user: ~"))
                .returns(7, config -> config.pool().size())
                .returns("appowner", config -> config.roles().ownerUser());
        assertThat(Loading.codes(() -> Loading.yaml("database:\n  url: ~\n", Map.of())))
                .containsExactly("REQUIRED");
        assertThat(Loading.codes(() -> Loading.yaml("database: null\n", Map.of())))
                .containsExactly("REQUIRED");
        assertThat(Loading.yamlAll("databases:\n  a:\n    url: postgresql://u:p@localhost/a\n  b: ~\n"))
                .containsOnlyKeys("a");
    }

    @Test
    void the_word_between_quotes_is_a_name() {
        assertThat(Loading.keys("schema: \"null\"").session().schemas()).isEqualTo(List.of("null"));
        assertThat(Loading.codes(() -> Loading.keys("schema: null", "schema: app")))
                .containsExactly("DUPLICATE_KEY");
    }
}
