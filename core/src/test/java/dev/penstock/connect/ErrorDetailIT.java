package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.SqlAction;
import dev.penstock.TestConfigs;
import dev.penstock.config.ErrorDetail;
import dev.penstock.config.SessionConfig;
import dev.penstock.testkit.PostgresCluster;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.postgresql.util.PSQLException;

/** What stands in an exception's text of what the server said. */
@TestInstance(Lifecycle.PER_CLASS)
class ErrorDetailIT {
    private static final String VALUE = "jane@example.org";

    private PostgresCluster cluster;

    @BeforeAll
    void start() throws SQLException {
        cluster = PostgresCluster.builder().replicas(0).tls(true).start();
        cluster.primary().execute("create table app.account (email text primary key)");
        cluster.primary().execute("insert into app.account values ('" + VALUE + "')");
        cluster.primary().execute("grant all on app.account to appuser");
    }

    @AfterAll
    void end() {
        cluster.close();
    }

    private static void insertAgain(Connection c) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement("insert into app.account values (?)")) {
            statement.setString(1, VALUE);
            statement.executeUpdate();
        }
    }

    private static void batch(Connection c) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement("insert into app.account values (?)")) {
            statement.setString(1, VALUE);
            statement.addBatch();
            statement.executeBatch();
        }
    }

    private PSQLException thrown(ErrorDetail detail, SqlAction work) throws SQLException {
        SessionConfig session = SessionConfig.builder().errorDetail(detail).build();
        try (Database db =
                Database.open(TestConfigs.of(cluster).session(session).build())) {
            SQLException error = catchThrowableOfType(SQLException.class, () -> db.write(work));
            return error instanceof BatchUpdateException batch
                    ? (PSQLException) batch.getCause()
                    : (PSQLException) error;
        }
    }

    @Test
    void in_full_it_has_detail_hint_and_position() throws SQLException {
        // Unset, in development.
        assertThat(thrown(null, ErrorDetailIT::insertAgain).getMessage())
                .contains("\n  Detail: Key (email)=(" + VALUE + ") already exists.");
        assertThat(thrown(ErrorDetail.FULL, c -> Served.run(c, "select nme from app.account"))
                        .getMessage())
                .contains("\n  Position: 8");
        assertThat(thrown(ErrorDetail.FULL, c -> Served.run(c, "select lower(1)"))
                        .getMessage())
                .contains("\n  Hint: ");
    }

    @Test
    void without_it_a_text_has_no_value_and_the_server_error_still_has_everything() throws SQLException {
        PSQLException twice = thrown(ErrorDetail.NONE, ErrorDetailIT::insertAgain);
        assertThat(twice.getMessage()).doesNotContain(VALUE, "\n");
        assertThat(twice.getServerErrorMessage().getDetail()).contains(VALUE);
        PSQLException unknown = thrown(ErrorDetail.NONE, c -> Served.run(c, "select nme from app.account"));
        assertThat(unknown.getMessage()).doesNotContain("Position", "\n");
        assertThat(unknown.getServerErrorMessage().getPosition()).isEqualTo(8);
    }

    @Test
    void the_values_of_a_failed_batch_are_shown_in_full_alone() throws SQLException {
        for (ErrorDetail detail : ErrorDetail.values()) {
            SessionConfig session = SessionConfig.builder().errorDetail(detail).build();
            try (Database db =
                    Database.open(TestConfigs.of(cluster).session(session).build())) {
                BatchUpdateException error =
                        catchThrowableOfType(BatchUpdateException.class, () -> db.write(ErrorDetailIT::batch));
                String texts = Stream.<Throwable>iterate(error, e -> e != null, Throwable::getCause)
                        .map(Throwable::getMessage)
                        .reduce("", String::concat);
                assertThat(texts.contains(VALUE)).as("%s: %s", detail, texts).isEqualTo(detail == ErrorDetail.FULL);
            }
        }
    }
}
