package dev.penstock;

import dev.penstock.binding.SessionDefaults;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.SessionToken;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.DatabaseStatus;
import dev.penstock.observe.DriverSettings;
import dev.penstock.observe.Health;
import dev.penstock.observe.RouteExplanation;
import dev.penstock.observe.WarmUp;
import dev.penstock.routing.CausalSession;
import dev.penstock.routing.NodeLimits;
import dev.penstock.routing.ReadNeed;
import dev.penstock.routing.Rhythm;
import dev.penstock.routing.RoutedDataSource;
import dev.penstock.routing.Router;
import dev.penstock.sizing.SizingPlan;
import dev.penstock.violation.InvalidConfigException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import javax.sql.DataSource;

/**
 * A PostgreSQL primary with its replicas, open for work. Thread-safe; one per database and process, closed at the end.
 *
 * <p>It follows the cluster: when the primary is lost and another node is promoted, writes go there, and nobody reopens
 * anything.
 */
public final class Database extends RoutedAccess implements AutoCloseable {
    private final Router router;
    private final SizingWatch sizing;
    private final SessionBinding binding;
    private final SessionDefaults defaults;
    private final DataSource migrations;
    private final DataSource unpooled;

    private Database(DatabaseConfig config, Router router, SessionDefaults defaults, SessionBinding binding) {
        super(router, defaults, binding::current);
        this.router = router;
        this.sizing = new SizingWatch(config, router);
        this.binding = binding;
        this.defaults = defaults;
        this.migrations = new RoutedDataSource("migrations", router.ownSessions()::openForMigrations);
        this.unpooled = new RoutedDataSource("unpooled", router.ownSessions()::openUnpooled);
    }

    /**
     * Reads the passwords and files that the configuration names, starts the monitors and waits until the primary answers, at most
     * {@code timeouts.connect} for all of it. Then it compares the pools with what was declared and with what the servers admit, without
     * waiting for those that have not answered; for a second at most where the size of the pools is found from that.
     *
     * @throws InvalidConfigException when a secret or TLS file is missing or unusable, a provider of a password throws or does not answer
     *     in time, or the declared workload contradicts itself: then nothing was connected to; or when the pools of the declared instances do not fit into
     *     a server, or a privileged role logs in and {@code privileged_login} refuses that
     * @throws SQLException when no primary was found, with what each node said, or the calling thread was interrupted; nothing is left
     *     running, but for a provider that does not answer even to an interrupt
     */
    public static Database open(DatabaseConfig config) throws SQLException {
        return open(config, Rhythm.STANDARD);
    }

