package dev.penstock.applications;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.applications.Started.Parts;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each application is started twice: without {@code penstock-core} on its class path, and with it. */
@PostgresTest(replicas = 0)
class StartsUnchangedIT {
    private static final Parts BOOT = new Parts(true, false, false, false, false);
    private static final Parts HIBERNATE = new Parts(false, false, false, false, false);
    private static final Parts CDI = new Parts(false, false, false, true, false);

    private final String url;

    StartsUnchangedIT(PostgresCluster cluster) {
        this.url = cluster.primary().jdbcUrl() + "?user=appuser&password=" + cluster.password("appuser");
    }

    @BeforeEach
    void create(PostgresCluster cluster) throws SQLException {
        cluster.primary()
                .execute("drop table if exists note; create table note (id bigint primary key, text text);"
                        + " grant all on note to appuser");
    }

    @ParameterizedTest(name = "with web: {0}, with spring-boot-starter-validation: {1}")
    @CsvSource({"false, false", "true, false", "false, true", "true, true"})
    void a_spring_boot_application_with_jpa_starts_with_the_same_beans(boolean web, boolean validation)
            throws Exception {
        Parts parts = new Parts(true, web, validation, false, false);
        CompletableFuture<Started> beside =
                CompletableFuture.supplyAsync(() -> started(JpaApplication.class, parts, url));
        Started with = started(JpaApplication.class, parts.withPenstock(), url);
        Started without = beside.join();
        assertThat(with.beans()).hasSizeGreaterThan(50).isEqualTo(without.beans());
        assertThat(without.validates()).contains(validation);
        // What docs/quickstart.md tells: Hibernate ORM uses the validator that Penstock brings.
        assertThat(with.validates()).contains(true);
    }

    @Test
    void the_line_that_the_page_names_leaves_the_entities_as_they_were() throws Exception {
        Started with = started(
                JpaApplication.class,
                BOOT.withPenstock(),
                url,
                "--spring.jpa.properties.jakarta.persistence.validation.mode=none");
        assertThat(with.validates()).contains(false);
    }

    @Test
    void hibernate_alone_starts() throws Exception {
        assertThat(started(HibernateApplication.class, HIBERNATE, url).validates())
                .contains(false);
        assertThat(started(HibernateApplication.class, HIBERNATE.withPenstock(), url)
                        .validates())
                .contains(true);
    }

    @Test
    void a_cdi_container_starts_with_the_same_beans() throws Exception {
        Started without = started(CdiApplication.class, CDI);
        assertThat(started(CdiApplication.class, CDI.withPenstock()).beans())
                .contains(CdiApplication.Greeting.class.getName())
                .isEqualTo(without.beans());
    }

    private static Started started(Class<?> application, Parts parts, String... arguments) {
        Started started = Started.of(application, parts, arguments);
        assertThat(started.exit()).as(started.output()).isZero();
        return started;
    }
}
