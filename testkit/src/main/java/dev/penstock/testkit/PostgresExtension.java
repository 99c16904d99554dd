package dev.penstock.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The JUnit 5 extension behind {@link PostgresTest}; or registered with all that a builder can say:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final PostgresExtension POSTGRES = PostgresExtension
 *         .with(PostgresCluster.builder().replicas(2).setting("max_connections", "50"))
 *         .isolation(Isolation.DATABASE);
 * }</pre>
 *
 * <p>The cluster starts before the first test of the class and is closed after the last one (with {@link Sharing#JVM}: of
 * the JVM). When a test fails, what each server logged during it is printed to standard error. The field must be static.
 */
public final class PostgresExtension
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final Namespace SHARED = Namespace.create(PostgresExtension.class);
    private static final Set<Class<?>> INJECTED =
            Set.of(PostgresCluster.class, TestDatabase.class, DataSource.class, Connection.class);

    private final @Nullable PostgresClusterBuilder builder;
    private final Isolation isolation;
    private final Namespace namespace = Namespace.create(PostgresExtension.class, this);

    /** For JUnit, which finds the particulars in {@link PostgresTest}. */
    public PostgresExtension() {
        this(null, Isolation.NONE);
    }

    private PostgresExtension(@Nullable PostgresClusterBuilder builder, Isolation isolation) {
        this.builder = builder;
        this.isolation = isolation;
    }

    /** One cluster per test class, as described. */
    public static PostgresExtension with(PostgresClusterBuilder builder) {
        return new PostgresExtension(builder, Isolation.NONE);
    }

    /** The same with another isolation. */
    public PostgresExtension isolation(Isolation wanted) {
        return new PostgresExtension(builder, wanted);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (classState(context) != null) {
            return; // a nested class, inside the class that has it
        }
        Terms terms = terms(context);
        PostgresCluster cluster = terms.shared == null
                ? terms.builder.start()
                : sharedClusters(context).cluster(terms.shared, terms.builder);
        String database = cluster.database();
        if (terms.isolation == Isolation.DATABASE) {
            database = "test_" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 50), Character.MAX_RADIX);
            cluster.createDatabase(database);
        }
        Uses uses = new Uses(context.getRequiredTestClass(), new TestDatabase(cluster, database), terms);
        context.getStore(namespace).put(Uses.class, uses);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Uses uses = required(context);
        if (!uses.owner.equals(context.getRequiredTestClass())) {
            return;
        }
        PostgresCluster cluster = uses.database.cluster();
        if (context.getExecutionException().isPresent()) {
            print(context, Map.of(), cluster);
        }
        if (uses.terms.shared == null) {
            cluster.close();
        } else if (!cluster.isAsStarted()) {
            sharedClusters(context).discard(uses.terms.shared);
        } else if (uses.terms.isolation == Isolation.DATABASE) {
            cluster.dropDatabase(uses.database.name());
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Map<String, Integer> logLengths = new HashMap<>();
        for (PostgresNode node : required(context).database.cluster().nodes()) {
            logLengths.put(node.name(), node.log().length());
        }
        context.getStore(namespace).put(LogLengths.class, new LogLengths(logLengths));
    }

    @Override
    public void afterEach(ExtensionContext context) throws SQLException {
        Session session = context.getStore(namespace).remove(Session.class, Session.class);
        if (session != null) {
            session.close();
        }
        LogLengths before = context.getStore(namespace).get(LogLengths.class, LogLengths.class);
        if (context.getExecutionException().isPresent() && before != null) {
            print(context, before.byNode, required(context).database.cluster());
        }
    }

    /** Only the new part of each log: a class may have many tests. */
    private static void print(ExtensionContext context, Map<String, Integer> from, PostgresCluster cluster) {
        StringBuilder text = new StringBuilder();
        for (PostgresNode node : cluster.nodes()) {
            String fresh = node.log().substring(from.getOrDefault(node.name(), 0));
            text.append("--- ").append(node).append(", server log during the failed ");
            text.append(context.getDisplayName()).append(" ---\n").append(fresh.isEmpty() ? "(nothing)\n" : fresh);
        }
        System.err.print(text);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return INJECTED.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        TestDatabase database = required(context).database;
        if (type == PostgresCluster.class) {
            return database.cluster();
        }
        if (type == TestDatabase.class) {
            return database;
        }
        if (context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException(
                    "a " + type.getSimpleName() + " belongs to one test: ask for it in the test or in @BeforeEach");
        }
        try {
            Session session = session(context);
            return type == DataSource.class
                    ? session.dataSource()
                    : session.dataSource().getConnection();
        } catch (SQLException e) {
            throw new PostgresClusterException("cannot connect for a parameter: " + e.getMessage(), e);
        }
    }

    private Session session(ExtensionContext context) throws SQLException {
        Store store = context.getStore(namespace);
        Session known = store.get(Session.class, Session.class);
        if (known != null) {
            return known;
        }
        Session opened = Session.of(required(context));
        store.put(Session.class, opened);
        return opened;
    }

    private @Nullable Uses classState(ExtensionContext context) {
        return context.getStore(namespace).get(Uses.class, Uses.class);
    }

    private Uses required(ExtensionContext context) {
        Uses uses = classState(context);
        if (uses == null) {
            throw new IllegalStateException("the field with the PostgresExtension must be static");
        }
        return uses;
    }

    private static SharedClusters sharedClusters(ExtensionContext context) {
        return context.getRoot()
                .getStore(SHARED)
                .getOrComputeIfAbsent(SharedClusters.class, key -> new SharedClusters(), SharedClusters.class);
    }

    private Terms terms(ExtensionContext context) {
        if (builder != null) {
            return new Terms(builder, null, isolation);
        }
        PostgresTest annotation = annotation(context.getRequiredTestClass())
                .orElseThrow(() -> new IllegalStateException("@PostgresTest is missing"));
        PostgresClusterBuilder described =
                PostgresCluster.builder().replicas(annotation.replicas()).tls(annotation.tls());
        String key = annotation.replicas() + " replicas, tls " + annotation.tls();
        return new Terms(described, annotation.sharing() == Sharing.JVM ? key : null, annotation.isolation());
    }

    private static Optional<PostgresTest> annotation(Class<?> testClass) {
        for (Class<?> type = testClass; type != null; type = type.getEnclosingClass()) {
            PostgresTest found = type.getAnnotation(PostgresTest.class);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    /** What was asked for; {@code shared} is the key of a shared cluster. */
    private record Terms(
            PostgresClusterBuilder builder, @Nullable String shared, Isolation isolation) {}

    /** What one test class has. */
    private record Uses(Class<?> owner, TestDatabase database, Terms terms) {}

    private record LogLengths(Map<String, Integer> byNode) {}

    /** The connections that were injected into one test. */
    private record Session(DataSource dataSource, AutoCloseable end) {
        static Session of(Uses uses) throws SQLException {
            TestDatabase database = uses.database;
            PostgresNode primary = database.cluster().primary();
            if (uses.terms.isolation == Isolation.ROLLBACK) {
                RollbackSession rollback = RollbackSession.begin(database.connect(primary, Roles.APPLICATION));
                return new Session(new ConnectionSource(rollback::open), rollback);
            }
            OpenedConnections opened = new OpenedConnections(database.dataSource(primary));
            return new Session(new ConnectionSource(opened::open), opened);
        }

        void close() throws SQLException {
            try {
                end.close();
            } catch (SQLException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new SQLException(e);
            }
        }
    }
}
