package dev.penstock.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

/** Jdbi on the two views, and its read-only handles on {@code dataSource()}. */
@PostgresTest(replicas = 1, tls = true)
class JdbiIT {
    @Test
    void a_handle_runs_where_its_view_says_or_as_it_is_declared(PostgresCluster cluster) throws SQLException {
        try (Database db = Shop.open(cluster)) {
            Jdbi.create(db.writer())
                    .useHandle(handle -> handle.execute("insert into visit (note) values (?)", "written"));
            assertThat(Shop.visits(cluster, "written")).isOne();
            assertThat(Jdbi.create(db.reader()).<Boolean, RuntimeException>withHandle(JdbiIT::isOnAReplica))
                    .isTrue();

            Jdbi either = Jdbi.create(db.dataSource());
            assertThat(either.<Boolean, RuntimeException>withHandle(JdbiIT::isOnAReplica))
                    .isFalse();
            assertThat(either.<Boolean, RuntimeException>inTransaction(JdbiIT::isOnAReplica))
                    .isFalse();
            assertThat(either.<Boolean, RuntimeException>withHandle(handle -> {
                        handle.setReadOnly(true);
                        return handle.<Boolean, RuntimeException>inTransaction(JdbiIT::isOnAReplica);
                    }))
                    .isTrue();
            either.useTransaction(handle -> handle.execute("insert into visit (note) values (?)", "in a transaction"));
            assertThat(Shop.visits(cluster, "in a transaction")).isOne();
            Shop.holdsNothingOf(db);
        }
    }

    @Test
    void a_savepoint_undoes_a_part_on_either_view_and_in_a_write(PostgresCluster cluster) throws SQLException {
        try (Database db = Shop.open(cluster)) {
            for (DataSource view : List.of(db.writer(), db.dataSource())) {
                Jdbi.create(view).useTransaction(JdbiIT::visitWithAnUndonePart);
            }
            assertThat(Shop.visits(cluster, "outer")).isEqualTo(2);
            db.write(c -> {
                try (Handle handle = Jdbi.open(c)) {
                    // It is in a transaction, the write's, and takes part in it.
                    handle.useTransaction(JdbiIT::visitWithAnUndonePart);
                }
            });
            assertThat(Shop.visits(cluster, "outer")).isEqualTo(3);
            assertThat(Shop.visits(cluster, "inner")).isEqualTo(3);
            assertThat(Shop.visits(cluster, "undone")).isZero();
            Shop.holdsNothingOf(db);
        }
    }

    private static void visitWithAnUndonePart(Handle handle) {
        handle.execute("insert into visit (note) values (?)", "outer");
        handle.savepoint("part");
        handle.execute("insert into visit (note) values (?)", "undone");
        handle.rollbackToSavepoint("part");
        handle.savepoint("other part");
        // A nested transaction of Jdbi is a part of the one that it is in.
        handle.useTransaction(nested -> nested.execute("insert into visit (note) values (?)", "inner"));
        handle.releaseSavepoint("other part");
    }

    private static boolean isOnAReplica(Handle handle) {
        return handle.createQuery(Shop.ON_A_REPLICA).mapTo(Boolean.class).one();
    }
}
