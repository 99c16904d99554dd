package dev.penstock.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.ValidationMode;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.support.TransactionTemplate;

/** Hibernate under Spring's JPA transactions on {@code dataSource()}, as Spring Data and Spring Boot set it up. */
@PostgresTest(replicas = 1, tls = true)
class SpringJpaIT {
    @Test
    void read_only_transactions_run_on_a_replica_and_others_on_the_primary(PostgresCluster cluster)
            throws SQLException {
        try (Database db = Shop.open(cluster);
                EntityManagerFactory factory = factory(db)) {
            JpaTransactionManager manager = new JpaTransactionManager(factory);
            TransactionTemplate writing = new TransactionTemplate(manager);
            TransactionTemplate reading = new TransactionTemplate(manager);
            reading.setReadOnly(true);
            EntityManager entities = SharedEntityManagerCreator.createSharedEntityManager(factory);

            writing.executeWithoutResult(status -> {
                entities.persist(new Visit("first"));
                assertThat(isOnAReplica(entities)).isFalse();
            });
            assertThat(Shop.visits(cluster, "first")).isOne();
            cluster.awaitReplicas();
            for (int i = 0; i < 20; i++) {
                reading.executeWithoutResult(status -> {
                    assertThat(entities.createQuery("select v from Visit v", Visit.class)
                                    .getSingleResult()
                                    .note())
                            .isEqualTo("first");
                    assertThat(isOnAReplica(entities)).isTrue();
                });
                writing.executeWithoutResult(
                        status -> assertThat(isOnAReplica(entities)).isFalse());
            }
            assertThatThrownBy(() -> reading.executeWithoutResult(status -> {
                        entities.persist(new Visit("by accident"));
                        entities.flush();
                    }))
                    .rootCause()
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
            Shop.holdsNothingOf(db);
        }
    }

    private static EntityManagerFactory factory(Database db) {
        LocalContainerEntityManagerFactoryBean bean = new LocalContainerEntityManagerFactoryBean();
        bean.setDataSource(db.dataSource());
        bean.setManagedTypes(PersistenceManagedTypes.of(Visit.class.getName()));
        bean.setValidationMode(ValidationMode.NONE);
        bean.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        bean.afterPropertiesSet();
        return bean.getObject();
    }

    private static boolean isOnAReplica(EntityManager entities) {
        return (Boolean) entities.createNativeQuery(Shop.ON_A_REPLICA).getSingleResult();
    }
}
