package dev.penstock.testkit;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.AutoSave;

/**
 * One server session with one transaction that never commits. Each connection given out behaves as if it were its own:
 * a commit moves a savepoint, a rollback goes back to it, with autocommit each statement stands for itself. All of them
 * share the session, so that they see each other's uncommitted rows and must be used by one thread at a time.
 */
final class RollbackSession implements AutoCloseable {
    private final Connection session;

    private RollbackSession(Connection session) {
        this.session = session;
    }

    static RollbackSession begin(Connection session) throws SQLException {
        session.setAutoCommit(false);
        return new RollbackSession(session);
    }

    /** A connection that cannot commit. */
    Connection open() throws SQLException {
        Pretence pretence = new Pretence(session);
        return (Connection) Proxy.newProxyInstance(
                RollbackSession.class.getClassLoader(), new Class<?>[] {Connection.class}, pretence);
    }

    /** Rolls everything back. */
    @Override
    public void close() throws SQLException {
        try (session) {
            session.rollback();
        }
    }

    private static final class Pretence implements InvocationHandler {
        private final Connection session;
        private Savepoint lastCommit;
        private boolean autoCommit = true;
        private boolean readOnly;
        private boolean closed;

        Pretence(Connection session) throws SQLException {
            this.session = session;
            this.lastCommit = session.setSavepoint();
            setAutosave();
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            if (closed && !method.getName().equals("close") && method.getDeclaringClass() == Connection.class) {
                return whenClosed(method);
            }
            boolean plain = arguments == null || arguments.length == 0;
            return switch (method.getName()) {
                case "commit" -> commit();
                case "rollback" -> plain ? rollback() : pass(method, arguments);
                case "setAutoCommit" -> setAutoCommit(Boolean.TRUE.equals(first(arguments)));
                case "getAutoCommit" -> autoCommit;
                case "setReadOnly" -> setReadOnly(Boolean.TRUE.equals(first(arguments)));
                case "isReadOnly" -> readOnly;
                case "close", "abort" -> close();
                case "isClosed" -> false;
                case "equals" -> proxy == first(arguments);
                case "hashCode" -> System.identityHashCode(proxy);
                default -> pass(method, arguments);
            };
        }

        private static @Nullable Object first(Object @Nullable [] arguments) {
            return arguments == null ? null : arguments[0];
        }

        private static Object whenClosed(Method method) throws SQLException {
            return switch (method.getName()) {
                case "isClosed" -> true;
                case "isValid" -> false;
                default -> throw new SQLException("This connection has been closed.", "08003");
            };
        }

        private @Nullable Object commit() throws SQLException {
            session.releaseSavepoint(lastCommit);
            lastCommit = session.setSavepoint();
            return null;
        }

        private @Nullable Object rollback() throws SQLException {
            session.rollback(lastCommit);
            return null;
        }

        private @Nullable Object setAutoCommit(boolean on) throws SQLException {
            if (on != autoCommit) {
                // JDBC: a change commits; and what autocommit did before counts as committed.
                commit();
                autoCommit = on;
                setAutosave();
            }
            return null;
        }

        /** With autocommit a failed statement does not hurt the next one; without, it does (25P02). */
        private void setAutosave() throws SQLException {
            session.unwrap(PGConnection.class).setAutosave(autoCommit ? AutoSave.ALWAYS : AutoSave.NEVER);
        }

        private @Nullable Object setReadOnly(boolean on) {
            // The transaction has begun and may have written: all we can do is to remember.
            readOnly = on;
            return null;
        }

        private @Nullable Object close() throws SQLException {
            if (!closed) {
                closed = true;
                if (!autoCommit) {
                    rollback();
                }
            }
            return null;
        }

        private @Nullable Object pass(Method method, Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(session, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        }
    }
}
