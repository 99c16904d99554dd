package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.DiscoveryMethod;
import dev.penstock.config.Endpoint;
import dev.penstock.config.Pooler;
import dev.penstock.config.SessionToken;
import dev.penstock.config.StartPolicy;
import dev.penstock.connect.Connector;
import dev.penstock.connect.DriverVersion;
import dev.penstock.connect.Identity;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.DatabaseStatus;
import dev.penstock.observe.DriverSettings;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.RouteExplanation;
import dev.penstock.observe.RouteReason;
import dev.penstock.observe.WarmUp;
import dev.penstock.pool.NodePools;
import dev.penstock.sizing.PoolSplit;
import dev.penstock.topology.MemberWatch;
import dev.penstock.topology.NodeView;
import dev.penstock.topology.Topology;
import dev.penstock.topology.TopologyView;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Borrows from the right node. Thread-safe. Owns the pools, the topology and the connector, and the order in which they
 * end.
 *
 * <p>Concurrency: routing reads the topology's view, which is one volatile field. A node's pools are there before any view
 * shows it. Role changes arrive from the topology one at a time.
 */
public final class Router implements AutoCloseable {
    /** How long opening waits before it says for what. */
    private static final Duration SILENTLY = Duration.ofSeconds(1);

    private final DatabaseConfig config;
    private final Duration patience;
    private final boolean sharesSessions;
    private final Facts facts;
    private final Identity identity;
    private final Connector connector;
    private final ClusterNodes nodes;
    private final ReaderChoice choice;
    private final Judge judge;
    private final ReadRouting reads;
    private final RouteCounts counts = new RouteCounts();
    private final Acquisitions acquisitions;
    private final LogPositions positions = new LogPositions(this);
    private final CallDeadlines deadlines = new CallDeadlines();
    private final Topology topology;
    private final Roster roster;
    private final MemberWatch members;
    private final RoleChanges roleChanges;
    private final StandingWarnings warnings;
    private final Events events;
    private final TlsUpkeep tlsUpkeep;
    private final PoolWatch poolWatch;
    private final Rhythm rhythm;
    private final long opened;
    private volatile boolean closed;

    /**
     * Reads what the configuration points at, within {@code timeouts.connect}; connects to nothing yet.
     *
     * @throws InvalidConfigException when the driver is too old to enforce {@code require_auth}; with every file, variable or provider that is missing, unusable or silent
     * @throws SQLException 08001 when the calling thread was interrupted
     */
    public static Router open(DatabaseConfig config, Rhythm rhythm) throws SQLException {
        long opened = System.nanoTime();
        config.warnings().forEach(warning -> RoutingLog.LOG.warn("{}", warning));
        DriverVersion.warning().ifPresent(RoutingLog.LOG::warn);
        List<Violation> refused = DriverVersion.refusals(config);
        if (!refused.isEmpty()) {
            throw new InvalidConfigException(refused);
        }
        try {
            return new Router(config, Identity.open(config, config.timeouts().connect()), rhythm, opened);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while reading passwords and certificates", "08001", e);
        }
    }

    private Router(DatabaseConfig config, Identity identity, Rhythm rhythm, long opened) {
        this.config = config;
        this.patience = config.pool().timeout();
        this.sharesSessions = config.session().pooler() == Pooler.TRANSACTION;
        this.rhythm = rhythm;
        this.opened = opened;
        this.facts = new Facts(config, identity);
        this.identity = identity;
        this.events = new Events();
        this.connector = new Connector(config, identity, new LoginEvents(events));
        this.nodes = new ClusterNodes(config, connector);
        this.acquisitions = new Acquisitions(nodes, events, patience());
        Replayed replayed = new Replayed();
        this.judge = new Judge(replayed);
        this.choice = new ReaderChoice(nodes, judge, config.routing());
        this.reads = new ReadRouting(
                this, nodes, choice, new CatchUp(replayed, deadlines), new ReadRouting.Told(counts, acquisitions));
        this.warnings = new StandingWarnings(
                config,
                nodes.all().keySet(),
                connector::weakPasswords,
                () -> identity.tls().material().certificates());
        connector.onWeighed(warnings::tell);
        this.roleChanges = new RoleChanges(config, nodes.all(), events, warnings);
        nodes.onLimits(warnings::tell);
        this.poolWatch = new PoolWatch(nodes.pools(), rhythm.loadWindow());
        this.tlsUpkeep = new TlsUpkeep(config, identity.tls(), connector, nodes.pools(), events);
        tlsUpkeep.onLook(warnings::tell);
        this.topology = new Topology(config, connector, roleChanges);
        this.roster = new Roster(nodes, topology, events);
        this.members = MemberWatch.of(config, connector, roster, rhythm.discovery());
        if (config.topology().discovery() != DiscoveryMethod.DNS) {
            joinConfigured();
        }
    }

