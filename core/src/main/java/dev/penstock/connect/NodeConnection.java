package dev.penstock.connect;

import dev.penstock.config.Pooler;
import dev.penstock.observe.CloseReason;
import dev.penstock.tls.ServerText;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;

/**
 * A physical connection as Hikari holds it: it knows its node, the node's epoch when it was opened, and what it is for.
 *
 * <p>Two rules are kept here because every path passes here. A commit of a failed transaction is an error: the server
 * answers such a COMMIT with a rollback and pgjdbc reports success. And whatever was lent with the connection (a permit
 * of the gate) is given back exactly once: on return, which Hikari announces by resetting the catalog, or when the
 * connection breaks and is closed. {@code Connection.setCatalog} does nothing in PostgreSQL, so it is free to carry this. While it
 * is lent, the catalog is the database's name, as JDBC has it.
 *
 * <p>Concurrency: used by one borrower at a time; {@code close} and {@code abortNow} may come from any thread.
 */
public final class NodeConnection extends WatchedConnection implements SessionState {
    private static final String MARK = "penstock:returned";

    /**
     * Given to Hikari as the pool's catalog: it sets it when a borrowed connection comes back. Told by identity, so that nobody else
     * can say it: a literal is one string for everybody, hence the copy.
     */
    public static final String RETURNED = String.valueOf(MARK.toCharArray());

    /** The shortest time that a socket knows; 0 would be for ever. */
    private static final int GOODBYE_MILLIS = 1;

    private final Node node;
    private final SessionRules rules;
    private final int epoch;
    private final PgConnection driver;
    private final CommitProtocol commitProtocol;
    private final ConnectAttempt attempt;
    private final ServerReport server;
    private final DriverState driverState;
    private final int socketTimeout;
    private final Loan loan = new Loan();
    private final AtomicReference<@Nullable Consumer<NodeConnection>> closeAction;
    private volatile boolean retired;
    private volatile @Nullable CloseReason endsFor;
    private volatile boolean ended;
    private volatile boolean broken;

    /** Whether the pool waits for its server's answer. */
    private volatile boolean asked;

    private volatile boolean endedWhileLent;

    /** Of a session that reads: whether a text has asked for a transaction that writes. Never taken back. */
    private boolean mayWrite;

    /** Whether the server said, before the connection was lost, that it ends the session for a reason of its own. */
    private boolean endedByServer;

    /** The socket's deadline before a transaction had a statement deadline of its own, in milliseconds. */
    private int socketMillis = UNCHANGED;

    private boolean autocommit = true;
    private int checkedDoubt;

    /** Whether the pool wanted to know if it is alive, and the server was not asked since. */
    private boolean unasked;

    private int commits;
    private int ends;

    NodeConnection(
            Connection physical,
            ConnectAttempt attempt,
            Node node,
            SessionRules rules,
            Consumer<NodeConnection> onClose)
            throws SQLException {
        super(physical);
        this.driver = physical.unwrap(PgConnection.class);
        this.commitProtocol = new CommitProtocol(node, driver);
        this.attempt = attempt;
        this.node = node;
        this.rules = rules;
        this.server = new ServerReport(driver, rules.pooler());
        this.driverState = new DriverState(driver, rules.purpose().isReadOnly());
        this.socketTimeout = driver.getNetworkTimeout();
        this.epoch = attempt.epoch();
        this.checkedDoubt = node.doubt();
        this.closeAction = new AtomicReference<>(onClose);
        node.opened(this);
    }

    public Node node() {
        return node;
    }

    public Purpose purpose() {
        return rules.purpose();
    }

    /** Whether it still stands, was not retired, and its node kept its role since it was opened. No I/O. */
    public boolean isCurrent() {
        return !ended && !retired && !isOfEarlierEpoch();
    }

    /** Whether its node lost its role, or was given up, since it was opened. */
    public boolean isOfEarlierEpoch() {
        return epoch != node.epoch();
    }

    /** Whether it was opened before {@code current}, an epoch of its node, began. */
    boolean isOlderThan(int current) {
        return epoch - current < 0;
    }

