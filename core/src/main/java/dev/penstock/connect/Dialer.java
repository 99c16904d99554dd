package dev.penstock.connect;

import dev.penstock.config.Endpoint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects to a host of several addresses as RFC 8305 ("Happy Eyeballs") says: the families take turns, the next address is
 * begun when the one before has failed or has not answered for a quarter of a second, and the first that stands is used. pgjdbc
 * tries the first address alone, so a host whose first address is dead would be lost. Its attempt's deadline closes the sockets. Thread-safe.
 */
final class Dialer {
    /** RFC 8305, section 5: "Connection Attempt Delay", 250 ms recommended. */
    static final long STAGGER_MILLIS = 250;

    private final Endpoint endpoint;
    private final NameResolver resolver;
    private final Duration limit;
    private final Executor threads;

    /** @param limit how long one address may take to accept the connection; zero leaves that to the attempt's deadline */
    Dialer(Endpoint endpoint, NameResolver resolver, Duration limit, Executor threads) {
        this.endpoint = endpoint;
        this.resolver = resolver;
        this.limit = limit;
        this.threads = threads;
    }

    private record Outcome(
            @Nullable Socket socket, @Nullable IOException failure) {}

    Socket dial(ConnectAttempt attempt) throws IOException {
        List<InetAddress> addresses = inTurns(resolver.resolve(endpoint.host()));
        if (addresses.size() == 1) {
            return connect(attempt, addresses.get(0));
        }
        return race(attempt, addresses);
    }

    private Socket connect(ConnectAttempt attempt, InetAddress address) throws IOException {
        Socket socket = attempt.newSocket();
        socket.connect(new InetSocketAddress(address, endpoint.port()), (int) limit.toMillis());
        return socket;
    }

    private Socket race(ConnectAttempt attempt, List<InetAddress> addresses) throws IOException {
        BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
        Race race = new Race();
        IOException failure = null;
        int failed = 0;
        int begun = 0;
        while (failed < addresses.size()) {
            if (begun < addresses.size()) {
                begin(attempt, addresses.get(begun), race, outcomes);
                begun++;
            }
            Outcome outcome = next(outcomes, begun < addresses.size());
            if (outcome != null && outcome.socket() != null) {
                return outcome.socket();
            }
            if (outcome != null && outcome.failure() != null) {
                failed++;
                failure = first(failure, outcome.failure());
            }
        }
        throw failure == null ? new IOException(endpoint.host() + " has no address") : failure;
    }

    private static IOException first(@Nullable IOException first, IOException another) {
        if (first == null) {
            return another;
        }
        first.addSuppressed(another);
        return first;
    }

    private void begin(ConnectAttempt attempt, InetAddress address, Race race, BlockingQueue<Outcome> outcomes) {
        try {
            threads.execute(() -> outcomes.add(run(attempt, address, race)));
        } catch (RejectedExecutionException e) {
            outcomes.add(new Outcome(null, new IOException("no thread left to connect to " + address, e)));
        }
    }

    private Outcome run(ConnectAttempt attempt, InetAddress address, Race race) {
        try {
            Socket socket = connect(attempt, address);
            if (race.isWonBy(socket)) {
                return new Outcome(socket, null);
            }
            socket.close();
            return new Outcome(null, new IOException("another address was sooner"));
        } catch (IOException e) {
            return new Outcome(null, e);
        }
    }

    private static @Nullable Outcome next(BlockingQueue<Outcome> outcomes, boolean moreToBegin) throws IOException {
        try {
            return moreToBegin ? outcomes.poll(STAGGER_MILLIS, TimeUnit.MILLISECONDS) : outcomes.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting");
        }
    }

    /** The families take turns, beginning with the one that the resolver puts first. */
    static List<InetAddress> inTurns(List<InetAddress> resolved) {
        List<InetAddress> one = new ArrayList<>();
        List<InetAddress> other = new ArrayList<>();
        for (InetAddress address : resolved) {
            boolean first = address instanceof Inet6Address == resolved.get(0) instanceof Inet6Address;
            (first ? one : other).add(address);
        }
        List<InetAddress> turns = new ArrayList<>();
        for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
            if (i < one.size()) {
                turns.add(one.get(i));
            }
            if (i < other.size()) {
                turns.add(other.get(i));
            }
        }
        return turns;
    }

    /** The first socket that stands is used; what stands later is closed. */
    private static final class Race {
        private boolean won;

        synchronized boolean isWonBy(Socket socket) {
            boolean first = !won && !socket.isClosed();
            won |= first;
            return first;
        }
    }
}
