package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Connector;
import dev.penstock.connect.Node;
import dev.penstock.connect.Purpose;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;

/** Sessions of a caller's own on the primary, in no pool; closing one ends it. Thread-safe. */
public final class OwnSessions {
    private final Router router;
    private final Connector connector;
    private final DatabaseConfig config;

    OwnSessions(Router router, Connector connector, DatabaseConfig config) {
        this.router = router;
        this.connector = connector;
        this.config = config;
    }

    /** For a caller's long work. */
    public Connection openUnpooled() throws SQLException {
        return open(Purpose.UNPOOLED);
    }

    /** For migrations. */
    public Connection openForMigrations() throws SQLException {
        return open(Purpose.MIGRATION);
    }

    private Connection open(Purpose purpose) throws SQLException {
        router.checkOpen();
        if (router.sharesSessions()) {
            throw new SQLFeatureNotSupportedException(
                    "A session of one's own does not exist behind pooler: transaction: for " + purpose.label()
                            + " open a database that goes past the pooler",
                    "0A000");
        }
        Node primary = router.awaitPrimary();
        return connector.open(primary, purpose, config.timeouts().connect(), ended -> {});
    }
}
