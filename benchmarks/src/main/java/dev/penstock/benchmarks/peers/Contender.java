package dev.penstock.benchmarks.peers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.penstock.Database;
import dev.penstock.observe.NodeState;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/** One way to get at a connection, each set up as its documentation says. */
enum Contender {
    HIKARI("HikariCP", false) {
        @Override
        Rig open(Site site) {
            HikariDataSource pool = site.pool(false);
            return new Rig(pool, pool);
        }
    },
    PENSTOCK_WRITER("Penstock writer()", false) {
        @Override
        Rig open(Site site) throws Exception {
            Database database = ready(site);
            return new Rig(database.writer(), database);
        }
    },
    PENSTOCK_READER("Penstock reader()", false) {
        @Override
        Rig open(Site site) throws Exception {
            Database database = ready(site);
            return new Rig(database.reader(), database);
        }
    },
    PENSTOCK_LAZY("Penstock dataSource()", false) {
        @Override
        Rig open(Site site) throws Exception {
            return penstockLazy(site);
        }
    },
    PENSTOCK_LAZY_READ_ONLY("Penstock dataSource(), setReadOnly(true)", true) {
        @Override
        Rig open(Site site) throws Exception {
            return penstockLazy(site);
        }
    },
    SPRING_LAZY("LazyConnectionDataSourceProxy", false) {
        @Override
        Rig open(Site site) {
            return springLazy(site);
        }
    },
    SPRING_LAZY_READ_ONLY("LazyConnectionDataSourceProxy, setReadOnly(true)", true) {
        @Override
        Rig open(Site site) {
            return springLazy(site);
        }
    },
    SPRING_ROUTING("AbstractRoutingDataSource", false) {
        @Override
        Rig open(Site site) {
            HikariDataSource primary = site.pool(false);
            HikariDataSource replica = site.pool(true);
            ByThread routing = new ByThread();
            routing.setTargetDataSources(Map.of("primary", primary, "replica", replica));
            routing.setDefaultTargetDataSource(primary);
            routing.afterPropertiesSet();
            return new Rig(routing, primary, replica);
        }
    },
    DATASOURCE_PROXY("datasource-proxy, no listener", false) {
        @Override
        Rig open(Site site) {
            HikariDataSource pool = site.pool(false);
            return new Rig(ProxyDataSourceBuilder.create(pool).build(), pool);
        }
    },
    AWS_WRAPPER("AWS JDBC wrapper in HikariCP, readWriteSplitting", false) {
        @Override
        Rig open(Site site) {
            return aws(site);
        }
    },
    AWS_WRAPPER_READ_ONLY("AWS JDBC wrapper in HikariCP, setReadOnly(true)", true) {
        @Override
        Rig open(Site site) {
            return aws(site);
        }
    };

    private final String label;
    private final boolean readOnly;

    Contender(String label, boolean readOnly) {
        this.label = label;
        this.readOnly = readOnly;
    }

    /** Ready to serve: whoever opens connections in the background has done so. */
    abstract Rig open(Site site) throws Exception;

    String label() {
        return label;
    }

    /** Whether callers declare that they only read, which is how it chooses. */
    boolean isReadOnly() {
        return readOnly;
    }

    /** Where its callers have to end up; looked at before anything is measured. */
    boolean readsReplica() {
        return readOnly || this == PENSTOCK_READER;
    }

    /** It asks the server what it is and needs real answers. */
    boolean needsPostgres() {
        return this == AWS_WRAPPER || this == AWS_WRAPPER_READ_ONLY;
    }

    private static Database ready(Site site) throws SQLException, InterruptedException {
        Database database = site.penstock();
        boolean up = database.await(
                status -> status.nodes().stream().allMatch(node -> node.state() == NodeState.UP),
                Duration.ofSeconds(20));
        if (!up) {
            throw new SQLException("not every node came up: " + database.status());
        }
        return database;
    }

    private static Rig penstockLazy(Site site) throws SQLException, InterruptedException {
        Database database = ready(site);
        return new Rig(database.dataSource(), database);
    }

    private static Rig springLazy(Site site) {
        HikariDataSource primary = site.pool(false);
        HikariDataSource replica = site.pool(true);
        LazyConnectionDataSourceProxy lazy = new LazyConnectionDataSourceProxy(primary);
        lazy.setReadOnlyDataSource(replica);
        return new Rig(lazy, primary, replica);
    }

    /**
     * In a pool of HikariCP: its internal pools do not keep the connection that a caller opens first. Its dialect for plain PostgreSQL takes
     * the first host for the writer when it is told that there is one.
     */
    private static Rig aws(Site site) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:aws-wrapper:postgresql://localhost:" + site.primaryPort() + ",localhost:"
                + site.replicaPort() + "/" + site.database());
        config.setUsername(Site.USER);
        config.setPassword(site.password());
        config.setMaximumPoolSize(Site.CONNECTIONS);
        config.addDataSourceProperty("wrapperPlugins", "readWriteSplitting");
        config.addDataSourceProperty("wrapperDialect", "pg");
        config.addDataSourceProperty("singleWriterConnectionString", "true");
        config.addDataSourceProperty("sslmode", "disable");
        HikariDataSource pool = new HikariDataSource(config);
        return new Rig(pool, pool);
    }

    /** The key of the calling thread, as applications set it around a transaction. */
    private static final class ByThread extends AbstractRoutingDataSource {
        private final ThreadLocal<String> key = ThreadLocal.withInitial(() -> "primary");

        @Override
        protected Object determineCurrentLookupKey() {
            return key.get();
        }
    }

    /** A source and what has to be closed after it. */
    record Rig(DataSource source, List<AutoCloseable> owned) implements AutoCloseable {
        Rig(DataSource source, AutoCloseable... owned) {
            this(source, List.of(owned));
        }

        @Override
        public void close() throws Exception {
            for (AutoCloseable one : owned) {
                one.close();
            }
        }
    }
}
