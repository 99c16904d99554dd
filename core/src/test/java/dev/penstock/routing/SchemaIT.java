package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.TestConfigs;
import dev.penstock.config.SessionConfig;
import dev.penstock.observe.DatabaseStatus.Warning;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.TlsConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configured schemas on a server: found as they are written, and told when they are not there. */
@PostgresTest(replicas = 0)
class SchemaIT {
    private final PostgresCluster cluster;
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

    SchemaIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    static void create(PostgresCluster cluster) throws SQLException {
        cluster.primary().execute("""
            create schema "Shop"; create schema "my-shop"; create schema "a,b"; create schema shut;
            create table "Shop".cup (id int); create table "my-shop".can (id int); create table "a,b".jar (id int);
            grant usage on schema "Shop", "my-shop", "a,b" to appuser;
            grant select on "Shop".cup, "my-shop".can, "a,b".jar to appuser\
            """);
    }

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void end() throws SQLException {
        System.setErr(standardError);
        cluster.primary().execute("drop schema if exists no_such");
    }

    private Database open(String schema) throws SQLException {
        return Database.open(TestConfigs.of(cluster)
                .tls(TlsConfig.disabled())
                .session(SessionConfig.builder().schema(schema).build())
                .build());
    }

    private static String ask(Connection c, String sql) throws SQLException {
        try (Statement statement = c.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
        Shop           | cup | Shop
        my-shop        | can | my-shop
        "a,b"          | jar | a,b
        app, Shop      | cup | app
        Shop,"a,b"     | jar | Shop
        $user, Shop    | cup | Shop
        """)
    void a_name_is_found_as_it_is_written(String schema, String table, String current) throws SQLException {
        try (Database db = open(schema);
                Connection before = db.dataSource().getConnection()) {
            String said = db.read(c -> ask(c, "select current_schema() || ' ' || count(*) from " + table));
            assertThat(said).isEqualTo(current + " 0");
            assertThat(before.getSchema()).isEqualTo(current);
            assertThat(db.status().warnings()).isEmpty();
        }
    }

    @Test
    void a_schema_that_is_missing_is_told_until_it_is_there() throws SQLException {
        try (Database db = open("no_such, public")) {
            assertThat(db.status().warnings())
                    .extracting(Warning::code, Warning::about)
                    .containsExactly(tuple("SCHEMA_MISSING", "schema"));
            assertThat(db.status().warnings().get(0).message()).contains("'no_such' does not exist");
            cluster.primary().execute("create schema no_such");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> db.status().warnings().stream()
                            .noneMatch(warning -> warning.code().equals("SCHEMA_MISSING")));
            // The role may still not use it.
            cluster.primary().execute("grant usage on schema no_such to appuser");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> db.status().warnings().isEmpty());
        }
        assertThat(logged.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("SCHEMA_MISSING")))
                .hasSize(1);
    }

    @Test
    void a_name_that_differs_in_letter_case_names_the_one_that_is_there() throws SQLException {
        try (Database db = open("shop")) {
            assertThat(db.status().warnings().get(0).toString()).contains("SCHEMA_MISSING", "Did you mean 'Shop'?");
        }
    }

    @Test
    void a_schema_that_the_role_may_not_use_is_told_with_the_grant() throws SQLException {
        try (Database db = open("shut")) {
            assertThat(db.status().warnings().get(0).toString())
                    .contains("SCHEMA_NOT_ALLOWED", "GRANT USAGE ON SCHEMA \"shut\" TO \"appuser\"");
        }
    }
}
