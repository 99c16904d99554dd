package dev.penstock.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.sql.SQLException;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
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

    private static boolean isOnAReplica(DSLContext context) {
        return context.fetchSingle(Shop.ON_A_REPLICA).get(0, Boolean.class);
    }
}
