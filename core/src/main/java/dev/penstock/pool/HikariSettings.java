package dev.penstock.pool;

import com.zaxxer.hikari.HikariConfig;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.PoolThread;
import dev.penstock.connect.Purpose;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The only place where Hikari's setters are called. It gets no URL, no user and no password: they stay below, in the
 * source, where every physical connection asks for them anew.
 */
final class HikariSettings {
    private static final int VALIDATION_MILLIS = 1000;

    private HikariSettings() {}

    static HikariConfig of(DatabaseConfig config, Node node, Purpose purpose, Intake intake, Shared shared) {
        HikariConfig hikari = new HikariConfig();
        hikari.setDataSource(intake);
        hikari.setPoolName(poolName(config, node, purpose));
        hikari.setMaximumPoolSize(shared.ceiling());
        // Hikari counts idle connections here, and would open them beside the busy ones. What is kept is Penstock's:
        // see KeepRule.
        hikari.setMinimumIdle(0);
        hikari.setIdleTimeout(0);
        // Nobody waits in Hikari for so long: a caller comes in slices. This bounds Hikari's own internal waits.
        hikari.setConnectionTimeout(config.pool().timeout().toMillis());
        hikari.setValidationTimeout(VALIDATION_MILLIS);
        // Opening is ours: do not open one at construction, and do not fail there.
        hikari.setInitializationFailTimeout(-1);
        hikari.setReadOnly(purpose == Purpose.READ);
        hikari.setCatalog(NodeConnection.RETURNED);
        hikari.setExceptionOverride(intake);
        hikari.setThreadFactory(daemons(hikari.getPoolName()));
        hikari.validate();
        // These are judged where they are configured: Hikari would replace what it finds too short.
        hikari.setMaxLifetime(shared.times().recycle().toMillis());
        hikari.setKeepaliveTime(shared.times().keepalive().toMillis());
        return hikari;
    }

    private static String poolName(DatabaseConfig config, Node node, Purpose purpose) {
        return "penstock-" + config.database() + "-" + node.name() + "-" + purpose.label();
    }

    private static ThreadFactory daemons(String poolName) {
        AtomicInteger count = new AtomicInteger();
        return work -> new PoolThread(work, poolName + "-" + count.incrementAndGet());
    }
}