    private void joinConfigured() {
        List<Endpoint> endpoints = config.endpoints();
        endpoints.stream()
                .limit(MemberWatch.MOST)
                .forEach(endpoint -> roster.join(roster.named(endpoint, Optional.empty())));
        if (endpoints.size() > MemberWatch.MOST) {
            MemberWatch.warnOfLeftOut(endpoints.stream()
                    .skip(MemberWatch.MOST)
                    .map(Endpoint::toString)
                    .toList());
        }
    }

    /** What pgjdbc will be told, without connecting to anything. */
    public static DriverSettings settings(DatabaseConfig config) {
        return Connector.settings(config);
    }

    /** Only names that stand for several servers are waited for; when they cannot be found, they are asked by name. */
    private void ask(Duration atMost) {
        if (topology.view().nodes().isEmpty()) {
            members.lookOnce(left(atMost).dividedBy(2));
        }
        if (topology.view().nodes().isEmpty()) {
            joinConfigured();
        }
        topology.start(left(atMost));
        members.start();
    }

    /** Of what opening may take as a whole, reading passwords and certificates included. */
    private Duration left(Duration atMost) {
        return atMost.minusNanos(System.nanoTime() - opened);
    }

    /**
     * Starts asking the nodes and waits for one that can be written; for any that answers, with {@code start: any}.
     *
     * @param atMost counted from {@link #open}
     * @throws SQLException with what each node said, when there is none within {@code atMost}, or as soon as every node
     *     has refused us for a reason that waiting will not fix
     * @throws dev.penstock.violation.InvalidConfigException when a privileged role logs in and {@code privileged_login} refuses that
     */
    public void start(Duration atMost) throws SQLException {
        ask(atMost);
        tlsUpkeep.start();
        poolWatch.start();
        boolean any = config.start() == StartPolicy.ANY;
        TopologyView view = awaitFirst(any, atMost);
        if (!isReady(view, any)) {
            throw any ? NoNode.reader(view, atMost) : NoNode.primary(view, atMost);
        }
        warnings.refusePrivilegedLogins();
        tlsUpkeep.watchExpiry(rhythm.firstExpiryLook());
    }

    /** A server that is about to start, or a name that is about to be known, is worth waiting for; the log says that somebody waits, and for what. */
    private TopologyView awaitFirst(boolean any, Duration atMost) throws SQLException {
        long silently = Math.min(SILENTLY.toNanos(), left(atMost).toNanos());
        TopologyView view = await(now -> isReady(now, any), silently);
        Duration left = left(atMost);
        if (isReady(view, any) || view.isHopeless() || closed || left.isNegative()) {
            return view;
        }
        RoutingLog.LOG.warn(
                "Waiting until {} (timeouts.connect, {} ms) for {}",
                LocalTime.now(ZoneId.systemDefault()).plus(left).truncatedTo(ChronoUnit.SECONDS),
                atMost.toMillis(),
                NoNode.waitingFor(view, any));
        return await(now -> isReady(now, any), left.toNanos());
    }

    /** Starts asking the nodes and waits until each has said what it admits, or why not; at most that long after {@link #open}. */
    public void askLimits(Duration atMost) throws SQLException {
        ask(atMost);
        awaitLimits(left(atMost).toNanos());
    }

    /** Waits for what the nodes admit as {@link #askLimits}, at most that long from now, once they are asked anyway. */
    public void awaitLimits(Duration atMost) throws SQLException {
        awaitLimits(Math.min(atMost.toNanos(), left(config.timeouts().connect()).toNanos()));
    }

