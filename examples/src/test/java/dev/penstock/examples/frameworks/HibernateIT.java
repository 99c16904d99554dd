package dev.penstock.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.sql.SQLException;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Test;

/** Hibernate ORM alone on {@code dataSource()}: a session that says so reads on a replica, any other works on the primary. */
@PostgresTest(replicas = 1, tls = true)
class HibernateIT {
    @Test
    void a_session_reads_on_a_replica_when_its_connection_is_told_and_works_on_the_primary_otherwise(
            PostgresCluster cluster) throws SQLException {
        try (Database db = Shop.open(cluster);
                SessionFactory sessions = HibernateVisits.sessions(db)) {
            sessions.inTransaction(session -> {
                session.persist(new Visit("first"));
                assertThat(isOnAReplica(session)).isFalse();
            });
            assertThat(Shop.visits(cluster, "first")).isOne();
            cluster.awaitReplicas();

            sessions.inTransaction(session -> {
                session.doWork(connection -> connection.setReadOnly(true));
                assertThat(isOnAReplica(session)).isTrue();
            });
            assertThat(HibernateVisits.count(sessions)).isOne();
            sessions.inTransaction(session -> assertThat(isOnAReplica(session)).isFalse());

            assertThatThrownBy(() -> sessions.inTransaction(session -> {
                        session.doWork(connection -> connection.setReadOnly(true));
                        session.persist(new Visit("by accident"));
                    }))
                    .rootCause()
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
            Shop.holdsNothingOf(db);
        }
    }

    private static boolean isOnAReplica(Session session) {
        return session.createNativeQuery(Shop.ON_A_REPLICA, Boolean.class).getSingleResult();
    }
}
