package dev.penstock.connect;

import dev.penstock.config.TimeoutConfig;
import dev.penstock.tls.ServerText;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;

/**
 * Notices whether its borrower may have left something behind in the session. It looks at SQL texts and at calls; it adds no
 * round trip. Whoever takes the driver's own connection out of it is no longer watched, and counts as having done so.
 */
abstract class WatchedConnection extends ForwardingConnection {
    /** Instead of a socket deadline to go back to. */
    static final int UNCHANGED = -1;

    private static final long SLACK_MILLIS = TimeoutConfig.SOCKET_SLACK.toMillis();

    private final SqlWords words = new SqlWords();
    private final KnownTexts harmless = new KnownTexts();
    private boolean tainted;
    private boolean takenOut;
    private boolean configured;
    private boolean driverSet;
    private boolean committedByText;
    private boolean endsByText;

    WatchedConnection(Connection physical) {
        super(physical);
    }

    /** Whether the next borrower could find something. */
    boolean isTainted() {
        return tainted || configured;
    }

    /** The same without what was set by the methods of {@link Connection} that are for it: its setter knows what it was. */
    public boolean isMarked() {
        return tainted;
    }

    void setClean() {
        takenOut = false;
        tainted = false;
        configured = false;
        committedByText = false;
    }

    /** Whether a text was run, or prepared, that commits. */
    final boolean isCommittedByText() {
        return committedByText;
    }

    /** Whether a text was run, or prepared, that ends a transaction, since the last {@link #forgetTexts()}. */
    final boolean isEndedByText() {
        return endsByText;
    }

    final void forgetTexts() {
        endsByText = false;
    }

    /** Whether something may have been set that the driver keeps to itself: no server has to be asked to take it back. */
    boolean mayHaveSetDriver() {
        return driverSet;
    }

    void setDriverClean() {
        driverSet = false;
    }

    /** Somebody took out what we cannot watch. */
    void escaped() {
        takenOut = true;
        tainted = true;
    }

    /** Whether the driver's own connection or statement was taken out since the session was last clean: its errors pass nobody here. */
    boolean isTakenOut() {
        return takenOut;
    }

    /**
     * A statement of this session has failed, and can still be asked for what the server said besides.
     *
     * @return what is to be thrown
     */
    public abstract SQLException failed(Statement statement, SQLException error);

    /**
     * {@code sql} is about to be run or prepared.
     *
     * @throws SQLException when this session must not run it
     */
    final void about(String sql) throws SQLException {
        if (harmless.contains(sql)) {
            return;
        }
        check(sql);
        boolean leaves = SessionEffect.of(words.of(sql));
        boolean ends = TransactionEnd.isIn(words.of(sql));
        tainted = tainted || leaves;
        endsByText = endsByText || ends;
        // A commit leaves something behind in this sense, a rollback does not.
        committedByText = committedByText || (leaves && ends);
        if (!leaves && !ends) {
            harmless.add(sql);
        }
    }

    /** @throws SQLException when this session must not run it, now or ever */
    abstract void check(String sql) throws SQLException;

    /** As {@link SessionState#answered}. */
    public abstract void answered(Statement statement) throws SQLException;

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        escaped();
        return physical.unwrap(type);
    }

    /**
     * Makes the socket give up soon after a statement's own time is over, unless it would anyway.
     *
     * @param millis that the statement may take
     * @return what {@link #waitAgain} takes to undo it, in milliseconds
     */
    final int waitFor(long millis) throws SQLException {
        int now = physical.getNetworkTimeout();
        long wanted = millis + SLACK_MILLIS;
        if (now != 0 && now <= wanted) {
            return UNCHANGED;
        }
        physical.setNetworkTimeout(Runnable::run, (int) Math.min(wanted, Integer.MAX_VALUE));
        return now;
    }

    /**
     * Never fails: what ran before has ended, well or not, and only a closed socket keeps its deadline.
     *
     * @param before as {@link #waitFor} or {@link #waitInstead} gave it
     */
    final void waitAgain(int before) {
        if (before == UNCHANGED) {
            return;
        }
        try {
            physical.setNetworkTimeout(Runnable::run, before);
        } catch (SQLException e) {
            ConnectLog.LOG.trace("{} ended before its socket had its deadline back: {}", this, ServerText.of(e));
        }
    }

    /**
     * Makes the socket wait for a statement deadline other than the configured one.
     *
     * @param millis of that deadline; 0 for none, which leaves the socket to the monitor
     * @return what {@link #waitAgain} takes to undo it, in milliseconds
     */
    final int waitInstead(long millis) throws SQLException {
        int now = physical.getNetworkTimeout();
        long wanted = millis == 0 ? 0 : millis + SLACK_MILLIS;
        physical.setNetworkTimeout(Runnable::run, (int) Math.min(wanted, Integer.MAX_VALUE));
        return now;
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        configured = true;
        physical.setSchema(schema);
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        configured = true;
        physical.setClientInfo(name, value);
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        configured = true;
        physical.setClientInfo(properties);
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        driverSet = true;
        physical.setHoldability(holdability);
    }

    /** The driver's own, which whoever has it may fill. */
    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        driverSet = true;
        return physical.getTypeMap();
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        driverSet = true;
        physical.setTypeMap(map);
    }

    @Override
    public Statement createStatement() throws SQLException {
        return watched(physical.createStatement());
    }

    @Override
    public Statement createStatement(int resultSetType, int resultSetConcurrency, int resultSetHoldability)
            throws SQLException {
        return watched(physical.createStatement(resultSetType, resultSetConcurrency, resultSetHoldability));
    }

    @Override
    public Statement createStatement(int resultSetType, int resultSetConcurrency) throws SQLException {
        return watched(physical.createStatement(resultSetType, resultSetConcurrency));
    }

    @Override
    public CallableStatement prepareCall(
            String sql, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        about(sql);
        return physical.prepareCall(sql, resultSetType, resultSetConcurrency, resultSetHoldability);
    }

    @Override
    public CallableStatement prepareCall(String sql, int resultSetType, int resultSetConcurrency) throws SQLException {
        about(sql);
        return physical.prepareCall(sql, resultSetType, resultSetConcurrency);
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        about(sql);
        return physical.prepareCall(sql);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
        about(sql);
        return physical.prepareStatement(sql, columnIndexes);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
        about(sql);
        return physical.prepareStatement(sql, columnNames);
    }

    @Override
    public PreparedStatement prepareStatement(
            String sql, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        about(sql);
        return physical.prepareStatement(sql, resultSetType, resultSetConcurrency, resultSetHoldability);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int resultSetType, int resultSetConcurrency)
            throws SQLException {
        about(sql);
        return physical.prepareStatement(sql, resultSetType, resultSetConcurrency);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
        about(sql);
        return physical.prepareStatement(sql, autoGeneratedKeys);
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        about(sql);
        return physical.prepareStatement(sql);
    }

    private Statement watched(Statement statement) {
        return new WatchedStatement(statement, this);
    }
}