    private void awaitLimits(long nanos) throws SQLException {
        try {
            topology.await(view -> view.nodes().stream().allMatch(NodeLimits::isAsked), nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while asking the nodes for their limits", "08001", e);
        }
    }

    /** Gives every pool its size. Where that is to be found, nothing is lent before. */
    public void size(PoolSplit found) {
        facts.size(found);
        nodes.size(found);
    }

    /** Tells the log what a size was found from. */
    public void tellOfSize(String found) {
        RoutingLog.LOG.info("{}", found);
    }

    /** The nodes, each with what it admits as it said, or why it could not be asked. */
    public List<NodeLimits> limits() {
        return NodeLimits.of(topology.view(), config);
    }

    /** Calls {@code heard} whenever a node has said what it admits, or something else that lasts. */
    public void onLimits(Runnable heard) {
        nodes.onLimits(() -> {
            warnings.tell();
            heard.run();
        });
    }

    /** Calls {@code heard} whenever a window of measuring is over; what was measured is in {@link #status()}. */
    public void onLoadMeasured(Runnable heard) {
        poolWatch.onWindow(heard);
    }

    /** A node's measured load has left what was planned. */
    public void warnOfDrift(String node, String drift) {
        RoutingLog.LOG.warn("{}: {}", node, drift);
        events.tell("sizingDrifted", listener -> listener.sizingDrifted(node, drift));
    }

    /** A pool does not go together with what a server admits or with what was declared. */
    public void warnOfSizing(String warning) {
        RoutingLog.LOG.warn("{}", warning);
        events.tell("sizingWarned", listener -> listener.sizingWarned(warning));
    }

    private static boolean isReady(TopologyView view, boolean any) {
        return view.primary().isPresent() || (any && !view.readers().isEmpty());
    }

    /**
     * Waits until the view satisfies {@code wanted}, or waiting is of no use.
     *
     * @return the last view
     */
    TopologyView await(Predicate<TopologyView> wanted, long nanos) throws SQLException {
        try {
            return topology.await(view -> wanted.test(view) || view.isHopeless() || closed, nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while waiting for a primary", "08001", e);
        }
    }

    /** Whether {@code wanted} came true within {@code atMost}; asked anew with every view. */
    public boolean await(BooleanSupplier wanted, Duration atMost) throws InterruptedException, SQLException {
        checkOpen();
        long deadline = System.nanoTime() + atMost.toNanos();
        TopologyView seen = topology.view();
        while (!wanted.getAsBoolean()) {
            TopologyView last = seen;
            seen = topology.await(next -> next != last || closed, deadline - System.nanoTime());
            checkOpen();
            if (seen == last && System.nanoTime() - deadline >= 0) {
                return false;
            }
        }
        return true;
    }

    /** A connection to the primary; waits for one to be elected, and for its turn, at most {@code pool.timeout}. */
    public Connection borrowWriter() throws SQLException {
        return borrowWriter(0);
    }

    /** @param deadline {@link System#nanoTime()}; 0 for {@code pool.timeout} from now */
    Connection borrowWriter(long deadline) throws SQLException {
        long begun = acquisitions.begin();
        try {
            // Whoever has a deadline of their own is not to wait for an idle connection's answer beyond it.
            Connection connection = deadline == 0 ? onPrimary(topology.view(), 0) : null;
            if (connection == null) {
                Connection found = borrowWriterUntil(deadline == 0 ? deadline() : deadline);
                connection = acquisitions.succeeded(found, Purpose.WRITE, begun);
            }
            counts.add(RouteReason.WRITE);
            return connection;
        } catch (SQLException e) {
            throw acquisitions.failed(e, Purpose.WRITE, begun, deadline);
        }
    }

    private Connection borrowWriterUntil(long deadline) throws SQLException {
        while (true) {
            checkOpen();
            TopologyView view = await(now -> isReady(now, false), deadline - System.nanoTime());
            Connection connection = onPrimary(view, deadline);
            if (connection != null) {
                return connection;
            }
            if (view.isHopeless() || System.nanoTime() - deadline >= 0) {
                throw NoNode.primary(view, patience);
            }
        }
    }

    private @Nullable Connection onPrimary(TopologyView view, long deadline) throws SQLException {
        return view.primary().isEmpty() ? null : borrow(view.primary().get().node(), deadline);
    }

    /** The node to write to, as soon as there is one, at most for {@code pool.timeout}. */
    Node awaitPrimary() throws SQLException {
        TopologyView view = await(now -> isReady(now, false), patience().toNanos());
        return view.primary()
                .orElseThrow(() -> NoNode.primary(view, patience()))
                .node();
    }

    /**
     * Goes on with another cluster, whose servers answer where those of the former one did.
     *
     * @throws SQLException 55000 when none of them says that it belongs to it, or when another one is pinned
     */
    public void adopt(String systemIdentifier) throws SQLException {
        checkOpen();
        if (topology.follows(systemIdentifier)) {
            return;
        }
        String pinned = config.topology().systemIdentifier();
        if (pinned != null) {
            throw new SQLException(
                    "The configuration pins the cluster " + pinned + " (system_identifier), so " + systemIdentifier
                            + " is not adopted: change it there and open the database anew.",
                    "55000");
        }
        TopologyView seen = lookAnew(
                view -> view.hasServerOf(systemIdentifier),
                config.timeouts().connect().toNanos());
        checkOpen();
        if (!seen.hasServerOf(systemIdentifier)) {
            throw NoNode.ofCluster(seen, systemIdentifier);
        }
        topology.adopt(systemIdentifier);
    }

    /** Sessions outside of the pools. */
    public OwnSessions ownSessions() {
        return new OwnSessions(this, connector, config);
    }

    /** A connection that reads what {@code need} asks for, from wherever it may. */
    public Connection borrowReader(ReadNeed need) throws SQLException {
        return reads.borrow(need);
    }

    /** The same, away from nodes that have just failed; until {@code deadline}, or for {@code pool.timeout} when that is 0. */
    Connection borrowReader(ReadNeed need, Set<Node> avoided, long deadline) throws SQLException {
        return reads.borrow(need, avoided, deadline);
    }

    /** A session whose reads see what {@code token} stands for, and what it writes itself; null for nothing yet. */
    public CausalSession session(@Nullable SessionToken token) {
        return new CausalSession(this, token);
    }

    /** Where a read would go now, and why not elsewhere. No I/O. */
    public RouteExplanation explain(ReadNeed need) {
        return new Explanation(judge, choice).of(topology.view(), need);
    }

    /** Whether a node serves now that may serve {@code need} and is none of {@code avoided}. */
    boolean mayReadBeside(Set<Node> avoided, ReadNeed need, TopologyView view) {
        return choice.choose(view, need, new Tried(avoided, Set.of())) != null;
    }

    /** Whether a read that no replica can serve may go to the primary. */
    boolean readsMayFallBack() {
        return choice.mayFallBack(ReadNeed.ANY);
    }

    TopologyView view() {
        return topology.view();
    }

    LogPositions positions() {
        return positions;
    }

    CallDeadlines deadlines() {
        return deadlines;
    }

    /**
     * Asks every node now, and waits until the view satisfies {@code wanted} or each of them has answered.
     *
     * @return the last view
     */
    TopologyView lookAnew(Predicate<TopologyView> wanted, long nanos) throws SQLException {
        try {
            return topology.lookAnew(view -> wanted.test(view) || closed, nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while looking for the primary", "08001", e);
        }
    }

    /** Until there is another view than {@code view}. */
    void awaitOther(TopologyView view, long deadline) throws SQLException {
        try {
            topology.await(next -> next != view || closed, deadline - System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while waiting for a node to read from", "08001", e);
        }
    }

    /** Whoever waits for a connection to write with leaves a node that has become a replica, although it serves: no such connection will come there. */
    private @Nullable Connection borrow(Node primary, long deadline) throws SQLException {
        NodePools ofNode = nodes.of(primary);
        if (ofNode == null) {
            // It has left the cluster since the view was taken.
            return null;
        }
        return deadline == 0
                ? ofNode.borrowNow(Purpose.WRITE)
                : ofNode.borrow(Purpose.WRITE, deadline, () -> topology.view().isPrimary(primary));
    }

    /** How long a call waits for a connection. */
    Duration patience() {
        return patience;
    }

    long deadline() {
        return System.nanoTime() + patience().toNanos();
    }

    /** Whether a pooler gives out its sessions for one transaction only. */
    boolean sharesSessions() {
        return sharesSessions;
    }

    /** As a node said it: the configured name may be what a pooler calls it. The configured one until one has answered. */
    public String databaseName() {
        for (NodeView view : topology.view().nodes()) {
            String said = view.node().databaseName();
            if (said != null) {
                return said;
            }
        }
        return config.database();
    }

    /** The node behind a connection that this router lent. */
    static Node nodeOf(Connection connection) throws SQLException {
        return connection.unwrap(NodeConnection.class).node();
    }

    Events events() {
        return events;
    }

    public void addListener(DatabaseListener listener) {
        events.add(listener);
        nodes.addListener(listener);
        acquisitions.areHeard(nodes.areTimed());
    }

    public void removeListener(DatabaseListener listener) {
        events.remove(listener);
        nodes.removeListener(listener);
        acquisitions.areHeard(nodes.areTimed());
    }

    public boolean isClosed() {
        return closed;
    }

    /** Every node with its pools, as last observed. No I/O. */
    public DatabaseStatus status() {
        List<NodeStatus> statuses = topology.view().nodes().stream()
                .map(view -> NodeStatuses.of(view, nodes.of(view.node())))
                .toList();
        return facts.status(statuses, tlsUpkeep.status(), counts.now(), events.droppedSoFar(), warnings.now());
    }

    void checkOpen() throws SQLException {
        if (closed) {
            throw new SQLException("The database is closed", "08003");
        }
    }

    /** Opens {@code pool_size} connections of each pool that would be used now. */
    public List<WarmUp> warmUp() throws SQLException {
        checkOpen();
        return new PoolWarmUp(nodes.all(), facts.poolSize(), patience()).run(topology.view());
    }

    /** Monitors first, so that the end is not taken for an outage; then pools, side by side; then the threads. */
    @Override
    public void close() {
        closed = true;
        members.close();
        topology.close();
        roleChanges.close();
        tlsUpkeep.close();
        poolWatch.close();
        deadlines.close();
        nodes.close(config.timeouts().close());
        connector.close();
        identity.close();
        events.close();
        LinkedRecords.forget();
    }
}