    /**
     * The transaction's statements may take that long: the socket gives up a moment later, and not before, because the statement would
     * go on at the server beside whatever is run instead of it.
     *
     * @param millis as the server was told; 0 for no deadline, which leaves the socket to the monitor
     */
    public void followStatementTimeout(long millis) throws SQLException {
        int before = waitInstead(millis);
        socketMillis = socketMillis == UNCHANGED ? before : socketMillis;
    }

    /** The transaction is over. */
    public void followConfiguredTimeout() {
        int before = socketMillis;
        socketMillis = UNCHANGED;
        waitAgain(before);
    }

    /** Rows that statements made from now on fetch at once within a transaction; 0 for all. */
    public void setDefaultFetchSize(int rows) throws SQLException {
        driver.setDefaultFetchSize(rows);
    }

    /** Ends what {@link #setDefaultFetchSize} began: statements fetch again what the configuration says. */
    public void followConfiguredFetchSize() throws SQLException {
        driverState.restoreFetchSize();
    }

    @Override
    public boolean isReadSession() {
        return rules.purpose().isReadOnly();
    }

    @Override
    public boolean isTransactionOpen() {
        return driver.getTransactionState() != TransactionState.IDLE;
    }

    /** Whether every session answers for that type: what it is, or the driver's connection is. */
    public static boolean isAlways(Class<?> type) {
        return type.isAssignableFrom(NodeConnection.class) || type.isAssignableFrom(PgConnection.class);
    }

    public ServerReport server() {
        return server;
    }

    /** The address it stands to; null when the driver found its own way. */
    public @Nullable InetAddress address() {
        return attempt.address();
    }

    /** What was proven of it when it was opened. */
    public Handshake handshake() {
        return attempt.handshake();
    }

    /** It is not to be used again once its present user is done; whoever holds it closes it. */
    public void retire() {
        retire(CloseReason.RETIRED);
    }

    /** The same, for a reason that is told when it has ended. */
    public void retire(CloseReason why) {
        endsFor(why);
        retired = true;
    }

    /** The pool is told to end it, and does not say why when it has. The first reason stands. */
    public void endsFor(CloseReason why) {
        if (endsFor == null) {
            endsFor = why;
        }
    }

    /** Why it ended. Whatever nobody ended for another reason was too old for HikariCP, which says nothing. */
    public CloseReason closeReason() {
        CloseReason told = endsFor;
        if (broken || endedWhileLent) {
            return CloseReason.BROKEN;
        }
        if (told != null) {
            return told;
        }
        return isOfEarlierEpoch() ? CloseReason.ROLE_CHANGE : CloseReason.LIFETIME;
    }

    public boolean isRetired() {
        return retired;
    }

    /** How often it was lent so far. */
    public long timesLent() {
        return loan.begun();
    }

    /** How often a borrow of it has ended so far. */
    public long timesReturned() {
        return loan.over();
    }

    public boolean wasLent() {
        return loan.handle() != null;
    }

    /**
     * What the pool once lent it as and got back: Hikari evicts by it and spares whoever has the connection now, whom it would
     * cut off if it were given what they hold. Null until it first came back.
     */
    public @Nullable Connection returnedHandle() throws SQLException {
        Connection latest = loan.handle();
        return latest != null && latest.isClosed() ? latest : loan.formerHandle();
    }

    /** Whether an error was seen on the node since this connection was last known to work, or it lay idle for a while. No I/O. */
    public boolean isDoubtful() {
        return unasked || checkedDoubt != node.doubt();
    }

    /** One round trip, bounded by {@code limit}; true when the server answered, which also refreshes its role. */
    public boolean ping(Duration limit) throws SQLException {
        int seen = node.doubt();
        boolean alive = answersWithin(limit);
        broken = broken || !alive;
        if (alive) {
            checkedDoubt = seen;
            unasked = false;
        }
        return alive;
    }

    private boolean answersWithin(Duration limit) throws SQLException {
        if (driver.isClosed()) {
            return false;
        }
        int usual = driver.getNetworkTimeout();
        try (Statement statement = driver.createStatement()) {
            driver.setNetworkTimeout(Runnable::run, (int) Math.max(1, limit.toMillis()));
            statement.execute("");
            driver.setNetworkTimeout(Runnable::run, usual);
            return true;
        } catch (SQLException e) {
            ConnectLog.LOG.debug("A session on {} does not answer: {}", node, ServerText.of(e));
            return false;
        }
    }

