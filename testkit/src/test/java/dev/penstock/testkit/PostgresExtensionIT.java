package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The extension from the side of those who use it; each nested class is one of its ways. */
class PostgresExtensionIT {
    private static final Set<String> DATABASES = new HashSet<>();

    abstract static class InADatabaseOfItsOwn {
        @Test
        void what_this_class_writes_no_other_sees(TestDatabase database, Connection connection) throws Exception {
            assertThat(DATABASES.add(database.name())).isTrue();
            assertThat(database.name()).isNotEqualTo("appdb");
            Sql.run(database.connect(database.cluster().primary(), "postgres"), "create table same_name (id int)");
            Sql.run(connection, "insert into same_name values (1)");
            database.cluster().awaitReplicas();
            try (Connection replica =
                    database.dataSource(database.cluster().node(1)).getConnection()) {
                assertThat(Sql.run(replica, "table same_name")).containsExactly(List.of("1"));
            }
        }
    }

    @Nested
    @PostgresTest(sharing = Sharing.JVM, isolation = Isolation.DATABASE)
    class FirstClass extends InADatabaseOfItsOwn {}

    @Nested
    @PostgresTest(sharing = Sharing.JVM, isolation = Isolation.DATABASE)
    class SecondClass extends InADatabaseOfItsOwn {}

    @Nested
    @PostgresTest(replicas = 0, isolation = Isolation.ROLLBACK)
    class RolledBack {
        @BeforeAll
        static void table(PostgresCluster cluster) throws SQLException {
            cluster.primary().execute("create table orders (id int primary key)");
        }

        @BeforeEach
        void row(Connection connection) throws SQLException {
            Sql.run(connection, "insert into orders values (0)");
        }

        @RepeatedTest(2)
        void each_test_begins_with_what_the_class_prepared(DataSource source, PostgresCluster cluster)
                throws Exception {
            try (Connection connection = source.getConnection()) {
                connection.setAutoCommit(false);
                Sql.run(connection, "insert into orders values (1)");
                connection.commit();
                Sql.run(connection, "insert into orders values (2)");
                connection.rollback();
            }
            try (Connection connection = source.getConnection()) {
                assertThat(Sql.run(connection, "select id from orders order by id"))
                        .containsExactly(List.of("0"), List.of("1"));
            }
            assertThat(cluster.primary().execute("table orders")).isEmpty();
        }

        @Test
        void a_failed_statement_in_autocommit_hurts_no_other(Connection connection) throws Exception {
            assertThatThrownBy(() -> Sql.run(connection, "insert into orders values (0)"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
            assertThat(Sql.run(connection, "table orders")).containsExactly(List.of("0"));
        }

        @Test
        void a_failed_statement_in_a_transaction_fails_it_as_ever(Connection connection) throws Exception {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> Sql.run(connection, "insert into orders values (0)"))
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> Sql.run(connection, "table orders"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
            connection.rollback();
            assertThat(Sql.run(connection, "table orders")).containsExactly(List.of("0"));
        }

        @Test
        void what_is_not_committed_at_close_is_gone(DataSource source) throws Exception {
            try (Connection connection = source.getConnection()) {
                connection.setAutoCommit(false);
                Sql.run(connection, "insert into orders values (7)");
            }
            try (Connection connection = source.getConnection()) {
                assertThat(Sql.run(connection, "table orders")).containsExactly(List.of("0"));
                connection.close();
                assertThat(connection.isClosed()).isTrue();
                assertThatThrownBy(connection::createStatement).hasMessageContaining("closed");
            }
        }
    }

    @Nested
    class WithABuilder {
        @RegisterExtension
        static final PostgresExtension POSTGRES = PostgresExtension.with(
                        PostgresCluster.builder().replicas(0).setting("work_mem", "9MB"))
                .isolation(Isolation.NONE);

        @Test
        void everything_the_builder_can_say_is_possible(Connection connection) throws Exception {
            assertThat(Sql.run(connection, "show work_mem")).containsExactly(List.of("9MB"));
        }
    }
}
