package dev.penstock.binding;

import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.SessionState;
import dev.penstock.tls.ServerText;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Savepoint;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The life of a connection that takes a server when it needs one: when it binds and for what, when it may let go of its session
 * again, and what commit, isolation and closing mean before and after. Bound, it stays so until it is closed, or until another
 * {@code readOnly} sends it elsewhere between two transactions.
 *
 * <p>Concurrency: used by one thread at a time, as the driver's connection; {@code close} and {@code abort} may come from another.
 * {@code closed} is written before {@code bound} is read there, and {@code bound} before {@code closed} is read where it binds, so
 * that one of the two gives the session back; whoever takes it out of {@code bound} does.
 *
 * <p>Its fields are few on purpose, and fill 24 bytes: frameworks open far more connections than they use.
 */
abstract class BindingConnection implements Connection {
    private static final AtomicReferenceFieldUpdater<BindingConnection, @Nullable Connection> BOUND =
            AtomicReferenceFieldUpdater.newUpdater(BindingConnection.class, Connection.class, "bound");

    /** Of {@code held}: the session is not let go before the end. */
    private static final byte FOR_GOOD = -1;

    /** Of {@code held}: so many that they are not counted down any more. */
    private static final byte MANY = Byte.MAX_VALUE;

    private Settings settings;
    private volatile @Nullable Connection bound;
    private volatile boolean closed;
    private boolean readOnly;
    private boolean autoCommit = true;

    /** How many prepared statements are open on the session, or {@link #FOR_GOOD}. */
    private byte held;

    BindingConnection(Settings settings) {
        this.settings = settings;
    }

    /** The session, bound now if there was none. */
    final Connection session() throws SQLException {
        Connection session = bound();
        return session != null ? session : bind();
    }

    /**
     * The session if there is one; to be asked before {@link #settings()}, because a closed connection has none.
     *
     * @throws SQLException 08003 when it has ended, because it was lost or the database was closed
     */
    final @Nullable Connection bound() throws SQLException {
        Connection session = bound;
        if (session != null && session.isClosed()) {
            throw Refusal.closed();
        }
        return session;
    }

    /** What was set and is not told to a session yet, of a connection that is open. */
    final Settings settings() throws SQLException {
        checkOpen();
        return settings;
    }

    /** The same to be changed. */
    final Settings ownSettings() throws SQLException {
        checkOpen();
        settings = settings.own();
        return settings;
    }

    /** From now on the session is not let go before the end, and one that is yet to come will be the primary's. */
    final void pin() {
        held = FOR_GOOD;
    }

    private boolean isPinned() {
        return held == FOR_GOOD;
    }

    /** A prepared statement was made on the session. */
    final void prepared() {
        if (held != FOR_GOOD && held != MANY) {
            held++;
        }
    }

    /** One that is open is being closed. One that closes itself, with its result, counts until the session is let go. */
    final void unprepared() {
        if (held > 0 && held != MANY) {
            held--;
        }
    }

    /** A session on the primary, unless there is one already, that is not let go before the end. */
    final Connection pinnedSession() throws SQLException {
        pin();
        return session();
    }

    private Intent intent() {
        if (!readOnly) {
            return Intent.WRITE;
        }
        // A standby refuses SERIALIZABLE (0A000).
        boolean onPrimary =
                isPinned() || settings.holdsCursors() || settings.isolation() == Connection.TRANSACTION_SERIALIZABLE;
        return onPrimary ? Intent.READ_ON_PRIMARY : Intent.READ;
    }

    private Connection bind() throws SQLException {
        checkOpen();
        Connection session = settings.binder().bind(intent());
        prepare(session);
        if (settings.holdsCursors()) {
            pin();
        }
        bound = session;
        if (closed) {
            letGo();
            throw Refusal.closed();
        }
        return session;
    }

    private void prepare(Connection session) throws SQLException {
        boolean prepared = false;
        try {
            settings.applyTo(session);
            if (!autoCommit) {
                session.setAutoCommit(false);
            }
            prepared = true;
        } finally {
            if (!prepared) {
                session.close();
            }
        }
    }

