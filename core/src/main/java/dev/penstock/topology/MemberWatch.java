package dev.penstock.topology;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Endpoint;
import dev.penstock.connect.Connector;
import dev.penstock.connect.Node;
import dev.penstock.tls.ServerText;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the nodes in step with what a discovery says: who is new joins at once; who is missing leaves late, because the usual
 * reason to be missing is a restart. One thread, and none when the nodes are the configured ones.
 *
 * <p>Hearsay never takes away what works: a node that serves stays until every member that is named serves too, and the
 * primary stays for as long as it is the primary.
 */
public final class MemberWatch implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(3);

    /** A node leaves when it was missing so many times in a row. */
    static final int MISSING = 3;

    /** Each costs a thread, a session and pools, and no cluster has that many; who says so is mistaken, or means harm. */
    public static final int MOST = 64;

    /** A warning names so many of those that are left out. */
    private static final int SHOWN = 50;

    /** Where the nodes are kept. Called by one thread at a time. */
    public interface Roster {
        List<Node> nodes();

        void join(Node node);

        /** @return whether it has left; the primary stays */
        boolean leave(Node node);

        /** A node under the next free name. */
        Node named(Endpoint endpoint, Optional<InetAddress> address);
    }

    private final @Nullable Discovery discovery;
    private final Set<Endpoint> configured;
    private final Roster roster;
    private final Duration every;
    private final Map<Node, Integer> missing = new HashMap<>();
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, MemberWatch::daemon, new ThreadPoolExecutor.DiscardPolicy());
    private boolean failing;
    private boolean crowded;

    MemberWatch(@Nullable Discovery discovery, Collection<Endpoint> configured, Roster roster, Duration every) {
        this.discovery = discovery;
        this.configured = Set.copyOf(configured);
        this.roster = roster;
        this.every = every;
    }

    /** The watch that {@code config} asks for, which looks {@code every} so often. */
    public static MemberWatch of(DatabaseConfig config, Connector connector, Roster roster, Duration every) {
        Discovery discovery = switch (config.topology().discovery()) {
            case STATIC -> null;
            case DNS -> new DnsDiscovery(config.endpoints(), connector::resolve);
            case PATRONI -> new PatroniDiscovery(config.topology().patroniUrls(), null);
        };
        return new MemberWatch(discovery, config.endpoints(), roster, every);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "penstock-discovery");
        thread.setDaemon(true);
        return thread;
    }

    /** Looks once, on the caller's thread, who waits for it at most {@code limit}. */
    public void lookOnce(Duration limit) {
        if (discovery != null) {
            look(discovery, limit);
        }
    }

    /** Looks at once and then again and again, on a thread of its own. */
    public void start() {
        if (discovery != null) {
            thread.scheduleWithFixedDelay(() -> look(discovery, LIMIT), 0, every.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void look(Discovery asked, Duration limit) {
        try {
            apply(asked.look(limit));
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                TopologyLog.LOG.warn(
                        "Nobody says who belongs to the cluster; the nodes stay as they are: {}", ServerText.of(e));
            }
            failing = true;
        } catch (RuntimeException | Error e) {
            // The executor would stop in silence; looking goes on.
            TopologyLog.LOG.warn("A look at who belongs to the cluster failed", e);
        }
    }

    /** Says in the log who is left out, because there are more than {@link #MOST}. */
    public static void warnOfLeftOut(List<String> names) {
        TopologyLog.LOG.warn(
                "No more than {} servers are used, the configured ones first; left out: {}", MOST, inShort(names));
    }

    static String inShort(List<String> names) {
        String shown = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return names.size() > SHOWN ? shown + " and " + (names.size() - SHOWN) + " more" : shown;
    }

    void apply(List<Member> members) {
        List<String> leftOut = new ArrayList<>();
        for (Member member : configuredFirst(members)) {
            Node node = known(member).orElse(null);
            if (node == null && roster.nodes().size() >= MOST) {
                leftOut.add(member.toString());
            } else if (node == null) {
                node = roster.named(member.endpoint(), member.address());
                TopologyLog.LOG.info("{} belongs to the cluster now", node);
                node.serveReads(member.servesReads());
                roster.join(node);
            } else {
                node.serveReads(member.servesReads());
            }
        }
        warnOf(leftOut);
        List<Node> named = members.stream().flatMap(one -> known(one).stream()).toList();
        boolean allServe = named.stream().allMatch(node -> node.state().serves());
        missing.keySet().removeAll(named);
        for (Node node : roster.nodes()) {
            if (!named.contains(node)) {
                missed(node, allServe);
            }
        }
    }

    private List<Member> configuredFirst(List<Member> members) {
        return members.stream()
                .sorted(Comparator.comparing((Member member) -> !configured.contains(member.endpoint())))
                .toList();
    }

    private void warnOf(List<String> leftOut) {
        if (!leftOut.isEmpty() && !crowded) {
            warnOfLeftOut(leftOut);
        }
        crowded = !leftOut.isEmpty();
    }

    private void missed(Node node, boolean allServe) {
        int times = missing.merge(node, 1, Integer::sum);
        boolean dispensable = allServe || !node.state().serves();
        if (times >= MISSING && dispensable && roster.leave(node)) {
            missing.remove(node);
            TopologyLog.LOG.info("{} no longer belongs to the cluster", node);
        }
    }

    private Optional<Node> known(Member member) {
        return roster.nodes().stream()
                .filter(node -> node.endpoint().equals(member.endpoint())
                        && node.address().equals(member.address()))
                .findFirst();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
