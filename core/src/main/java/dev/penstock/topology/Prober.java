package dev.penstock.topology;

import dev.penstock.connect.Node;
import dev.penstock.observe.ServerSessions;
import java.net.InetAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;

/** How a monitor reaches its node: {@link SqlProber} in production, scripted nodes in tests. Thread-safe. */
interface Prober {
    /** A session to ask on, once it is prepared; opened within {@code limit}. Interrupting the calling thread ends the attempt. */
    Session open(Node node, Duration limit) throws SQLException;

    /**
     * Where the node's name points to now, within {@code limit}.
     *
     * @return empty when the name cannot be resolved, or when there is nothing to resolve
     */
    Set<InetAddress> addresses(Node node, Duration limit);

    /** What was learned of the servers once is asked again: they are others now. */
    default void forget() {}

    /** One standing session; asked by one thread, ended by any. */
    interface Session extends AutoCloseable {
        /** Asks what must be known before the first question, within {@code limit}; called once, before anything else. */
        default void prepare(Duration limit) throws SQLException {}

        /** Asks and waits for the answer, at most {@code limit}. */
        ProbeAnswer ask(Duration limit) throws SQLException;

        /**
         * Asks a server that is in recovery to answer as soon as it no longer is, or after {@code wait} at the latest. The
         * waiting is done by the server, so that a promotion is heard of within milliseconds at the cost of few questions.
         */
        ProbeAnswer askOncePromoted(Duration wait, Duration limit) throws SQLException;

        /** Everybody's sessions on the server, within {@code limit}; what cannot be seen, or is not answered, is left out. */
        default ServerSessions sessions(Duration limit) {
            return ServerSessions.UNSEEN;
        }

        /** Asks again what roles log in there, if that was long ago or on another session, within {@code limit}, and tells the node. */
        default void lookAtFacts(Duration limit) {}

        /** Looks again which of the configured schemas the server passes over, within {@code limit}, and tells the node. */
        default void lookAtSchemas(Duration limit) {}

        /** Whether it is not to be used any more, because its material was replaced, or sessions begin otherwise by now. */
        boolean isRetired();

        /** The address it stands to; null when unknown. */
        @org.jspecify.annotations.Nullable
        InetAddress address();

        /** Ends it without a word to the server, also while it is being asked. */
        @Override
        void close();
    }
}