    /**
     * Makes the session forget every statement that the driver has prepared in it, so that the next use prepares it anew: one round trip.
     * Behind a pooler that shares its sessions nothing was prepared, and what is there is somebody else's.
     *
     * @param lentAs what it was lent as, so that the pool sees a failure
     */
    public void forgetPrepared(Connection lentAs) throws SQLException {
        if (rules.pooler() == Pooler.TRANSACTION) {
            return;
        }
        try (Statement statement = lentAs.createStatement()) {
            statement.execute("deallocate all");
        }
    }

    /** As it last reported of itself; free, and as fresh as the last round trip. */
    @Override
    public boolean isReportedInHotStandby() {
        return server.isInHotStandby();
    }

    /**
     * Lent as {@code lentAs}.
     *
     * @param lentAt for {@code returned}, by its clock
     * @param returned run once, when this borrow ends in whatever way
     */
    public void lend(Connection lentAs, long lentAt, LoanEnd returned) {
        loan.begin(lentAs, lentAt, returned);
    }

    /** Also runs {@code more} when this borrow ends, or at once when it has. */
    public void whenReturned(Runnable more) {
        loan.whenOver(more);
    }

    /** Whether somebody has it. */
    boolean isLent() {
        return loan.isOpen();
    }

    /** Who has borrowed it; null when nobody has, or it changes hands at this moment. Any thread may ask. */
    public @Nullable Holder holder() {
        return loan.holder(rules.purpose());
    }

    /**
     * Ends the borrow in its borrower's stead, because the pool closes: what they run fails, and what they close then is closed
     * already. Hikari has forgotten the connection by the time they come, and would answer them with a NullPointerException. Nor does the pool wait for
     * the answer of a server that it asks whether the connection is alive.
     */
    public void takeBack() {
        if (asked) {
            abortNow();
            return;
        }
        Connection lent = loan.handle();
        if (lent == null || !isLent()) {
            return;
        }
        abortNow();
        try {
            lent.close();
        } catch (SQLException | RuntimeException e) {
            // Hikari stumbles when its borrower's error evicts it at the same moment.
            ConnectLog.LOG.debug("A connection of {} was broken while in use: {}", node, ServerText.of(e));
        }
    }

    @Override
    void check(String sql) throws SQLException {
        if (rules.purpose() != Purpose.READ) {
            return;
        }
        if (AdvisoryLock.isTakenBy(sql)) {
            throw AdvisoryLock.refusal(node);
        }
        mayWrite = mayWrite || WriteMode.isAskedBy(sql);
    }

    /** Whether the server said, before the connection was lost, that it ends the session for a reason of its own. */
    public boolean isEndedByServer() {
        return endedByServer;
    }

    /** Whether the session is gone, for whatever reason. */
    public boolean isOver() throws SQLException {
        return ended || physical.isClosed();
    }

    /** Whether it was broken on this side, because its node was given up or its call was over. */
    public boolean isAbandoned() {
        return attempt.isAbandoned();
    }

    /**
     * Whether {@code error}, or what it was caused by, came through a connection of this node. True once for each error, so whoever asks
     * first has it for their own. When the driver's own connection was taken out, nobody can tell, and the answer is yes.
     */
    public boolean hasThrown(Throwable error) {
        boolean thrown = isTakenOut();
        for (Throwable t = error; t != null; t = t.getCause()) {
            thrown |= t instanceof SQLException sql && node.seenErrors().take(sql);
        }
        return thrown;
    }

    /** The database's name as its server says it, which the driver does not know when it asked a pooler by another one. */
    @Override
    public String getCatalog() throws SQLException {
        String said = node.databaseName();
        return said == null ? physical.getCatalog() : said;
    }

