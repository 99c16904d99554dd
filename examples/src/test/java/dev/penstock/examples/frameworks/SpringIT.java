package dev.penstock.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Spring's transactions on {@code dataSource()}: what was declared read-only ran on a replica, everything else on the primary. */
@PostgresTest(replicas = 1, tls = true)
@TestInstance(Lifecycle.PER_CLASS)
class SpringIT {
    /** Runs anything in a transaction of that kind. */
    static class Transactions {
        @Transactional
        public <T> T writing(Supplier<T> work) {
            return work.get();
        }

        @Transactional(readOnly = true)
        public <T> T reading(Supplier<T> work) {
            return work.get();
        }

        @Transactional(readOnly = true, isolation = Isolation.SERIALIZABLE)
        public <T> T readingSerializable(Supplier<T> work) {
            return work.get();
        }

        @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
        public <T> T readingRepeatable(Supplier<T> work) {
            return work.get();
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public <T> T writingApart(Supplier<T> work) {
            return work.get();
        }

        @Transactional(propagation = Propagation.NESTED)
        public <T> T nested(Supplier<T> work) {
            return work.get();
        }
    }

    private Database db;
    private AnnotationConfigApplicationContext context;
    private JdbcTemplate jdbc;
    private Transactions in;

    @BeforeAll
    void start(PostgresCluster cluster) throws SQLException {
        db = Shop.open(cluster);
        context = new AnnotationConfigApplicationContext();
        context.registerBean(Database.class, () -> db, bean -> bean.setDestroyMethodName(""));
        context.register(ShopConfiguration.class, Visits.class, Transactions.class);
        context.refresh();
        jdbc = context.getBean(JdbcTemplate.class);
        in = context.getBean(Transactions.class);
    }

    @AfterAll
    void end() {
        context.close();
        db.close();
    }

    @AfterEach
    void nothing_is_left_borrowed() {
        Shop.holdsNothingOf(db);
    }

    @Test
    void a_read_only_transaction_reads_what_a_transaction_wrote_when_it_has_arrived_at_the_replica(
            PostgresCluster cluster) throws SQLException {
        Visits visits = context.getBean(Visits.class);
        long before = visits.count();
        visits.add("first");
        assertThat(Shop.visits(cluster, "first")).isOne();
        cluster.awaitReplicas();
        assertThat(visits.count()).isEqualTo(before + 1);
    }

    @Test
    void read_only_transactions_run_on_a_replica_and_others_on_the_primary() {
        for (int i = 0; i < 20; i++) {
            assertThat(in.reading(this::isOnAReplica)).isTrue();
            assertThat(in.readingRepeatable(this::isOnAReplica)).isTrue();
            assertThat(in.writing(this::isOnAReplica)).isFalse();
        }
    }

    @Test
    void work_without_a_transaction_runs_on_the_primary() {
        assertThat(isOnAReplica()).isFalse();
    }

    @Test
    void a_serializable_read_runs_on_the_primary() {
        assertThat(in.readingSerializable(this::isOnAReplica)).isFalse();
        assertThat(in.reading(this::isOnAReplica)).isTrue();
        assertThat(in.writing(() -> jdbc.queryForObject("show transaction_isolation", String.class)))
                .isEqualTo("read committed");
    }

    @Test
    void a_read_only_transaction_cannot_write() {
        assertThatThrownBy(() -> in.reading(() -> insert("by accident")))
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
    }

    @Test
    void a_write_of_its_own_inside_of_a_read_only_transaction_runs_on_the_primary(PostgresCluster cluster)
            throws SQLException {
        in.reading(() -> {
            assertThat(isOnAReplica()).isTrue();
            in.writingApart(() -> insert("apart"));
            return isOnAReplica();
        });
        assertThat(Shop.visits(cluster, "apart")).isOne();
    }

    @Test
    void a_nested_transaction_is_a_savepoint(PostgresCluster cluster) throws SQLException {
        in.writing(() -> {
            insert("outer");
            assertThatThrownBy(() -> in.nested(() -> insert(null))).isInstanceOf(DataAccessException.class);
            return insert("after");
        });
        assertThat(Shop.visits(cluster, "outer")).isOne();
        assertThat(Shop.visits(cluster, "after")).isOne();
    }

    @Test
    void what_a_transaction_throws_rolls_it_back(PostgresCluster cluster) throws SQLException {
        assertThatThrownBy(() -> in.writing(() -> {
                    insert("rolled back");
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(Shop.visits(cluster, "rolled back")).isZero();
    }

    @Test
    void a_swallowed_exception_does_not_turn_into_a_commit_that_did_nothing(PostgresCluster cluster)
            throws SQLException {
        assertThatThrownBy(() -> in.writing(() -> {
                    insert("swallowed");
                    assertThatThrownBy(() -> insert(null)).isInstanceOf(DataAccessException.class);
                    return null;
                }))
                .rootCause()
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
        assertThat(Shop.visits(cluster, "swallowed")).isZero();
    }

    private int insert(String note) {
        return jdbc.update("insert into visit (note) values (?)", note);
    }

    private boolean isOnAReplica() {
        return jdbc.queryForObject(Shop.ON_A_REPLICA, Boolean.class);
    }
}
