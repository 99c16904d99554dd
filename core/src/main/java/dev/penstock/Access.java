package dev.penstock;

import dev.penstock.config.ReadOptions;
import dev.penstock.config.WriteOptions;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * The ways to work with a database. Thread-safe. Every call ends within its deadline, with a result or a
 * {@code java.sql} exception.
 *
 * <p>The value and the void closure have different names, because Java cannot tell one overloaded name apart.
 */
public interface Access {
    /**
     * Runs {@code work} on a replica that is fresh enough, or on the primary when there is none, in autocommit, on a
     * session that cannot write by accident: a write fails with SQLSTATE 25006, on whatever node. When its node is lost the
     * work runs again from its start on another one, so it must have no effect outside.
     *
     * @throws SQLException what the work throws; or 08001 when no node could take it within {@code pool.timeout}
     */
    <T> T read(SqlFunction<T> work) throws SQLException;

    /**
     * {@link #read(SqlFunction)} with options. When they set parameters, an isolation level or streaming, the work runs in a READ ONLY
     * transaction that is committed when it returns.
     *
     * @throws SQLException also 55000 when no replica is as fresh as the options ask for, and they say to fail then
     */
    <T> T read(ReadOptions options, SqlFunction<T> work) throws SQLException;

    /**
     * Runs {@code work} in one transaction on the primary: commits when it returns, rolls back on anything it throws. Waits
     * for a primary while there is none, at most {@code pool.timeout}. Never runs the work twice, unless {@link WriteOptions#retries} allows it
     * where that is safe.
     *
     * <p>The work may set savepoints, and cannot end the transaction: {@code commit()}, {@code rollback()} and {@code setAutoCommit(true)} fail with
     * 2D000 and end nothing. Closing the connection does nothing.
     *
     * @throws SQLException what the work throws; 08001 when there was no primary; 25P02 when a statement had failed and the
     *     work caught its exception, so that nothing could be committed; 08007 when the connection was lost before the commit was
     *     answered, so that the outcome is unknown, or when only the primary has it; 2D000 when the work ended the transaction by a SQL text, so
     *     that what ran before the text may be committed and the rest was rolled back
     */
    void write(SqlAction work) throws SQLException;

    /** {@link #write(SqlAction)} with options. */
    void write(WriteOptions options, SqlAction work) throws SQLException;

    /** {@link #write(SqlAction)} with a result. */
    <T> T writeReturning(SqlFunction<T> work) throws SQLException;

    /** {@link #write(SqlAction)} with options and a result. */
    <T> T writeReturning(WriteOptions options, SqlFunction<T> work) throws SQLException;

    /**
     * A view whose connections read: each {@code getConnection()} chooses a node as {@link #read} does. Nothing is run
     * again here; transactions are the caller's.
     */
    DataSource reader();

    /**
     * The same for options that say where a read may go.
     *
     * @throws IllegalArgumentException for other options: transactions, deadlines and running again are the caller's here
     */
    DataSource reader(ReadOptions options);

    /**
     * A view whose connections go to the primary; transactions are the caller's. A commit of a failed transaction is an
     * error here too. In autocommit a statement of {@code createStatement()} whose answer was lost fails with 08007, because it may have been
     * executed; a prepared statement is the driver's own and fails with 08006 then.
     */
    DataSource writer();

    /**
     * The one {@code DataSource} for frameworks that say {@code setReadOnly} before they work, such as Spring with
     * {@code @Transactional(readOnly = true)} and Hibernate. {@code getConnection()} does no I/O and takes nothing from a pool: the
     * connection keeps what it is told, in whatever order, and takes a server at the first call that needs one. Declared
     * read-only it reads as {@link #reader()} does; everything else goes to the primary.
     *
     * <p>It stays with that server until it is closed. Another {@code readOnly} between two transactions closes its statements and
     * sends it elsewhere; within a transaction it is refused (25001). While a prepared statement is open on a session that may
     * write, another {@code readOnly} changes that session instead, and the statement keeps its values, batch and settings; one that
     * was prepared on a session for reads is closed by {@code setReadOnly(false)}. SERIALIZABLE, savepoints, large objects, cursors held over a
     * commit, and the driver's own connection ({@code unwrap}) belong to the primary; after the last four it stays there to the
     * end. Waits as {@link #reader()} and {@link #writer()} do, at that first call. In autocommit every statement on the primary whose answer was
     * lost fails with 08007, because it may have been executed.
     */
    DataSource dataSource();
}
