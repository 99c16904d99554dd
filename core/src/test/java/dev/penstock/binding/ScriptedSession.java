package dev.penstock.binding;

import dev.penstock.connect.SessionState;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * A session as a binder lends it: knows of transactions what the driver would, closes its statements when it is closed, and writes
 * down what it is told. Its statements are calls of everything at once.
 */
final class ScriptedSession implements InvocationHandler {
    final Connection connection = proxy(this, Connection.class, SessionState.class);
    final List<String> calls = new ArrayList<>();
    private final Intent intent;
    private boolean autoCommit = true;
    private boolean open;
    private boolean closed;
    boolean marked;
    boolean blind;
    String failing = "";

    ScriptedSession(Intent intent) {
        this.intent = intent;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws SQLException {
        String name = method.getName();
        if (name.equals(failing)) {
            throw new SQLException(name + " fails, as scripted", "XX000");
        }
        return switch (name) {
            case "isTransactionOpen" -> open;
            case "isMarked" -> marked;
            case "isReportedInHotStandby" -> intent == Intent.READ;
            case "isReadSession" -> intent != Intent.WRITE;
            case "mayCommit" -> false;
            case "isWrapperFor" -> arguments[0] == SessionState.class ? !blind : true;
            case "unwrap" -> arguments[0] == SessionState.class ? proxy : null;
            case "isClosed" -> closed;
            case "hashCode" -> System.identityHashCode(this);
            case "equals" -> proxy == arguments[0];
            case "toString" -> "session for " + intent;
            default -> told(method, arguments);
        };
    }

    private Object told(Method method, Object[] arguments) {
        String name = method.getName();
        calls.add(name
                + (arguments == null
                        ? ""
                        : Arrays.stream(arguments).map(String::valueOf).collect(Collectors.joining(", ", "(", ")"))));
        switch (name) {
            case "close", "abort" -> closed = true;
            case "commit", "rollback" -> open = false;
            case "setAutoCommit" -> autoCommit = (Boolean) arguments[0];
            case "setSavepoint" -> open = true;
            default -> {}
        }
        return switch (name) {
            case "createStatement", "prepareStatement", "prepareCall" -> proxy(statement(), CallableStatement.class);
            case "getMetaData" -> proxy(new Recorder(), DatabaseMetaData.class);
            case "setSavepoint" -> proxy(new Recorder(), Savepoint.class);
            case "createArrayOf" -> proxy(new Recorder(), Array.class);
            case "createBlob" -> proxy(new Recorder(), Blob.class);
            case "createClob" -> proxy(new Recorder(), Clob.class);
            case "createNClob" -> proxy(new Recorder(), NClob.class);
            default -> Recorder.nothing(method.getReturnType());
        };
    }

    private InvocationHandler statement() {
        AtomicBoolean ended = new AtomicBoolean();
        return (proxy, method, arguments) -> {
            if (method.getName().equals("isClosed")) {
                return closed || ended.get();
            }
            ended.compareAndSet(false, method.getName().equals("close"));
            if (method.getName().startsWith("execute")) {
                open = !autoCommit;
            }
            return Recorder.nothing(method.getReturnType());
        };
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    static <T> T proxy(InvocationHandler handler, Class<T> type, Class<?>... more) {
        List<Class<?>> types = new ArrayList<>(List.of(more));
        types.add(type);
        return type.cast(Proxy.newProxyInstance(
                ScriptedSession.class.getClassLoader(), types.toArray(Class<?>[]::new), handler));
    }
}