    /**
     * Has no effect for a borrower, as in the driver.
     *
     * @throws SQLException 22023 for the mark, which Hikari would then take for what it has to restore, and announce no return
     */
    @Override
    @SuppressWarnings("ReferenceEquality")
    public void setCatalog(@Nullable String catalog) throws SQLException {
        if (catalog == RETURNED) {
            forgetTexts();
            try {
                cleanUp();
            } finally {
                loan.end();
            }
        } else if (MARK.equals(catalog)) {
            throw new SQLException("'" + MARK + "' is no database: it is what Penstock tells its pool by.", "22023");
        }
    }

    /** The next borrower finds the session as it began. One that cannot be brought back is broken instead. */
    private void cleanUp() {
        if (ended) {
            return;
        }
        try {
            restoreDriver();
            if (rules.needsReset(isTainted(), driver)) {
                rules.reset(driver, socketTimeout);
                setClean();
            }
        } catch (SQLException | RuntimeException e) {
            ConnectLog.LOG.debug("A session on {} could not be reset and is closed: {}", node, ServerText.of(e));
            abortNow();
        }
    }

    /** The pool above has restored what was set through it: what differs now was set on the driver's own connection. */
    private void restoreDriver() throws SQLException {
        if (!driverState.isAsConfigured()) {
            escaped();
        }
        if (isTainted() || mayHaveSetDriver()) {
            driverState.restore();
            setDriverClean();
        }
    }

    /** Hikari calls this on return: that a session was lost before is no error. */
    @Override
    public void clearWarnings() throws SQLException {
        try {
            physical.clearWarnings();
        } catch (SQLException e) {
            if (!ErrorClass.losesSession(e)) {
                throw e;
            }
        }
    }

    /**
     * Whether nothing can have been committed since {@code earlier} was {@link #commits()}, as far as calls and texts tell. Text
     * that commits, and the driver's own connection taken out, count as doubt.
     */
    public boolean hasCommittedNothingSince(int earlier) {
        return commits == earlier && !isTainted();
    }

    /** How often somebody asked for a commit; to be compared. */
    public int commits() {
        return commits;
    }

    /** How often a transaction was ended, by a call or by a text; to be compared. */
    public int ends() {
        return ends;
    }

    /**
     * Whether a transaction was ended since {@code earlier} was {@link #ends()}. That of a text that was prepared is seen as long as nothing was
     * run after it.
     */
    public boolean hasEndedTransactionSince(int earlier) {
        return ends != earlier || (isEndedByText() && !isTransactionOpen());
    }

    @Override
    public boolean mayCommit() {
        boolean writes = !rules.purpose().isReadOnly() || mayWrite;
        return writes && (autocommit || isCommittedByText());
    }

    @Override
    public void answered(Statement statement) throws SQLException {
        if (isEndedByText() && !autocommit && !isTransactionOpen()) {
            forgetTexts();
            ends++;
        }
        if (mayCommit()) {
            SQLWarning alone = ofCancelledWait(statement);
            if (alone != null) {
                throw reported(UnknownOutcome.onThisServerAlone(node, alone));
            }
        }
    }

    /**
     * What was sent within a transaction that a text has begun is lost with it. The driver reports a session that the server ended for another's
     * crash as lost, and keeps the server's word with the statement.
     */
    @Override
    public SQLException failed(Statement statement, SQLException error) {
        if (ErrorClass.of(error) == ErrorClass.CONNECTION) {
            endedByServer |= ErrorClass.announcesEnd(statement);
        }
        boolean within = isTransactionOpen() && !isCommittedByText();
        if (within || !mayCommit() || ErrorClass.of(error) == ErrorClass.OUTCOME_UNKNOWN) {
            return error;
        }
        SQLWarning alone = ofCancelledWait(statement);
        if (alone != null) {
            return reported(UnknownOutcome.onThisServerAlone(node, alone));
        }
        return ErrorClass.losesAnswer(error) ? reported(UnknownOutcome.ofStatement(node, error)) : error;
    }

    /** Null when there is none, or nobody can ask any more. */
    private static @Nullable SQLWarning ofCancelledWait(Statement statement) {
        try {
            SQLWarning warning = statement.getWarnings();
            while (warning != null && !ErrorClass.isOfCancelledWait(warning)) {
                warning = warning.getNextWarning();
            }
            return warning;
        } catch (SQLException e) {
            ConnectLog.LOG.debug("A statement was closed while its warnings were read: {}", ServerText.of(e));
            return null;
        }
    }

