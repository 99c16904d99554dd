package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.penstock.secret.FileWatcher;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The running side of a {@link TlsConfig}: material loaded and checked, kept fresh, and reachable for pgjdbc through
 * {@link #driverProperties()}. One per database; nothing of it is global to the JVM, so two contexts with different trust live side by side.
 *
 * <p>With plain JDBC or any pool: put {@link #driverProperties()} beside {@code user} and {@code password}, keep the context open as long as
 * connections are made, close it after the pool.
 *
 * <p>When a file changes, everything is read and checked anew; only material that is whole is published, else the last good stays. New
 * connections use what is published, standing ones are not touched ({@link TlsListener} tells when to replace them).
 *
 * <p>Thread-safe. One immutable generation behind one volatile field; {@code reloadLock} only keeps two reloads from overtaking one another,
 * and no connection waits for it but where properties alone say everything ({@link TlsSocketFactory}). Listeners are called in the order of the reloads, one at a time, without the lock.
 */
public final class TlsContext implements AutoCloseable {
    private static final String URL_PREFIX = "jdbc:postgresql:";
    private static final System.Logger LOGGER = System.getLogger(TlsContext.class.getName());

    private final TlsConfig config;
    private final TlsPolicy policy;
    private final List<String> hosts;
    private final String key;
    private final List<TlsListener> listeners = new CopyOnWriteArrayList<>();
    private final Object reloadLock = new Object();
    private final Queue<Consumer<TlsListener>> untold = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean telling = new AtomicBoolean();
    private volatile Generation current;
    private volatile @Nullable TlsMaterialException lastFailure;
    private volatile boolean closed;
    private volatile List<AutoCloseable> watching = List.of();

    private TlsContext(TlsConfig config, TlsPolicy policy, Collection<String> hosts, Generation first) {
        this.config = config;
        this.policy = policy;
        this.hosts = List.copyOf(hosts);
        this.current = first;
        this.key = TlsRegistry.add(new OfContext());
    }

    /**
     * Reads and checks everything the configuration names, and watches the files with a watcher of its own (one daemon thread; none when there
     * are no files). The policy of this machine ({@link TlsPolicy#read}) holds, for any host, as nobody has said yet which one will be dialled.
     *
     * @throws InvalidConfigException if the configuration is weaker than the policy, or a file of the policy is wrong
     * @throws TlsMaterialException if a file is missing, unreadable, of another format or expired, or key and certificate do not match
     */
    public static TlsContext open(TlsConfig config) {
        return open(config, ofThisMachine(), List.of());
    }

    /**
     * As {@link #open(TlsConfig)}, for these hosts: a policy exempts those on this machine.
     *
     * @param policy as it was read with the files that are added to those of the machine
     * @param hosts as they will be dialled; an attempt at another one is judged by itself
     * @throws InvalidConfigException as above
     * @throws TlsMaterialException as above
     */
    public static TlsContext open(TlsConfig config, TlsPolicy policy, Collection<String> hosts) {
        TlsConfig judged = policy.apply(config, hosts);
        if (judged.files().isEmpty()) {
            return new TlsContext(judged, policy, hosts, Generation.load(judged, 1));
        }
        FileWatcher own = FileWatcher.start(judged.reloadInterval());
        try {
            TlsContext context = open(judged, policy, hosts, own);
            context.watching = List.of(own);
            return context;
        } catch (RuntimeException failed) {
            own.close();
            throw failed;
        }
    }

    /**
     * As {@link #open(TlsConfig)}, with a watcher that is shared and stays open; its poll interval counts.
     *
     * @throws InvalidConfigException as above
     * @throws TlsMaterialException as above
     */
    public static TlsContext open(TlsConfig config, FileWatcher watcher) {
        return open(config, ofThisMachine(), List.of(), watcher);
    }

    /**
     * As {@link #open(TlsConfig, TlsPolicy, Collection)}, with a watcher that is shared and stays open.
     *
     * @throws InvalidConfigException as above
     * @throws TlsMaterialException as above
     */
    public static TlsContext open(TlsConfig config, TlsPolicy policy, Collection<String> hosts, FileWatcher watcher) {
        TlsConfig judged = policy.apply(config, hosts);
        TlsContext context = new TlsContext(judged, policy, hosts, Generation.load(judged, 1));
        FileWatcher.Watch watch = watcher.watch(judged.files(), context::reload);
        context.watching = List.of(watch);
        // Catches what changed between the first read and the watch.
        context.reloadIfChanged();
        return context;
    }

    /**
     * As {@link #open(TlsConfig)}, for properties that nobody owns: no thread is left. {@link #reloadIfChanged()} takes the place of the watching, and
     * the log that of a listener.
     */
    static TlsContext openUnwatched(TlsConfig config) {
        TlsContext context = open(config);
        context.watchNoMore();
        context.addListener(new TlsListener() {
            @Override
            public void reloadFailed(TlsMaterialException failure) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "the changed TLS files cannot be used, the last good ones hold: {0}",
                        failure.getMessage());
            }
        });
        return context;
    }

    /** Whoever reads a policy by himself has its warnings. */
    private static TlsPolicy ofThisMachine() {
        TlsPolicy policy = TlsPolicy.read();
        policy.warnings().forEach(warning -> LOGGER.log(System.Logger.Level.WARNING, warning.toString()));
        return policy;
    }

    /** What was asked for, completed by what the policy gives. */
    public TlsConfig config() {
        return config;
    }

    /** What new connections use now. */
    public TlsMaterial material() {
        return current.material();
    }

    /** The number of {@link #material()}, counted from 1; grows with each reload that was published. */
    public long generation() {
        return current.number();
    }

    /** Why the files as they are now cannot be used; empty when the last reload was published. */
    public Optional<TlsMaterialException> reloadFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** Tells this listener of every reload from now on. */
    public void addListener(TlsListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Reads everything again now; the watcher does this by itself when a file changed.
     *
     * @return whether the new material was published; if not, {@link #reloadFailure()} says why
     */
    public boolean reload() {
        boolean published;
        synchronized (reloadLock) {
            published = !closed && loadAgain();
        }
        tell();
        return published;
    }

    private boolean loadAgain() {
        try {
            Generation next = Generation.load(config, current.number() + 1);
            current = next;
            lastFailure = null;
            untold.add(listener -> listener.reloaded(next.material(), next.number()));
            return true;
        } catch (TlsMaterialException failed) {
            lastFailure = failed;
            untold.add(listener -> listener.reloadFailed(failed));
            return false;
        }
    }

    /** Whoever finds another thread telling leaves its news to that one. */
    private void tell() {
        while (!untold.isEmpty() && telling.compareAndSet(false, true)) {
            try {
                for (Consumer<TlsListener> news = untold.poll(); news != null; news = untold.poll()) {
                    tell(news);
                }
            } finally {
                telling.set(false);
            }
        }
    }

    private void tell(Consumer<TlsListener> news) {
        for (TlsListener listener : listeners) {
            try {
                news.accept(listener);
            } catch (Throwable thrown) {
                LOGGER.log(System.Logger.Level.WARNING, "a listener of the TLS files failed", thrown);
            }
        }
    }

    /** Looks at the files, and reads them when they are not those that were read last. */
    void reloadIfChanged() {
        if (!current.stamp().equals(MaterialFiles.of(config).stamp())) {
            reload();
        }
    }

    /**
     * The pgjdbc properties that make a connection follow this context: for a pool's or data source's properties, beside {@code user} and
     * {@code password}. They name no file and hold no secret; the same ones lead to renewed material later. In pgjdbc a parameter of the JDBC URL
     * wins over a property: one that contradicts these ends the connection ({@link TlsReason#TLS_OVERRIDDEN}). The map is the caller's.
     */
    public Map<String, String> driverProperties() {
        return driverProperties(key);
    }

    /**
     * This URL with {@link #driverProperties()} as its parameters, for whoever takes a URL and nothing else. It holds a key that means something in
     * this process alone, so it is made at each start.
     *
     * @param url {@code jdbc:postgresql://host:port/database}, with any other parameters
     * @throws IllegalArgumentException if it is no such URL, or has one of these parameters with another value; the message does not show it
     */
    public String jdbcUrl(String url) {
        if (!url.startsWith(URL_PREFIX)) {
            throw new IllegalArgumentException(
                    "the URL is no JDBC URL of PostgreSQL: write jdbc:postgresql://host:port/database");
        }
        int question = url.indexOf('?');
        Map<String, String> ours = driverProperties();
        Map<String, String> missing = driverProperties();
        if (question >= 0) {
            for (String parameter : url.substring(question + 1).split("&")) {
                String[] parts = parameter.split("=", 2);
                String same = ours.get(parts[0]);
                if (same != null && !(parts.length == 2 && same.equals(parts[1]))) {
                    throw new IllegalArgumentException(
                            "the URL sets " + parts[0] + ", which the TlsConfig says: take it out of the URL");
                }
                missing.remove(parts[0]);
            }
        }
        return missing.isEmpty() ? url : url + (question < 0 ? "?" : "&") + parameters(missing);
    }

    private static String parameters(Map<String, String> properties) {
        return properties.entrySet().stream()
                .map(property -> property.getKey() + "=" + URLEncoder.encode(property.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }

    /**
     * One physical connect to this host: use its properties for it, read its facts, close it when the connection stands or failed.
     *
     * @param host as configured; the name that {@code verify-full} looks for unless {@code verify_name} is set
     * @throws InvalidConfigException if the context was opened for hosts that the policy exempts, this is none of them, and it demands more
     */
    public TlsAttempt attempt(String host) {
        // Whom the policy binds already has satisfied it.
        if (!policy.isEmpty() && !policy.holdsFor(hosts)) {
            List<Violation> breaches = policy.breaches(config, host);
            if (!breaches.isEmpty()) {
                throw new InvalidConfigException(breaches);
            }
        }
        return new TlsAttempt(this, host);
    }

    /** Ends the way from the driver to this context, and the watching; standing connections stay, new ones fail. Idempotent. */
    @Override
    public void close() {
        closed = true;
        TlsRegistry.remove(key);
        watchNoMore();
    }

    private void watchNoMore() {
        for (AutoCloseable watch : watching) {
            closeQuietly(watch);
        }
        watching = List.of();
    }

    private static void closeQuietly(AutoCloseable watch) {
        try {
            watch.close();
        } catch (Exception impossible) {
            throw new IllegalStateException("a watch closes without failing", impossible);
        }
    }

    /** @throws UnusableContextException after {@link #close()} */
    Generation current() {
        if (closed) {
            throw UnusableContextException.closed();
        }
        return current;
    }

    /** What leads to this context. */
    String key() {
        return key;
    }

    Map<String, String> driverProperties(String registryKey) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("sslmode", config.mode().libpqName());
        Set<AuthMethod> accepted = policy.holdsFor(hosts) ? policy.requireAuth() : Set.of();
        if (!accepted.isEmpty()) {
            properties.put("requireAuth", AuthMethod.list(accepted));
        }
        if (config.mode() == SslMode.DISABLE) {
            return properties;
        }
        properties.put("socketFactory", TlsRequestSocket.Factory.class.getName());
        properties.put("sslfactory", TlsSocketFactory.class.getName());
        properties.put("sslhostnameverifier", TlsHostnameVerifier.class.getName());
        properties.put("channelBinding", config.channelBinding().libpqName());
        properties.put("sslNegotiation", config.negotiation().libpqName());
        // GSS encryption would take the place of TLS and leave nothing to verify.
        properties.put("gssEncMode", "disable");
        properties.put(TlsRegistry.PROPERTY, registryKey);
        return properties;
    }

    /** One state of the files: what was read, and what connections are made with. */
    record Generation(long number, TlsMaterial material, TlsSockets sockets, List<String> stamp) {
        static Generation load(TlsConfig config, long number) {
            List<String> stamp = MaterialFiles.of(config).stamp();
            TlsMaterial material = TlsMaterial.load(config);
            return new Generation(number, material, new TlsSockets(config, material.toSslContext()), stamp);
        }
    }

    /** The endpoint of connections made without an attempt: the driver's host is the host to verify. */
    private final class OfContext implements TlsEndpoint {
        @Override
        public SSLSocket layer(Socket plain, String host, int port, boolean autoClose) throws IOException {
            return current().sockets().layer(plain, host, port, autoClose);
        }

        @Override
        public boolean verifies(String host, SSLSession session) {
            return current().sockets().verifies(host, session);
        }

        @Override
        public Map<String, String> driverProperties() {
            return TlsContext.this.driverProperties();
        }
    }
}
