package dev.penstock.observe;

import dev.penstock.tls.CertificateReport;

/**
 * Hears what happens while a database is open. Every method does nothing by default. Calls come from Penstock's own
 * threads, one at a time for node events and without a lock, and must return quickly; whatever they throw, an {@link Error} included, is logged and
 * goes no further.
 */
public interface DatabaseListener {
    /**
     * What is to hear of the connections of {@code node} for {@code purpose} ({@code read} or {@code write}), at once and on the threads that
     * work with them. Asked once for each, when this listener is added and when a node joins. Borrows read no clock for
     * {@link PoolListener#NONE}, the default.
     */
    default PoolListener poolListener(String node, String purpose) {
        return PoolListener.NONE;
    }

    /**
     * A caller got no connection. Unlike the other events this one comes at once, on the caller's thread; it must be as quick as a
     * {@link PoolListener}. Told only while a pool of the database has a listener.
     *
     * @param nanos since the call
     */
    default void borrowFailed(String purpose, BorrowFailure why, long nanos) {}

    /** The monitor of {@code node} has asked it, and had its answer, or had none, after {@code nanos}. */
    default void probed(String node, boolean answered, long nanos) {}

    /** A node joined the cluster; it is in the status from now on. Not told of those that are there already. */
    default void nodeJoined(String node) {}

    /** A node left the cluster; it is no longer in the status. */
    default void nodeLeft(String node) {}

    /** A node's state or role changed; {@code after} is what is believed now. */
    default void nodeChanged(NodeStatus before, NodeStatus after) {}

    /** Writes go to {@code node} from now on. */
    default void primaryElected(String node, int timeline) {}

    /** No node can be written from now on; the last primary was {@code node}. */
    default void primaryLost(String node) {}

    /** A node is kept away from, and why: an older timeline, a second primary, or another cluster. */
    default void nodeFenced(String node, String reason) {}

    /**
     * {@code node} is written to on a lower timeline than {@code lostTimeline}, which another node had written before and
     * took with it: what was acknowledged there is gone, and was lost by the failover itself. When both numbers are the same, {@code node} has
     * begun a timeline of that number by itself, because it never followed the other node.
     */
    default void historyLost(String node, int timeline, int lostTimeline) {}

    /**
     * A read was to see what a token stands for, and the cluster has another history than that: a failover came in between, or it is another
     * cluster's token. The primary answered, and nobody can say whether it has it. Told once for each history in a row.
     *
     * @param token what the token is of, in words
     */
    default void tokenUnproven(String token) {}

    /** A server refused the password of {@code role}; it is not asked again with the same one for a while. */
    default void loginRefused(String node, String role) {}

    /** A server took another password of {@code role} than before: a rotation reached this process. */
    default void passwordRotated(String role) {}

    /**
     * Three windows of ten seconds in a row, a node's waits or its load were far from what was planned; told once until they have
     * come back.
     *
     * @param drift what was predicted, what is measured, and what to do, in one sentence
     */
    default void sizingDrifted(String node, String drift) {}

    /** The pools do not go together with what a server admits, or with what was declared; told once each. */
    default void sizingWarned(String warning) {}

    /**
     * Changed certificates or keys were taken over: new connections use them, standing ones are replaced one by one.
     *
     * @param generation the number of the material, counted from 1
     */
    default void tlsReloaded(long generation) {}

    /**
     * Changed certificates or keys cannot be used, so that connections stay as they are; tried again by itself.
     *
     * @param code such as {@code CLIENT_KEY_MISMATCH}, listed in docs/errors.md
     * @param reason what is wrong with the files, or which node refuses connections made with them, and what to do
     */
    default void tlsReloadRefused(String code, String reason) {}

    /**
     * A certificate of ours or of a server ends soon, or has ended: told when a fifth of its life is left (21 days at most), a
     * twentieth (3 days at most), and nothing. Looked at every hour.
     */
    default void certificateExpiring(CertificateReport certificate) {}

    /** A write on {@code node} failed, was provably not executed, and runs again. */
    default void writeRetried(String node, String sqlState) {}

    /** A read failed on {@code node} without harm and runs again, on another node when there is one. */
    default void readRetried(String node, String sqlState) {}
}
