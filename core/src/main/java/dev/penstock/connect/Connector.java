package dev.penstock.connect;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.ErrorDetail;
import dev.penstock.config.Login;
import dev.penstock.observe.ConnectFailedException;
import dev.penstock.observe.DriverSettings;
import dev.penstock.secret.Credentials;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.TlsAttempt;
import dev.penstock.tls.TlsContext;
import dev.penstock.tls.TlsFacts;
import dev.penstock.tls.TlsFailure;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.postgresql.Driver;

/**
 * Opens physical connections, each within one deadline that covers the password, name resolution, TCP, TLS and
 * authentication. Thread-safe. Owns the threads on which the driver connects: a caller never waits on the driver, only
 * on its answer, and an attempt that missed its deadline is ended by closing its socket.
 */
public final class Connector implements AutoCloseable {
    /** TCP repeats a first packet that was lost after a second (RFC 6298, section 2.1). */
    private static final Duration SHORTEST_DIAL = Duration.ofMillis(1500);

    private final DatabaseConfig config;
    private final TlsContext tls;
    private final Authentication authentication;
    private final LoginListener logins;
    private final Set<Weakness> told = ConcurrentHashMap.newKeySet();
    private final DriverProperties properties;
    private final Driver driver = new Driver();
    private final NameResolver resolver;
    private final ExecutorService threads;
    private final Executor lookUps;

    public Connector(DatabaseConfig config, Identity identity, LoginListener logins) {
        this(config, identity, logins, NameResolver.SYSTEM);
    }