    private void letGo() throws SQLException {
        Connection session = BOUND.getAndSet(this, null);
        if (session != null) {
            session.close();
        }
    }

    final void checkOpen() throws SQLException {
        if (closed) {
            throw Refusal.closed();
        }
    }

    @Override
    public final void close() throws SQLException {
        if (!closed) {
            closed = true;
            if (bound != null) {
                letGo();
            }
        }
    }

    @Override
    public final boolean isClosed() throws SQLException {
        Connection session = bound;
        return closed || (session != null && session.isClosed());
    }

    @Override
    public final void abort(Executor executor) throws SQLException {
        if (closed) {
            return;
        }
        if (executor == null) {
            throw new SQLException("abort needs an executor", Refusal.INVALID_PARAMETER);
        }
        closed = true;
        Connection session = BOUND.getAndSet(this, null);
        if (session != null) {
            try {
                session.abort(executor);
            } finally {
                executor.execute(() -> closeAborted(session));
            }
        }
    }

    /** The pool counts it as lent until then. Hikari stumbles when another thread's error evicts it at the same moment. */
    private static void closeAborted(Connection session) {
        try {
            session.close();
        } catch (SQLException | RuntimeException e) {
            BindingLog.LOG.debug("{} was aborted: {}", session, ServerText.of(e));
        }
    }

    @Override
    public final boolean isValid(int seconds) throws SQLException {
        if (seconds < 0) {
            throw new SQLException("The timeout of isValid is negative: " + seconds, Refusal.INVALID_PARAMETER);
        }
        Connection session = bound;
        if (session != null) {
            return session.isValid(seconds);
        }
        return !closed && settings.binder().canServe(intent());
    }

    @Override
    public final boolean isReadOnly() throws SQLException {
        checkOpen();
        return readOnly;
    }

    /**
     * Where it is bound, the session is given back and the next statement binds anew, unless a transaction is open or the session
     * holds what cannot be moved. A session that may write stays as well, and is told, while a prepared statement is open on it: that
     * keeps its values, batch and settings.
     */
    @Override
    public final void setReadOnly(boolean on) throws SQLException {
        checkOpen();
        if (on == readOnly) {
            return;
        }
        Connection session = bound;
        if (session != null) {
            SessionState state = stateBetweenTransactions(session, "setReadOnly");
            if (mayLeave(state) && (held == 0 || state.isReadSession())) {
                leave();
            } else {
                changeInPlace(session, state, on);
            }
        }
        readOnly = on;
    }

    private void changeInPlace(Connection session, SessionState state, boolean on) throws SQLException {
        if (!on && state.isReadSession()) {
            throw Refusal.stays("setReadOnly(false)", isPinned());
        }
        session.setReadOnly(on);
    }

    private boolean mayLeave(SessionState state) {
        return !isPinned() && !state.isMarked();
    }

    /** The statements on the session are closed with it. */
    private void leave() throws SQLException {
        held = 0;
        letGo();
    }

    private static SessionState stateBetweenTransactions(Connection session, String change) throws SQLException {
        if (session.isClosed()) {
            throw Refusal.closed();
        }
        SessionState state = stateOf(session);
        // Who cannot say is taken to have one open.
        if (state == null || state.isTransactionOpen()) {
            throw Refusal.openTransaction(change);
        }
        return state;
    }

    /** The session, if a statement that is run on it now may commit by itself; null otherwise. */
    final @Nullable SessionState committing() throws SQLException {
        Connection session = bound;
        SessionState state = session == null || session.isClosed() ? null : stateOf(session);
        return state != null && state.mayCommit() ? state : null;
    }

    private static @Nullable SessionState stateOf(Connection session) throws SQLException {
        return session.isWrapperFor(SessionState.class) ? session.unwrap(SessionState.class) : null;
    }

    @Override
    public final int getTransactionIsolation() throws SQLException {
        Connection session = bound();
        return session != null ? session.getTransactionIsolation() : settings().isolation();
    }

