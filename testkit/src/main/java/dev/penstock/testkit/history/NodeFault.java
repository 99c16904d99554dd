package dev.penstock.testkit.history;

import dev.penstock.testkit.Direction;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.TcpProxy;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** One thing that happens to one node, and its undoing. */
record NodeFault(Manner manner, PostgresNode node, TcpProxy proxy) {
    enum Manner {
        KILLED,
        STOPPED,
        FROZEN,
        CLIENTS_CUT_OFF,
        REPLIES_LOST,
        CLIENTS_RESET,
        SESSIONS_ENDED,
        REPLAY_PAUSED,
        REPLICATION_CUT;

        /** After which clients do not get an answer. */
        static final List<Manner> OUTAGES =
                List.of(KILLED, STOPPED, FROZEN, CLIENTS_CUT_OFF, REPLIES_LOST, CLIENTS_RESET);

        /** Which make somebody promote another node. A reset is not one: the connection would be tried again. */
        static final List<Manner> TAKEOVERS = List.of(KILLED, STOPPED, FROZEN, CLIENTS_CUT_OFF, REPLIES_LOST);

        String words() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** Of whatever role but the testkit's own superuser, monitors among them; nobody waits for their end. */
    private static final String END_SESSIONS = "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            + " where backend_type = 'client backend' and usename <> current_user";

    void strike() throws SQLException {
        switch (manner) {
            case KILLED -> node.kill();
            case STOPPED -> node.stop();
            case FROZEN -> node.suspend();
            case CLIENTS_CUT_OFF -> proxy.blackHole();
            case REPLIES_LOST -> proxy.blackHole(Direction.SERVER_TO_CLIENT);
            case CLIENTS_RESET -> {
                proxy.refuse();
                proxy.reset();
            }
            case SESSIONS_ENDED -> node.execute(END_SESSIONS);
            case REPLAY_PAUSED -> node.pauseReplay();
            case REPLICATION_CUT -> node.cutReplication();
        }
    }

    /** Whether it is struck again and again until it is healed. */
    boolean isRepeated() {
        return manner == Manner.SESSIONS_ENDED;
    }

    /** Whether it is done to the proxy, which every other fault leaves in order. */
    boolean isOfTheNetwork() {
        return manner == Manner.CLIENTS_CUT_OFF || manner == Manner.REPLIES_LOST || manner == Manner.CLIENTS_RESET;
    }

    /** A former primary comes back as a second one. */
    void heal() {
        switch (manner) {
            case KILLED, STOPPED -> node.start();
            case FROZEN -> node.resume();
            case CLIENTS_CUT_OFF, REPLIES_LOST, CLIENTS_RESET -> proxy.heal();
            case SESSIONS_ENDED -> {
                // It is over when it is not repeated.
            }
            case REPLAY_PAUSED -> node.resumeReplay();
            case REPLICATION_CUT -> node.restoreReplication();
        }
    }
}
