package dev.penstock.connect;

import java.sql.SQLException;
import java.sql.Statement;

/** What can be said of a session without asking its server, for whoever might give it back early. As thread-safe as the session. */
public interface SessionState {
    /** Whether the server has said that a transaction is open, or has failed and is yet to be rolled back. */
    boolean isTransactionOpen();

    /**
     * Whether its borrower may have left something in it that nobody could set up elsewhere, as far as SQL texts show. A schema or
     * client info set through the connection's own methods is not that.
     */
    boolean isMarked();

    /** What the server last reported of itself. */
    boolean isReportedInHotStandby();

    /** Whether it was opened for reads and cannot write. */
    boolean isReadSession();

    /** Whether a statement that is run now may commit: in autocommit, or by its text, on a session that may write. */
    boolean mayCommit();

    /**
     * To be called after {@code statement} was run while {@link #mayCommit()}.
     *
     * @throws SQLException 08007 when the server has said that it alone has what was committed
     */
    void answered(Statement statement) throws SQLException;

    /**
     * What is told to whoever ran {@code statement} while {@link #mayCommit()}, and got {@code error}: 08007 when its answer was lost, so that
     * it may have been executed; the error itself otherwise.
     */
    SQLException failed(Statement statement, SQLException error);
}