    @Override
    public void commit() throws SQLException {
        commits++;
        ends++;
        try {
            commitProtocol.commit();
        } catch (SQLException e) {
            throw reported(e);
        }
    }

    /**
     * {@link #commit} that brings back where the commit stands in the log, in the same round trip; an empty receipt when nothing
     * was begun, null when it is committed and its place could not be read.
     */
    public @Nullable CommitReceipt commitWithReceipt() throws SQLException {
        commits++;
        ends++;
        try {
            return commitProtocol.commitWithReceipt();
        } catch (SQLException e) {
            // No pool has seen it.
            if (ErrorClass.endsSession(e)) {
                abortNow();
            }
            throw reported(e);
        }
    }

    /**
     * An unknown outcome says nothing of the node; what it came from does. A transaction that was READ ONLY has no outcome that could be
     * unknown: what is told of it is that its session was lost.
     */
    private SQLException reported(SQLException error) {
        boolean unknown = ErrorClass.of(error) == ErrorClass.OUTCOME_UNKNOWN;
        if (!unknown || !(error.getCause() instanceof SQLException cause)) {
            return error;
        }
        if (rules.purpose().isReadOnly() && !mayWrite && ErrorClass.endsSession(cause)) {
            return cause;
        }
        if (ErrorClass.of(cause).isNodeSignal()) {
            node.reportError(cause);
        }
        return error;
    }

    /** Switching autocommit on commits what is open, so it is a commit with all that belongs to it. */
    @Override
    public void setAutoCommit(boolean on) throws SQLException {
        try {
            if (on && !physical.getAutoCommit()) {
                commit();
            }
            physical.setAutoCommit(on);
            autocommit = on;
        } catch (SQLException e) {
            notRestored(e);
        }
    }

    @Override
    public void setReadOnly(boolean on) throws SQLException {
        try {
            physical.setReadOnly(on);
        } catch (SQLException e) {
            notRestored(e);
        }
    }

    /**
     * Whether its borrower is in a transaction that they made read-only themselves, on a session that may write: a refused write (25006)
     * is their own statement's error then. Told from the driver, or after the refusal from a server that would let it write. No I/O.
     */
    public boolean isReadOnlyByBorrower() {
        if (rules.purpose().isReadOnly() || !isLent()) {
            return false;
        }
        TransactionState state = driver.getTransactionState();
        return driver.hintReadOnly()
                ? state != TransactionState.IDLE
                : state == TransactionState.FAILED && server.letsWrite();
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        try {
            physical.setTransactionIsolation(level);
        } catch (SQLException e) {
            notRestored(e);
        }
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        try {
            super.setHoldability(holdability);
        } catch (SQLException e) {
            notRestored(e);
        }
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        try {
            physical.setNetworkTimeout(executor, milliseconds);
        } catch (SQLException e) {
            notRestored(e);
        }
    }

    /**
     * Hikari, jOOQ, Jdbi and Spring restore these once the work is committed, and would report a session that was lost since then in the
     * work's stead. What a lost session is to be told is no error as long as it owes nothing: the next statement says that it is lost.
     *
     * <p>Hikari announces no return when one of them fails. That happens in a transaction that it knows nothing of, begun by text or
     * on the driver's own connection: such a connection is broken, so that its place in the gate is free again.
     */
    private void notRestored(SQLException error) throws SQLException {
        boolean lost = ended || physical.isClosed();
        if (!ended && (lost || isTainted() || physical.getAutoCommit())) {
            abortNow();
        }
        if (!lost || !owesNothing() || !ErrorClass.losesSession(error)) {
            throw error;
        }
        ConnectLog.LOG.debug("A session on {} was lost before it came back: {}", node, ServerText.of(error));
        if (ErrorClass.of(error).isNodeSignal()) {
            node.reportError(error);
        }
    }

    /** Whether nothing is open that a commit or a rollback would end, as far as the server has said. */
    private boolean owesNothing() {
        return !isTransactionOpen() || commitProtocol.wasAnsweredAtTheEnd();
    }

