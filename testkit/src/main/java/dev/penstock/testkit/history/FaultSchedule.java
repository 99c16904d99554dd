package dev.penstock.testkit.history;

import dev.penstock.testkit.Followers;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresClusterException;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.TcpProxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Faults at random over a cluster of three or more nodes, the same ones for the same seed: servers killed, stopped, frozen, cut off
 * from their clients or from replication, replies lost, replay paused, and primaries replaced, whose former holder comes back as a second
 * primary for a while before it rejoins. One fault at a time, or two on different nodes. One node at least is always reachable, and
 * after each round everything is healed. Used by one thread.
 *
 * <p>The seed decides what happens to whom and the planned pauses; how long servers and their clients take is not repeated.
 */
public final class FaultSchedule {
    private enum Target {
        REPLICA,
        PRIMARY,
        TAKEOVER
    }

    private record Step(Target target, NodeFault.Manner manner) {}

    /** A fault that is not healed yet. */
    private record Wound(Step step, NodeFault fault, long sinceNanos) {}

    private static final List<Step> STEPS = steps();

    private final PostgresCluster cluster;
    private final List<TcpProxy> proxies;
    private final History history;
    private final long seed;
    private final Consumer<String> log;
    private final Random random;
    private final Course course;
    private final List<Step> deck = new ArrayList<>();
    private final List<Wound> wounds = new ArrayList<>();

    /**
     * @param proxies one in front of each node, in the nodes' order: what clients connect to
     * @param history its clock times the steps
     * @param log is given the seed and then each step with its time
     */
    public FaultSchedule(HistoryTable table, List<TcpProxy> proxies, History history, long seed, Consumer<String> log) {
        this.cluster = table.cluster();
        this.proxies = List.copyOf(proxies);
        this.history = history;
        this.seed = seed;
        this.log = log;
        this.random = new Random(seed);
        this.course = new Course(table);
        if (cluster.nodes().size() < 3 || proxies.size() != cluster.nodes().size()) {
            throw new IllegalArgumentException("three nodes or more, and a proxy for each");
        }
    }

    private static List<Step> steps() {
        List<Step> all = new ArrayList<>();
        for (NodeFault.Manner manner : NodeFault.Manner.values()) {
            all.add(new Step(Target.REPLICA, manner));
        }
        NodeFault.Manner.OUTAGES.forEach(manner -> all.add(new Step(Target.PRIMARY, manner)));
        NodeFault.Manner.TAKEOVERS.forEach(manner -> all.add(new Step(Target.TAKEOVER, manner)));
        return List.copyOf(all);
    }

    /**
     * Runs rounds of faults until that time is over. Then every node runs, follows the last primary and has all that it has.
     *
     * @throws PostgresClusterException when a server does not do what it is told
     */
    public void run(Duration length) throws SQLException {
        say("fault schedule: seed " + seed + ", " + length.toSeconds() + " s");
        long end = history.nanos() + length.toNanos();
        while (history.nanos() < end) {
            strike(next());
            if (random.nextInt(3) == 0) {
                pass(0, 800);
                List<Step> possible = STEPS.stream().filter(this::isPossible).toList();
                strike(possible.get(random.nextInt(possible.size())));
            }
            pass(300, 2500);
            healAll();
            calm();
            pass(200, 1200);
        }
        say("fault schedule: all is healed");
    }

    /** What the servers hold now, and what happened to them. To be asked when no call is being made any more. */
    public Evidence evidence() throws SQLException {
        return course.evidence();
    }

    /** Each kind of fault once, in random order, before any comes again. */
    private Step next() {
        if (deck.isEmpty()) {
            deck.addAll(STEPS);
            Collections.shuffle(deck, random);
        }
        return deck.remove(deck.size() - 1);
    }

    private boolean isPossible(Step step) {
        return switch (step.target) {
            case REPLICA -> !soundReplicas().isEmpty();
            case PRIMARY -> isSound(cluster.primary());
            case TAKEOVER ->
                isSound(cluster.primary())
                        && !soundReplicas().isEmpty()
                        && wounds.stream().noneMatch(wound -> wound.step.target == Target.TAKEOVER);
        };
    }