    Connector(DatabaseConfig config, Identity identity, LoginListener logins, NameResolver resolver) {
        this.config = config;
        this.resolver = resolver;
        this.tls = identity.tls();
        this.authentication = new Authentication(identity, logins);
        this.logins = logins;
        this.properties = new DriverProperties(config);
        // Each node has its share of them, and looking up names that belong to no node has one.
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), this::connectThread);
        this.lookUps = new ThreadShare(threads, ThreadShare.whole());
    }

    /** The logins that a server has let in with a password that is easily guessed. */
    public Map<Login, WeakPassword> weakPasswords() {
        return authentication.weakPasswords();
    }

    /** Calls {@code heard}, on a thread that logs in, when one of them comes or goes. */
    public void onWeighed(Runnable heard) {
        authentication.onWeighed(heard);
    }

    /** What pgjdbc will be told, without connecting to anything. */
    public static DriverSettings settings(DatabaseConfig config) {
        return new DriverProperties(config).describe();
    }

    private Thread connectThread(Runnable work) {
        Thread thread = new Thread(work, "penstock-connect");
        thread.setDaemon(true);
        // pgjdbc looks up the classes it is given by name in its own loader first, then in this one.
        thread.setContextClassLoader(Connector.class.getClassLoader());
        return thread;
    }

    /**
     * One connect.
     *
     * @param onClose run once when the connection has ended, in whatever way
     * @throws ConnectFailedException with a remedy, when the server refuses or does not answer within {@code whole}
     */
    public NodeConnection open(Node node, Purpose purpose, Duration whole, Consumer<NodeConnection> onClose)
            throws SQLException {
        return open(node, purpose, whole, onClose, Spare.NONE);
    }

    /**
     * The same, with a second attempt beside one that is slow.
     *
     * @param spare what the second attempt takes up until both have ended
     */
    public NodeConnection open(
            Node node, Purpose purpose, Duration whole, Consumer<NodeConnection> onClose, Spare spare)
            throws SQLException {
        Optional<Violation> refusal = config.refusal(node.endpoint());
        if (refusal.isPresent()) {
            throw Diagnosis.refusedByPolicy(node, config, refusal.get());
        }
        try {
            // The monitor never waits behind connects that hang: it is the one to find out that they will.
            return purpose == Purpose.MONITOR
                    ? openNow(node, purpose, whole, onClose, spare)
                    : openInTurn(node, purpose, whole, onClose, spare);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while connecting to " + node, "08001", e);
        }
    }

    private NodeConnection openInTurn(
            Node node, Purpose purpose, Duration whole, Consumer<NodeConnection> onClose, Spare spare)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + whole.toNanos();
        if (!node.enterConnect(whole)) {
            throw Diagnosis.tooManyConnects(node, whole);
        }
        try {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            return openNow(node, purpose, left, onClose, new SpareTurn(node, spare));
        } finally {
            node.leaveConnect();
        }
    }

    /** A second attempt is one of the few that a node is asked for at once. */
    private record SpareTurn(Node node, Spare room) implements Spare {
        @Override
        public boolean take() {
            if (!node.tryEnterConnect()) {
                return false;
            }
            boolean taken = room.take();
            if (!taken) {
                node.leaveConnect();
            }
            return taken;
        }

        @Override
        public void giveBack() {
            room.giveBack();
            node.leaveConnect();
        }
    }

    private NodeConnection openNow(
            Node node, Purpose purpose, Duration whole, Consumer<NodeConnection> onClose, Spare spare)
            throws SQLException, InterruptedException {
        long begun = System.nanoTime();
        // The monitor is the one to find out that a node is back; its own attempts outlive the verdict.
        try (ConnectRace race = new ConnectRace(
                node,
                () -> new ConnectAttempt(node.epoch(), dialer(node, purpose)),
                attempt -> connect(node, purpose, whole, attempt),
                shareOf(node),
                purpose == Purpose.MONITOR)) {
            ConnectRace.Stood stood = ran(race, node, purpose, whole, spare);
            node.learnLogin(System.nanoTime() - begun);
            return new NodeConnection(
                    stood.connection(), stood.attempt(), node, SessionRules.of(config, purpose), onClose);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof RejectedExecutionException) {
                throw rejected(node, cause);
            }
            throw Diagnosis.of(node, config, purpose.login(config, node.endpoint()), cause);
        }
    }

    /** Asks what the attempts wait for before they are ended. */
    private ConnectRace.Stood ran(ConnectRace race, Node node, Purpose purpose, Duration whole, Spare spare)
            throws SQLException, InterruptedException, ExecutionException {
        try {
            return race.run(whole, spare);
        } catch (TimeoutException e) {
            throw race.asksForPassword()
                    ? Diagnosis.passwordNotGiven(node, purpose.login(config, node.endpoint()), whole)
                    : Diagnosis.connectTimedOut(node, whole);
        }
    }

    private ThreadShare shareOf(Node node) {
        return new ThreadShare(threads, node.connectThreads());
    }

    private SQLException rejected(Node node, Throwable cause) {
        return threads.isShutdown()
                ? new SQLException("The database is closed", "08003", cause)
                : Diagnosis.noThreadLeft(node, cause);
    }

    private Dialer dialer(Node node, Purpose purpose) {
        Duration limit = purpose == Purpose.MONITOR ? monitorsDial(node) : Duration.ZERO;
        return new Dialer(node.endpoint(), resolverOf(node), limit, shareOf(node));
    }

    /**
     * The monitor's attempt may last as long as any connect, for a server that is slow to let it in. An address that does not even take the
     * TCP connection may be one that the name has left meanwhile, so that the monitor resolves the name again and dials anew.
     *
     * @return zero for no limit, before the first login
     */
    private static Duration monitorsDial(Node node) {
        Duration login = node.loginTime();
        return login.isZero() || login.compareTo(SHORTEST_DIAL) > 0 ? login : SHORTEST_DIAL;
    }

    /**
     * What is known of a node whose connect goes on, for somebody who does not wait for its end.
     *
     * @param waited how long so far
     * @param whole how long it may take
     */
    public static SQLException stillConnecting(Node node, Duration waited, Duration whole) {
        return Diagnosis.stillConnecting(node, waited, whole);
    }

    /** A node that was found at an address stays there; its name is what its certificate must show. */
    private NameResolver resolverOf(Node node) {
        NameResolver names = node.address()
                .<NameResolver>map(address -> host -> List.of(address))
                .orElse(resolver);
        return host -> {
            List<InetAddress> addresses = names.resolve(host);
            for (InetAddress address : addresses) {
                Optional<Violation> refusal = config.refusal(node.endpoint(), address);
                if (refusal.isPresent()) {
                    throw new AddressRefusedException(address, refusal.get());
                }
            }
            return addresses;
        };
    }

    /** The name of the node leads to an address that the environment mode forbids to dial. */
    static final class AddressRefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient Violation refusal;

        AddressRefusedException(InetAddress address, Violation refusal) {
            super("the name leads to " + address.getHostAddress() + ": " + refusal.message());
            this.refusal = refusal;
        }

        Violation refusal() {
            return refusal;
        }
    }

    /**
     * Every address that the node's name has now.
     *
     * @return empty when it cannot be resolved within {@code limit}
     */
    public Set<InetAddress> addresses(Node node, Duration limit) {
        if (node.address().isPresent()) {
            return Set.of(node.address().get());
        }
        try {
            return Set.copyOf(resolve(node.endpoint().host(), limit, shareOf(node)));
        } catch (IOException e) {
            ConnectLog.LOG.debug("The name of {} could not be resolved; its addresses stay as they were", node, e);
            return Set.of();
        }
    }

    /** Every address that a name has now. */
    public List<InetAddress> resolve(String host, Duration limit) throws IOException {
        return resolve(host, limit, lookUps);
    }

    private List<InetAddress> resolve(String host, Duration limit, Executor share) throws IOException {
        FutureTask<List<InetAddress>> answer = new FutureTask<>(() -> resolver.resolve(host));
        try {
            share.execute(answer);
            return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException unknown
                    ? unknown
                    : new IOException("'" + host + "' cannot be resolved", e.getCause());
        } catch (TimeoutException | RejectedExecutionException e) {
            throw new IOException("'" + host + "' could not be resolved within " + limit.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while resolving '" + host + "'");
        }
    }

    /** On one of our threads. A connection that comes too late is closed here: nobody else knows of it. */
    private Connection connect(Node node, Purpose purpose, Duration whole, ConnectAttempt attempt) throws SQLException {
        attempt.enter();
        try {
            Login login = purpose.login(config, node.endpoint());
            Connection connection = authentication.to(node, login, credentials -> {
                attempt.asksNoMore();
                try {
                    Properties p = properties.forPurpose(purpose, whole);
                    fill(p, orOf(login, credentials));
                    return dial(node, login, p, attempt);
                } finally {
                    attempt.asks();
                }
            });
            if (attempt.isAbandoned()) {
                connection.close();
                throw new SQLException("the connect deadline is over", "08001");
            }
            return connection;
        } finally {
            attempt.leave();
        }
    }

    private Connection shakeHands(Node node, TlsAttempt handshake, Properties p, Set<AuthMethod> allowed)
            throws SQLException {
        String url = properties.jdbcUrl(node.endpoint());
        try {
            Connection connection = driver.connect(url, p);
            if (connection == null) {
                throw new SQLException("pgjdbc did not accept " + url, "08001");
            }
            if (isRefused(handshake, allowed)) {
                // The driver has let it pass.
                connection.close();
                throw Diagnosis.methodRefused(node, handshake.asked().orElseThrow(), allowed, null);
            }
            return connection;
        } catch (ConnectFailedException e) {
            throw e;
        } catch (SQLException raw) {
            SQLException e = FirstAnswer.printable(raw, config.errorDetail() == ErrorDetail.FULL);
            if (isRefused(handshake, allowed)) {
                throw Diagnosis.methodRefused(node, handshake.asked().orElseThrow(), allowed, e);
            }
            // The attempt knows more than the exception: what was asked for, and whether TLS was begun.
            Optional<TlsFailure> failure = handshake.failure(e);
            throw failure.isPresent() && ErrorClass.of(e).isFinal()
                    ? failure.get().toException(e)
                    : e;
        }
    }

    /** What was written is warned about when the configuration is opened. */
    private void warnOf(Node node, Login login, AuthMethod method) {
        boolean isDefault = config.requireAuth().isEmpty();
        if (isDefault && config.isWeak(method, login) && told.add(new Weakness(login.user(), method))) {
            logins.weak(node, login.user(), method);
        }
    }

    private record Weakness(String role, AuthMethod method) {}

    /**
     * The driver refuses it with one error of many, in the language of the JVM, and tells of the first of two tries; what the server asked for
     * says it in all.
     */
    private static boolean isRefused(TlsAttempt handshake, Set<AuthMethod> allowed) {
        return handshake.asked().filter(method -> !allowed.contains(method)).isPresent();
    }

    /** A provider may give the role as well as its password; else it is the configured one. */
    private static Credentials orOf(Login login, Credentials credentials) {
        return credentials.user() == null ? new Credentials(login.user(), credentials.password()) : credentials;
    }

    private static void fill(Properties p, Credentials credentials) {
        p.setProperty("user", String.valueOf(credentials.user()));
        p.setProperty("password", credentials.password().reveal());
    }

    private Connection dial(Node node, Login login, Properties p, ConnectAttempt attempt) throws SQLException {
        long generation = tls.generation();
        Set<AuthMethod> allowed = config.requireAuth(node.endpoint(), login);
        p.setProperty("requireAuth", AuthMethod.list(allowed));
        try (TlsAttempt handshake = tls.attempt(node.endpoint().host())) {
            attempt.dialsWith(handshake::newSocket);
            Properties all = new Properties();
            all.putAll(handshake.driverProperties());
            // The sockets are those of the attempt.
            all.putAll(p);
            Connection connection = shakeHands(node, handshake, all, allowed);
            Optional<TlsFailure> failure = handshake.proof();
            if (failure.isPresent()) {
                connection.close();
                throw Diagnosis.of(node, failure.get());
            }
            handshake.asked().ifPresent(method -> warnOf(node, login, method));
            Optional<TlsFacts> facts = handshake.facts();
            attempt.showed(new Handshake(facts.isPresent() ? handshake.generation() : generation, facts));
            return connection;
        }
    }

    /** Ends the idle threads; attempts still running end with their sockets. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
