package dev.penstock.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

/** jOOQ on the two views, and its transactions on {@code dataSource()}. */
@PostgresTest(replicas = 1, tls = true)
class JooqIT {
    @Test
    void each_view_runs_where_it_says_and_undeclared_transactions_on_the_primary(PostgresCluster cluster)
            throws SQLException {
        try (Database db = Shop.open(cluster)) {
            DSLContext reading = DSL.using(db.reader(), SQLDialect.POSTGRES);
            DSLContext writing = DSL.using(db.writer(), SQLDialect.POSTGRES);
            DSLContext either = DSL.using(db.dataSource(), SQLDialect.POSTGRES);

            writing.insertInto(DSL.table("visit"), DSL.field("note"))
                    .values("written")
                    .execute();
            assertThat(Shop.visits(cluster, "written")).isOne();
            assertThat(isOnAReplica(writing)).isFalse();
            assertThat(isOnAReplica(reading)).isTrue();
            assertThat(isOnAReplica(either)).isFalse();

            either.transaction(transaction -> {
                DSLContext inside = transaction.dsl();
                inside.insertInto(DSL.table("visit"), DSL.field("note"))
                        .values("in a transaction")
                        .execute();
                assertThat(isOnAReplica(inside)).isFalse();
                // A nested transaction of jOOQ is a savepoint.
                inside.transaction(
                        nested -> assertThat(isOnAReplica(nested.dsl())).isFalse());
            });
            assertThat(Shop.visits(cluster, "in a transaction")).isOne();
            either.transaction(transaction -> {
                transaction.dsl().connection(connection -> connection.setReadOnly(true));
                assertThat(isOnAReplica(transaction.dsl())).isTrue();
            });
            Shop.holdsNothingOf(db);
        }
    }

    @Test
    void a_nested_transaction_is_a_savepoint_on_either_view(PostgresCluster cluster) throws SQLException {
        try (Database db = Shop.open(cluster)) {
            for (DataSource view : List.of(db.writer(), db.dataSource())) {
                DSL.using(view, SQLDialect.POSTGRES).transaction(transaction -> {
                    visit(transaction.dsl(), "outer");
                    assertThatThrownBy(() -> transaction.dsl().transaction(nested -> {
                                visit(nested.dsl(), "undone");
                                throw new IllegalStateException("the nested part fails");
                            }))
                            .hasMessageContaining("the nested part fails");
                    transaction.dsl().transaction(nested -> visit(nested.dsl(), "inner"));
                });
            }
            assertThat(Shop.visits(cluster, "outer")).isEqualTo(2);
            assertThat(Shop.visits(cluster, "inner")).isEqualTo(2);
            assertThat(Shop.visits(cluster, "undone")).isZero();
            Shop.holdsNothingOf(db);
        }
    }

    @Test
    void a_write_commits_what_jooq_did_in_it_and_lets_it_end_nothing(PostgresCluster cluster) throws SQLException {
        try (Database db = Shop.open(cluster)) {
            db.write(c -> {
                DSLContext inside = DSL.using(c, SQLDialect.POSTGRES);
                visit(inside, "in a write");
                Savepoint part = c.setSavepoint();
                visit(inside, "undone in a write");
                c.rollback(part);
            });
            assertThat(Shop.visits(cluster, "in a write")).isOne();
            assertThat(Shop.visits(cluster, "undone in a write")).isZero();

            assertThatThrownBy(() -> db.write(c -> {
                        DSLContext inside = DSL.using(c, SQLDialect.POSTGRES);
                        inside.transaction(transaction -> visit(transaction.dsl(), "committed by jOOQ"));
                    }))
                    .isInstanceOfSatisfying(
                            DataAccessException.class,
                            e -> assertThat(e.sqlState()).isEqualTo("2D000"));
            assertThat(Shop.visits(cluster, "committed by jOOQ")).isZero();
            Shop.holdsNothingOf(db);
        }
    }

    private static void visit(DSLContext context, String note) {
        context.insertInto(DSL.table("visit"), DSL.field("note")).values(note).execute();
    }

    private static boolean isOnAReplica(DSLContext context) {
        return context.fetchSingle(Shop.ON_A_REPLICA).get(0, Boolean.class);
    }
}