    private boolean isSound(PostgresNode node) {
        return wounds.stream().noneMatch(wound -> wound.fault.node().equals(node));
    }

    private List<PostgresNode> soundReplicas() {
        return cluster.replicas().stream().filter(this::isSound).toList();
    }

    private void strike(Step step) throws SQLException {
        PostgresNode node = step.target == Target.REPLICA ? anyOf(soundReplicas()) : cluster.primary();
        NodeFault fault =
                new NodeFault(step.manner, node, proxies.get(cluster.nodes().indexOf(node)));
        Wound wound = new Wound(step, fault, history.nanos());
        slowDown(fault);
        say(node.name() + " (" + step.target.name().toLowerCase(Locale.ROOT) + "): " + step.manner.words());
        fault.strike();
        if (!fault.isOfTheNetwork()) {
            fault.proxy().heal();
        }
        wounds.add(wound);
        if (step.target == Target.TAKEOVER) {
            pass(0, 800);
            promote(wound);
        }
    }

    /** So that more calls are on their way, COMMITs among them, when it happens. */
    private void slowDown(NodeFault fault) {
        if (random.nextInt(4) > 0) {
            fault.proxy().delay(Duration.ofMillis(1 + random.nextInt(15)));
            pass(50, 300);
        }
    }

    private void promote(Wound former) throws SQLException {
        PostgresNode next = mostAdvanced(soundReplicas());
        long begun = history.nanos();
        next.promote(Followers.STAY);
        course.succeeded(next, begun, history.nanos());
        course.nobodyReachedThePrimary(former.sinceNanos, history.nanos());
        say(next.name() + " is promoted");
        cluster.followPrimary();
    }

    /** What a cluster manager promotes, and what the others can follow. */
    private static PostgresNode mostAdvanced(List<PostgresNode> replicas) throws SQLException {
        PostgresNode best = replicas.get(0);
        for (PostgresNode other : replicas) {
            best = received(other) > received(best) ? other : best;
        }
        return best;
    }

    private static long received(PostgresNode replica) throws SQLException {
        return Long.parseLong(replica.execute("select pg_wal_lsn_diff(greatest(pg_last_wal_receive_lsn(),"
                        + " pg_last_wal_replay_lsn()), '0/0')")
                .get(0)
                .get(0));
    }

    /** A former primary last: it needs its successor to copy from. */
    private void healAll() throws SQLException {
        wounds.sort(Comparator.comparing(wound -> wound.step.target == Target.TAKEOVER));
        for (Wound wound : List.copyOf(wounds)) {
            heal(wound);
            wounds.remove(wound);
        }
    }

    private void heal(Wound wound) throws SQLException {
        PostgresNode node = wound.fault.node();
        wound.fault.heal();
        say(node.name() + " is healed");
        if (wound.step.target == Target.PRIMARY) {
            course.nobodyReachedThePrimary(wound.sinceNanos, history.nanos());
        }
        if (wound.step.target == Target.TAKEOVER) {
            pass(300, 5000);
            int lost = course.survey(node);
            say(node.name() + " rejoins; its successor lacks " + lost + " of its rows");
            node.rejoin();
        }
    }

    private void calm() {
        for (PostgresNode replica : cluster.replicas()) {
            try {
                replica.awaitReplay();
            } catch (PostgresClusterException e) {
                say(replica.name() + " does not follow and rejoins: "
                        + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
                replica.rejoin();
            }
        }
    }

    private PostgresNode anyOf(List<PostgresNode> nodes) {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private void pass(int fromMillis, int untilMillis) {
        long end = history.nanos()
                + Duration.ofMillis(fromMillis + random.nextInt(untilMillis - fromMillis))
                        .toNanos();
        for (long left = end - history.nanos(); left > 0; left = end - history.nanos()) {
            LockSupport.parkNanos(left);
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted while faults were to happen");
            }
        }
    }

    private void say(String step) {
        log.accept(String.format(Locale.ROOT, "%8.3f s  %s", history.nanos() / 1e9, step));
    }
}
