package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.Session;
import dev.penstock.TestConfigs;
import dev.penstock.config.Isolation;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.WriteOptions;
import dev.penstock.testkit.PostgresCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.AutoSave;

/** Configured properties of the driver, as servers and borrowers see them. */
@TestInstance(Lifecycle.PER_CLASS)
class DriverPropertiesIT {
    private PostgresCluster cluster;

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder()
                .replicas(0)
                .tls(true)
                .setting("log_statement", "all")
                .start();
        cluster.primary().execute("CREATE TABLE line (id int PRIMARY KEY, text text)");
        cluster.primary().execute("GRANT ALL ON line TO appuser");
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    @Test
    void a_batch_of_inserts_reaches_the_server_as_one_statement_when_the_driver_rewrites_it() throws SQLException {
        try (Database db = Database.open(TestConfigs.of(cluster)
                .driverProperty("reWriteBatchedInserts", "true")
                .build())) {
            db.write(c -> insert(c, 0));
        }
        assertThat(cluster.primary().log()).contains("INSERT INTO line VALUES ($1,$2),($3,$4),($5,$6),($7,$8)");
    }

    private static void insert(Connection c, int from) throws SQLException {
        try (PreparedStatement insert = c.prepareStatement("INSERT INTO line VALUES (?,?)")) {
            for (int i = from; i < from + 4; i++) {
                insert.setInt(1, i);
                insert.setString(2, "line " + i);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    @Test
    void a_borrower_that_changes_them_leaves_the_next_one_what_is_configured() throws SQLException {
        try (Database db = Database.open(TestConfigs.of(cluster)
                .pool(1, 0, Duration.ofSeconds(20))
                .driverProperty("prepareThreshold", "7")
                .driverProperty("defaultRowFetchSize", "50")
                .driverProperty("autosave", "conservative")
                .build())) {
            try (Connection c = db.writer().getConnection()) {
                PGConnection driver = c.unwrap(PGConnection.class);
                assertThat(driver.getPrepareThreshold()).isEqualTo(7);
                assertThat(driver.getDefaultFetchSize()).isEqualTo(50);
                driver.setPrepareThreshold(1);
                driver.setDefaultFetchSize(3);
                driver.setAutosave(AutoSave.ALWAYS);
            }
            try (Connection c = db.writer().getConnection()) {
                PGConnection driver = c.unwrap(PGConnection.class);
                assertThat(driver.getPrepareThreshold()).isEqualTo(7);
                assertThat(driver.getDefaultFetchSize()).isEqualTo(50);
                assertThat(driver.getAutosave()).isEqualTo(AutoSave.CONSERVATIVE);
            }
        }
    }

    @Test
    void a_streaming_read_goes_back_to_the_configured_fetch_size() throws SQLException {
        try (Database db = Database.open(TestConfigs.of(cluster)
                .pool(1, 0, Duration.ofSeconds(20))
                .driverProperty("defaultRowFetchSize", "50")
                .build())) {
            assertThat(db.read(ReadOptions.defaults().streaming(), DriverPropertiesIT::fetchSize))
                    .isNotEqualTo(50);
            assertThat(db.read(DriverPropertiesIT::fetchSize)).isEqualTo(50);
            assertThat(db.read(
                            ReadOptions.defaults().isolation(Isolation.REPEATABLE_READ), DriverPropertiesIT::fetchSize))
                    .isEqualTo(50);
        }
    }

    private static int fetchSize(Connection c) throws SQLException {
        try (Statement statement = c.createStatement()) {
            return statement.getFetchSize();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended", "extendedForPrepared", "extendedCacheEverything"})
    void calls_keep_their_meaning_in_every_query_mode(String mode) throws SQLException {
        try (Database db = Database.open(TestConfigs.of(cluster)
                .driverProperty("preferQueryMode", mode)
                .driverProperty("autosave", "always")
                .build())) {
            db.write(c -> {
                c.createStatement().executeUpdate("DELETE FROM line");
                insert(c, 100);
            });
            assertThat(db.<Long>read(c -> {
                        try (ResultSet rows = c.createStatement().executeQuery("SELECT count(*) FROM line")) {
                            rows.next();
                            return rows.getLong(1);
                        }
                    }))
                    .isEqualTo(4);
            WriteOptions options =
                    WriteOptions.defaults().isolation(Isolation.SERIALIZABLE).with("app.user_id", "7");
            assertThat(db.<String>writeReturning(options, c -> {
                        try (ResultSet row = c.createStatement()
                                .executeQuery(
                                        "SELECT current_setting('app.user_id'), current_setting('transaction_isolation')")) {
                            row.next();
                            return row.getString(1) + " " + row.getString(2);
                        }
                    }))
                    .isEqualTo("7 serializable");
            Session session = db.session();
            session.write(c -> insert(c, 200));
            assertThat(session.token()).isPresent();
        }
    }

    @Test
    void every_session_but_the_monitors_has_them() {
        DriverProperties properties = new DriverProperties(TestConfigs.of(cluster)
                .driverProperty("preferQueryMode", "simple")
                .build());

        for (Purpose purpose : Purpose.values()) {
            assertThat(properties.forPurpose(purpose, Duration.ofSeconds(1)).getProperty("preferQueryMode"))
                    .as(purpose.label())
                    .isEqualTo(purpose == Purpose.MONITOR ? null : "simple");
        }
    }
}