    /**
     * The pool asks this of a connection that lay idle, before it is lent. It is told what is known without asking the server: whoever lends the
     * connection knows its borrower's deadline, and asks within that. On a thread of its own the pool keeps the connection alive, so there the
     * server is asked.
     */
    @Override
    public boolean isValid(int seconds) throws SQLException {
        if (rules.purpose().isPooled() && !isLent()) {
            if (Thread.currentThread() instanceof PoolThread) {
                return isKeptAlive(Duration.ofSeconds(seconds));
            }
            unasked = true;
            return !physical.isClosed();
        }
        boolean alive = physical.isValid(seconds);
        broken = broken || !alive;
        return alive;
    }

    private boolean isKeptAlive(Duration limit) throws SQLException {
        asked = true;
        try {
            return ping(limit);
        } finally {
            asked = false;
        }
    }

    /** Whether it ended because it, or its server, had failed. */
    public boolean isBroken() {
        return broken;
    }

    /** Whether somebody still had it when it ended. */
    public boolean endedWhileLent() {
        return endedWhileLent;
    }

    /**
     * A connection that cannot roll back is of no use to anyone: it is broken rather than handed on. That it was lost is no error when there
     * is nothing to roll back.
     */
    @Override
    public void rollback() throws SQLException {
        ends++;
        try {
            physical.rollback();
        } catch (SQLException e) {
            boolean lost = physical.isClosed() && owesNothing() && ErrorClass.losesSession(e);
            abortNow();
            if (!lost) {
                throw e;
            }
        }
    }

    /**
     * Says goodbye and does not wait for the server's: that would take a round trip with TLS 1.3, and a silent server would never answer. Nothing
     * that is in the way of it is an error: the session is over, and what it did was answered before.
     */
    @Override
    public void close() throws SQLException {
        try {
            // The driver closes a connection by itself when it is lost.
            broken = broken || physical.isClosed();
            if (!broken) {
                physical.setNetworkTimeout(Runnable::run, GOODBYE_MILLIS);
            }
            physical.close();
        } catch (SQLException e) {
            ConnectLog.LOG.debug("A session on {} was not closed properly: {}", node, ServerText.of(e));
            attempt.abandon();
        } finally {
            ended();
        }
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        try {
            physical.abort(executor);
        } finally {
            ended();
        }
    }

    /**
     * Breaks the connection without a word to the server; a thread that is blocked on it gets its exception at once. The
     * plain socket is closed first: closing the TLS socket waits for a thread that is blocked writing to it.
     */
    public void abortNow() {
        broken = true;
        attempt.abandon();
        try {
            physical.abort(Runnable::run);
        } catch (SQLException e) {
            // The connection is being given up; a driver that refuses even this leaves nothing else to do but to say
            // so.
            ConnectLog.LOG.debug("Abort of a connection to {} failed: {}", node, ServerText.of(e));
        } finally {
            ended();
        }
    }

    /**
     * Waits until no statement runs on it. pgjdbc holds a lock while one does and tells nobody whether it is held, so something is asked for
     * here that needs it: notifications that have arrived, which are lost. For a connection that is about to be broken.
     */
    void awaitStatementEnd() {
        try {
            driver.getQueryExecutor().getNotifications();
        } catch (SQLException e) {
            ConnectLog.LOG.debug("A connection to {} was lost meanwhile: {}", node, ServerText.of(e));
        }
    }

    /** Over a connection of its own, as the protocol wants it. Nothing happens when nothing runs. */
    public void cancelNow() {
        try {
            driver.cancelQuery();
        } catch (SQLException e) {
            ConnectLog.LOG.debug("A statement on {} could not be cancelled: {}", node, ServerText.of(e));
        }
    }

    private void ended() {
        endedWhileLent |= loan.isOpen();
        ended = true;
        node.closed(this);
        try {
            loan.end();
        } finally {
            Consumer<NodeConnection> action = closeAction.getAndSet(null);
            if (action != null) {
                action.accept(this);
            }
        }
    }

    @Override
    public String toString() {
        return rules.purpose().label() + " connection to " + node;
    }
}
