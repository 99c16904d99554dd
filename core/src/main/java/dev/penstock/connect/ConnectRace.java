package dev.penstock.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The attempts at one connection: a first, and a second beside it when the first has not been answered for a second, because a
 * packet, a proxy or a server process that is lost would hold up everybody who waits for the pool until the connect deadline.
 * Whichever is answered first decides, and the other is abandoned. Used once, by one thread.
 */
final class ConnectRace implements AutoCloseable {
    /** By then TCP has repeated a lost first packet (RFC 6298, section 2.1: after a second), and more than a packet is lost. */
    static final Duration ALONE = Duration.ofMillis(1200);

    private final Supplier<ConnectAttempt> attempt;
    private final Connecting connecting;
    private final Executor threads;
    private final List<ConnectAttempt> begun = new ArrayList<>(2);
    private final Node node;
    private final boolean outlivesVerdict;
    private @Nullable ConnectAttempt winner;

    /** Connects on the thread that it is called on. */
    @FunctionalInterface
    interface Connecting {
        Connection with(ConnectAttempt attempt) throws SQLException;
    }

    /** The connection that stood first. */
    record Stood(Connection connection, ConnectAttempt attempt) {}

    /**
     * @param attempt a new one for each
     * @param outlivesVerdict whether the attempts go on when the node is given up
     */
    ConnectRace(
            Node node,
            Supplier<ConnectAttempt> attempt,
            Connecting connecting,
            Executor threads,
            boolean outlivesVerdict) {
        this.node = node;
        this.attempt = attempt;
        this.connecting = connecting;
        this.threads = threads;
        this.outlivesVerdict = outlivesVerdict;
    }

    /**
     * Waits for the first answer, at most {@code whole}.
     *
     * @param spare what a second attempt needs; given back once both have ended
     */
    Stood run(Duration whole, Spare spare) throws InterruptedException, ExecutionException, TimeoutException {
        long deadline = System.nanoTime() + whole.toNanos();
        CompletableFuture<Stood> first = begin();
        try {
            long alone = Math.min(ALONE.toNanos(), whole.toNanos());
            return won(first.get(Math.max(1, alone), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            if (whole.compareTo(ALONE) <= 0) {
                throw e;
            }
            ConnectLog.LOG.debug("A connect to {} has not been answered for {}", node, ALONE);
        }
        CompletableFuture<?> either = spare.take() ? CompletableFuture.anyOf(first, beside(first, spare)) : first;
        long left = Math.max(1, deadline - System.nanoTime());
        return won((Stood) either.get(left, TimeUnit.NANOSECONDS));
    }

    private CompletableFuture<Stood> beside(CompletableFuture<Stood> first, Spare spare) {
        CompletableFuture<Stood> second = new CompletableFuture<>();
        CompletableFuture.allOf(first, second).whenComplete((both, error) -> spare.giveBack());
        begin(second);
        return second;
    }

    private CompletableFuture<Stood> begin() {
        CompletableFuture<Stood> answer = new CompletableFuture<>();
        begin(answer);
        return answer;
    }

    private void begin(CompletableFuture<Stood> answer) {
        ConnectAttempt one = attempt.get();
        begun.add(one);
        if (!outlivesVerdict) {
            node.began(one);
        }
        try {
            threads.execute(() -> answer(one, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(e);
        }
    }

    /** Whatever it was, a checked exception that nobody declared included: nobody waits for ever. */
    private void answer(ConnectAttempt one, CompletableFuture<Stood> answer) {
        try {
            answer.complete(new Stood(connecting.with(one), one));
        } catch (Throwable e) {
            answer.completeExceptionally(e);
        }
    }

    private Stood won(Stood stood) {
        winner = stood.attempt();
        return stood;
    }

    /** Tells whether every attempt still waits for the password, and none has begun to dial. */
    boolean asksForPassword() {
        return begun.stream().allMatch(ConnectAttempt::isAsking);
    }

    /** Abandons every attempt but the one that was first. */
    @Override
    public void close() {
        for (ConnectAttempt one : begun) {
            node.ended(one);
            if (one != winner) {
                one.abandon();
            }
        }
    }
}
