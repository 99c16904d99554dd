package dev.penstock.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a JUnit 5 test class a {@link PostgresCluster}.
 *
 * <pre>{@code
 * @PostgresTest(replicas = 2)
 * class OrdersTest {
 *     @Test
 *     void reads_go_to_a_replica(PostgresCluster cluster) { … }
 * }
 * }</pre>
 *
 * <p>Parameters of tests, life-cycle methods and constructors may be {@link PostgresCluster} and {@link TestDatabase};
 * parameters of tests, {@code @BeforeEach} and {@code @AfterEach} also {@link javax.sql.DataSource} and
 * {@link java.sql.Connection}, both of {@code appuser} on the primary and closed after the test. For everything that a
 * builder can say, register a {@link PostgresExtension} instead.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PostgresExtension.class)
public @interface PostgresTest {
    /** How many replicas. */
    int replicas() default 1;

    /** Whether the nodes demand TLS. */
    boolean tls() default false;

    /** Who else uses the cluster. */
    Sharing sharing() default Sharing.CLASS;

    /** What tests see of each other. */
    Isolation isolation() default Isolation.NONE;
}
