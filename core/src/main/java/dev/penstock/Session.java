package dev.penstock;

import dev.penstock.binding.SessionDefaults;
import dev.penstock.config.SessionToken;
import dev.penstock.routing.CausalSession;
import dev.penstock.routing.Router;
import java.sql.SQLException;
import java.util.Optional;

/**
 * A user's or a job's way through a database, whose reads see its own writes, on whatever node they run. Thread-safe; cheap, one for each
 * request; nothing to close.
 *
 * <p>A write closure brings back where its commit stands in the log, in the round trip of the commit. A read goes to a replica that has
 * replayed that far on the same timeline; is there none, it waits up to 50 ms for the most advanced one, and then goes to the primary.
 * Where the commits of a view stand is not known at once: reads go to the primary until the monitor has asked it after them, which takes
 * a second at most.
 *
 * <p>{@link #token} carries this to the next request or to a job in another process. After a failover a token of before proves nothing, since
 * its write may have been lost: the primary answers, and listeners hear of it.
 */
public final class Session extends RoutedAccess {
    private final CausalSession causal;
    private final SessionBinding binding;

    Session(Router router, SessionDefaults defaults, CausalSession causal, SessionBinding binding) {
        super(router, defaults, () -> causal);
        this.causal = causal;
        this.binding = binding;
    }

    /** Work that may throw what it likes. */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /** The same without a result. */
    @FunctionalInterface
    public interface Action<E extends Exception> {
        void run() throws E;
    }

    /**
     * Runs {@code action} with this session bound to the calling thread: everything that it does with the database itself on this thread, also
     * through a framework's singleton {@code dataSource()}, is work of this session. Sessions nest; the one before is bound again at
     * the end.
     */
    public <E extends Exception> void run(Action<E> action) throws E {
        call(() -> {
            action.run();
            return Boolean.TRUE;
        });
    }

    /** {@link #run} with a result. */
    public <T, E extends Exception> T call(Work<T, E> work) throws E {
        CausalSession before = binding.bind(causal);
        try {
            return work.run();
        } finally {
            binding.restore(before);
        }
    }

    /**
     * No read of this session sees less than one before it has seen, either. A read closure then takes a round trip more, which asks its
     * node how far it is; after a connection of a view was returned, reads go to the primary until the monitor has asked it.
     *
     * <p>What this cannot promise: with synchronous replication a replica may show a commit before the primary does, for as long as the primary
     * waits for its replicas; a read that moves from that replica to the primary may miss it. And reads on two nodes are no
     * common snapshot.
     *
     * @return this session
     */
    public Session monotonicReads() {
        causal.monotonicReads();
        return this;
    }

    /**
     * What a reader elsewhere needs to see what this session has committed so far; empty when that is nothing.
     *
     * @throws SQLException when the primary has to be asked, after writes through a view, and there is none; 0A000 for servers without
     *     comparable positions, such as Aurora
     */
    public Optional<SessionToken> token() throws SQLException {
        return causal.token();
    }

    /** From now on this session's reads see what {@code token} stands for as well. */
    public void advance(SessionToken token) {
        causal.advance(token);
    }
}
