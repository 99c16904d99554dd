package dev.penstock.binding;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Lends a scripted session for each bind, and remembers for what. */
class RecordingBinder implements Binder {
    static final SessionDefaults DEFAULTS =
            new SessionDefaults(Connection.TRANSACTION_READ_COMMITTED, null, "penstock", 65_000);

    final List<Intent> intents = new ArrayList<>();
    final List<ScriptedSession> sessions = new ArrayList<>();
    final List<PreparedStatement> prepared = new ArrayList<>();
    final Set<Intent> served = EnumSet.allOf(Intent.class);
    Runnable whileBinding = () -> {};
    boolean blind;
    String failing = "";

    @Override
    public Connection bind(Intent intent) {
        ScriptedSession session = new ScriptedSession(intent);
        session.blind = blind;
        session.failing = failing;
        intents.add(intent);
        sessions.add(session);
        whileBinding.run();
        return session.connection;
    }

    @Override
    public String catalog() {
        return "shop";
    }

    @Override
    public boolean canServe(Intent intent) {
        return served.contains(intent);
    }

    Connection open() {
        return open(DEFAULTS);
    }

    Connection open(SessionDefaults defaults) {
        return new LazyConnections(this, defaults).open();
    }

    ScriptedSession last() {
        return sessions.get(sessions.size() - 1);
    }
}
