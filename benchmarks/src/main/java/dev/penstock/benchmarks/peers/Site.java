package dev.penstock.benchmarks.peers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsConfig;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;

/** A primary with one replica to connect to, and the same pools to both for everybody: four connections, plain text. */
record Site(int primaryPort, int replicaPort, String database, String password, AutoCloseable servers)
        implements AutoCloseable {
    static final int CONNECTIONS = 4;
    static final String USER = "appuser";

    private static final Duration BORROW = Duration.ofSeconds(5);

    /** Two stub servers, in the caller's own thread; for a JVM of its own. */
    static Site stub() throws IOException {
        StubSocket.install();
        return new Site(StubSocket.PRIMARY, StubSocket.REPLICA, "appdb", "none", () -> {});
    }

    /** Real servers. */
    static Site postgres() {
        PostgresCluster cluster = PostgresCluster.builder().replicas(1).start();
        return new Site(
                cluster.primary().port(),
                cluster.replicas().get(0).port(),
                cluster.database(),
                cluster.password(USER),
                cluster);
    }

    String url(int port) {
        return "jdbc:postgresql://localhost:" + port + "/" + database;
    }

    /** A plain pool over pgjdbc. */
    HikariDataSource pool(boolean ofReplica) {
        HikariConfig plain = new HikariConfig();
        plain.setJdbcUrl(url(ofReplica ? replicaPort : primaryPort));
        plain.setUsername(USER);
        plain.setPassword(password);
        plain.addDataSourceProperty("sslmode", "disable");
        plain.addDataSourceProperty("gssEncMode", "disable");
        plain.setMaximumPoolSize(CONNECTIONS);
        return new HikariDataSource(plain);
    }

    Database penstock() throws SQLException {
        return Database.open(DatabaseConfig.builder()
                .primary("localhost:" + primaryPort)
                .replicas("localhost:" + replicaPort)
                .database(database)
                .user(USER)
                .password(PasswordSource.literal(password))
                .tls(TlsConfig.disabled())
                .pool(CONNECTIONS, 0, BORROW)
                .build());
    }

    @Override
    public void close() throws Exception {
        servers.close();
    }
}