    /** With {@code listeners} that hear everything from the first moment. */
    static Database open(DatabaseConfig config, Rhythm rhythm, DatabaseListener... listeners) throws SQLException {
        SizingWatch.refuseConflicts(config, plan(config));
        Database database =
                new Database(config, Router.open(config, rhythm), SessionDefaults.of(config), new SessionBinding());
        List.of(listeners).forEach(database::addListener);
        try {
            database.router.start(config.timeouts().connect());
            database.sizing.begin();
            return database;
        } catch (SQLException | RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /** What the driver would be told for {@code config}; needs no server and no secret. */
    public static DriverSettings settings(DatabaseConfig config) {
        return Router.settings(config);
    }

    /** How many connections and why, from {@code config} alone; needs no server and no secret. */
    public static SizingPlan plan(DatabaseConfig config) {
        return SizingPlanner.plan(config, NodeLimits.configured(config));
    }

    /**
     * The same with what the servers admit: asks each of them once, at most {@code timeouts.connect} for all. Servers that
     * cannot be asked are in the plan with the reason. Refuses nothing.
     *
     * @throws InvalidConfigException when a secret or TLS file is missing or unusable
     * @throws SQLException when the calling thread was interrupted
     */
    public static SizingPlan planWithServers(DatabaseConfig config) throws SQLException {
        try (Router router = Router.open(config, Rhythm.STANDARD)) {
            router.askLimits(config.timeouts().connect());
            return SizingPlanner.plan(config, router.limits());
        }
    }

    /** A way through this database whose reads see its own writes. */
    public Session session() {
        return session(router.session(null));
    }

    /** The same, whose reads also see what {@code token} stands for, made in this process or another. */
    public Session session(SessionToken token) {
        return session(router.session(token));
    }

    private Session session(CausalSession causal) {
        return new Session(router, defaults, causal, binding);
    }

    /** Where a read with {@code options} would go now, and why not elsewhere; outside of any session. No I/O. */
    public RouteExplanation explain(ReadOptions options) {
        return router.explain(ReadNeed.of(options));
    }

    /**
     * Waits until the database is in a state that the caller needs, such as a primary to write to or two replicas to read
     * from; useful after {@code start: any}.
     *
     * @param wanted is asked whenever what is believed of a node has changed; must be quick
     * @return whether it came to that within {@code atMost}
     * @throws InterruptedException when the calling thread was interrupted
     * @throws SQLException 08003 when the database is, or is being, closed
     */
    public boolean await(Predicate<DatabaseStatus> wanted, Duration atMost) throws InterruptedException, SQLException {
        return router.await(() -> wanted.test(status()), atMost);
    }

    /**
     * Sessions on the primary for migration tools: as {@code migration_user}, with the owner's role taken at the start
     * of the session, in no pool and without a statement deadline. The owner itself cannot log in, and must not be granted
     * to the application's role, which would bypass row-level security.
     *
     * @throws InvalidConfigException at {@code getConnection()} when no {@code migration_user} is configured; with
     *     {@code pooler: transaction} it throws 0A000, as no session of one's own passes such a pooler
     */
    public DataSource migrations() {
        return migrations;
    }

    /**
     * Sessions on the primary outside of the pools, without a statement deadline: for LISTEN and long jobs. Closing the
     * database leaves them to their caller. Refused (0A000) with {@code pooler: transaction}.
     */
    public DataSource unpooled() {
        return unpooled;
    }

    /**
     * Goes on with another cluster, which has taken the place of the former one at the same addresses: after {@code pg_upgrade}, a switch to a
     * copy that was made by logical replication or by a provider, or a restore into a new cluster. Such servers show another system identifier,
     * and Penstock keeps away from them, because a server that was swapped by mistake looks the same.
     *
     * <p>From now on only that cluster is served. Every pooled connection is replaced, also where a pooler stands in between; the
     * timeline, the log and the positions of the former cluster are forgotten, so that a lower timeline is no loss and tokens of before prove
     * nothing; servers that still belong to the former one are kept away from. Every node is asked first, for at most
     * {@code timeouts.connect}. Calls then wait for the new primary, as after a failover. Each process needs to be told, or restarted. Nothing
     * happens when the cluster is ours already.
     *
     * @param systemIdentifier as the error and the log name it, and as {@code select system_identifier from pg_control_system()} shows it on the
     *     servers
     * @throws SQLException 55000 when no server that answers belongs to it, or when the configuration pins another one
     *     ({@code system_identifier}); 08003 when the database is closed; 08001 when the calling thread was interrupted
     */
    public void adopt(String systemIdentifier) throws SQLException {
        router.adopt(systemIdentifier);
    }

    /** Nodes, roles, lag, pools and the sizing plan as last observed. No I/O. */
    public DatabaseStatus status() {
        return router.status().with(sizing.plan(), sizing.drift());
    }

    /**
     * Opens {@code pool_size} connections to the primary and to each node that serves reads, side by side, so that the first
     * callers after a start need not wait for them; a primary that serves the reads as well shares them between both. Optional;
     * never passes a ceiling. Waits at most {@code pool.timeout}.
     *
     * @return how it went, one line for each pool; a pool that could not be filled says why and is no error
     * @throws SQLException 08003 when the database is closed; 08001 when interrupted
     */
    public List<WarmUp> warmUp() throws SQLException {
        return router.warmUp();
    }

    /** Whether the work can be done, and by whom not, as last observed: for a readiness probe. No I/O, no borrow, no secret in it. */
    public Health health() {
        Health health = Health.of(status());
        return router.isClosed() ? health.closed() : health;
    }

    /** Tells {@code listener} of everything that happens from now on. */
    public void addListener(DatabaseListener listener) {
        router.addListener(listener);
    }

    /** Tells {@code listener} nothing more, but for what is on its way to it; nothing happens when it was not told before. */
    public void removeListener(DatabaseListener listener) {
        router.removeListener(listener);
    }

    /**
     * Hands out nothing more, waits for work in flight at most {@code timeouts.close}, then cancels what still runs, for a second at most, and
     * ends monitors, pools and threads. Connections still in use by then are broken, and one warning names the threads that borrowed them.
     * Further calls fail with 08003.
     */
    @Override
    public void close() {
        router.close();
    }
}