    /** SERIALIZABLE leaves a replica, which cannot do it, under the same conditions as {@link #setReadOnly}. */
    @Override
    public final void setTransactionIsolation(int level) throws SQLException {
        checkLevel(level);
        Settings changed = ownSettings();
        Connection session = bound();
        if (session != null && !leavesReplica(session, level)) {
            session.setTransactionIsolation(level);
        }
        changed.setIsolation(level);
    }

    private boolean leavesReplica(Connection session, int level) throws SQLException {
        SessionState state = level == TRANSACTION_SERIALIZABLE ? stateOf(session) : null;
        if (state == null || !state.isReportedInHotStandby()) {
            return false;
        }
        String change = "setTransactionIsolation(SERIALIZABLE) on a replica";
        if (!mayLeave(stateBetweenTransactions(session, change))) {
            throw Refusal.stays(change, isPinned());
        }
        leave();
        return true;
    }

    private static void checkLevel(int level) throws SQLException {
        if (level != TRANSACTION_READ_COMMITTED
                && level != TRANSACTION_REPEATABLE_READ
                && level != TRANSACTION_SERIALIZABLE
                && level != TRANSACTION_READ_UNCOMMITTED) {
            throw new SQLFeatureNotSupportedException("PostgreSQL has no transaction isolation " + level, "0A000");
        }
    }

    @Override
    public final boolean getAutoCommit() throws SQLException {
        checkOpen();
        return autoCommit;
    }

    @Override
    public final void setAutoCommit(boolean on) throws SQLException {
        Connection session = bound();
        if (session != null) {
            session.setAutoCommit(on);
        } else {
            checkOpen();
        }
        autoCommit = on;
    }

    @Override
    public final void commit() throws SQLException {
        Connection session = bound();
        if (session != null) {
            session.commit();
        } else {
            refuseInAutoCommit("commit");
        }
    }

    @Override
    public final void rollback() throws SQLException {
        Connection session = bound();
        if (session != null) {
            session.rollback();
        } else {
            refuseInAutoCommit("roll back");
        }
    }

    private void refuseInAutoCommit(String what) throws SQLException {
        checkOpen();
        if (autoCommit) {
            throw Refusal.inAutoCommit(what);
        }
    }

    @Override
    public final Savepoint setSavepoint() throws SQLException {
        refuseInAutoCommit("set a savepoint");
        return pinnedSession().setSavepoint();
    }

    @Override
    public final Savepoint setSavepoint(String name) throws SQLException {
        refuseInAutoCommit("set a savepoint");
        return pinnedSession().setSavepoint(name);
    }

    @Override
    public final void releaseSavepoint(Savepoint savepoint) throws SQLException {
        sessionOfSavepoint().releaseSavepoint(savepoint);
    }

    @Override
    public final void rollback(Savepoint savepoint) throws SQLException {
        sessionOfSavepoint().rollback(savepoint);
    }

    /** Whoever set one is bound until the end. */
    private Connection sessionOfSavepoint() throws SQLException {
        Connection session = bound();
        if (session == null) {
            checkOpen();
            throw new SQLException("This connection has set no savepoint", "3B001");
        }
        return session;
    }

    /** Ourselves at once. The driver's own, of whatever could be done on it, on the primary and to the end. */
    @Override
    public final <T> T unwrap(Class<T> type) throws SQLException {
        checkOpen();
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        if (!isWrapperFor(type)) {
            throw new SQLException("No connection behind this one is a " + type.getName(), Refusal.INVALID_PARAMETER);
        }
        return pinnedSession().unwrap(type);
    }

    /** No I/O: before it is bound it answers for what every session is. */
    @Override
    public final boolean isWrapperFor(Class<?> type) throws SQLException {
        checkOpen();
        Connection session = bound();
        return type.isInstance(this) || (session == null ? NodeConnection.isAlways(type) : session.isWrapperFor(type));
    }

    @Override
    public final String toString() {
        Connection session = bound;
        return session == null ? "connection without a session" : "connection with " + session;
    }
}
