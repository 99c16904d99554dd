package dev.penstock.observe;

/**
 * Hears what happens while a database is open. Every method does nothing by default. Calls come from Penstock's own
 * threads, one at a time for node events, and must return quickly; what they throw is logged and goes no further.
 */
public interface DatabaseListener {
    /** A node's state or role changed; {@code after} is what is believed now. */
    default void nodeChanged(NodeStatus before, NodeStatus after) {}

    /** Writes go to {@code node} from now on. */
    default void primaryElected(String node, int timeline) {}

    /** No node can be written from now on; the last primary was {@code node}. */
    default void primaryLost(String node) {}

    /** A node is kept away from, and why: an older timeline, a second primary, or another cluster. */
    default void nodeFenced(String node, String reason) {}

    /** A server refused the password of {@code role}; it is not asked again with the same one for a while. */
    default void loginRefused(String node, String role) {}

    /** A server took another password of {@code role} than before: a rotation reached this process. */
    default void passwordRotated(String role) {}

    /** The pools do not go together with what a server admits, or with what was declared; told once each. */
    default void sizingWarned(String warning) {}

    /** A read failed on {@code node} without harm and runs again elsewhere. */
    default void readRetried(String node, String sqlState) {}
}
