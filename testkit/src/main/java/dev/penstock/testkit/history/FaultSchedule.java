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
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
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

    /** Which faults a schedule deals. */
    public enum Deck {
        /** Whatever may happen to servers, networks and replication, but {@link #STORMS}' ended sessions. */
        EVERYTHING(everything()),
        /**
         * Sessions ended again and again for as long as the fault lasts, servers and networks that fall silent, and primaries that are
         * killed or frozen and replaced.
         */
        STORMS(storms());

        private final List<Step> steps;

        Deck(List<Step> steps) {
            this.steps = steps;
        }
    }

    /**
     * What a schedule does, and where.
     *
     * @param delay of every byte in each direction, all the time; zero for delays at random, now and then
     * @param afterRound is called each time that everything is healed; the next fault waits for it
     */
    public record Setting(long seed, Deck deck, Duration delay, Runnable afterRound) {}

    /** A fault that is not healed yet. */
    private record Wound(Step step, NodeFault fault, long sinceNanos) {}

    /** What is a second and a half for a near server may be three logins for a far one. */
    private static final int UNTIL_GIVEN_UP_MILLIS = 8_000;

    /** Between two times that a repeated fault strikes, at most. */
    private static final int REPEAT_MILLIS = 300;

    private final PostgresCluster cluster;
    private final List<TcpProxy> proxies;
    private final History history;
    private final Consumer<String> log;
    private final Setting setting;
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
        this(table, proxies, history, log, new Setting(seed, Deck.EVERYTHING, Duration.ZERO, () -> {}));
    }

    /** The same under other circumstances. */
    public FaultSchedule(
            HistoryTable table, List<TcpProxy> proxies, History history, Consumer<String> log, Setting setting) {
        this.cluster = table.cluster();
        this.proxies = List.copyOf(proxies);
        this.history = history;
        this.log = log;
        this.setting = setting;
        this.random = new Random(setting.seed);
        this.course = new Course(table);
        if (cluster.nodes().size() < 3 || proxies.size() != cluster.nodes().size()) {
            throw new IllegalArgumentException("three nodes or more, and a proxy for each");
        }
    }

    private static List<Step> everything() {
        List<Step> all = new ArrayList<>();
        for (NodeFault.Manner manner : NodeFault.Manner.values()) {
            if (manner != NodeFault.Manner.SESSIONS_ENDED) {
                all.add(new Step(Target.REPLICA, manner));
            }
        }
        NodeFault.Manner.OUTAGES.forEach(manner -> all.add(new Step(Target.PRIMARY, manner)));
        NodeFault.Manner.TAKEOVERS.forEach(manner -> all.add(new Step(Target.TAKEOVER, manner)));
        return List.copyOf(all);
    }

    private static List<Step> storms() {
        return List.of(
                new Step(Target.PRIMARY, NodeFault.Manner.SESSIONS_ENDED),
                new Step(Target.REPLICA, NodeFault.Manner.SESSIONS_ENDED),
                new Step(Target.PRIMARY, NodeFault.Manner.FROZEN),
                new Step(Target.REPLICA, NodeFault.Manner.FROZEN),
                new Step(Target.PRIMARY, NodeFault.Manner.CLIENTS_CUT_OFF),
                new Step(Target.REPLICA, NodeFault.Manner.REPLIES_LOST),
                new Step(Target.TAKEOVER, NodeFault.Manner.KILLED),
                new Step(Target.TAKEOVER, NodeFault.Manner.FROZEN));
    }

    /**
     * Runs rounds of faults until that time is over. Then every node runs, follows the last primary and has all that it has.
     *
     * @throws PostgresClusterException when a server does not do what it is told
     */
    public void run(Duration length) throws SQLException {
        say("fault schedule: seed " + setting.seed + ", " + length.toSeconds() + " s");
        long end = history.nanos() + length.toNanos();
        while (history.nanos() < end) {
            strike(next());
            if (random.nextInt(3) == 0) {
                pass(0, 800);
                List<Step> possible =
                        setting.deck.steps.stream().filter(this::isPossible).toList();
                strike(possible.get(random.nextInt(possible.size())));
            }
            last(end);
            healAll();
            calm();
            setting.afterRound.run();
            pass(200, 1200);
        }
        say("fault schedule: all is healed");
    }

    /** Now and then, where logins take long, until a node is given up that does not answer. */
    private void last(long end) throws SQLException {
        boolean far = !setting.delay.isZero();
        if (far && random.nextInt(4) == 0 && end - history.nanos() > millis(UNTIL_GIVEN_UP_MILLIS)) {
            pass(UNTIL_GIVEN_UP_MILLIS - 2000, UNTIL_GIVEN_UP_MILLIS);
        } else {
            pass(300, 2500);
        }
    }

    /** What the servers hold now, and what happened to them. To be asked when no call is being made any more. */
    public Evidence evidence() throws SQLException {
        return course.evidence();
    }

    /** Each kind of fault once, in random order, before any comes again. */
    private Step next() {
        if (deck.isEmpty()) {
            deck.addAll(setting.deck.steps);
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
            restore(fault.proxy());
        }
        wounds.add(wound);
        if (step.target == Target.TAKEOVER) {
            pass(0, 800);
            promote(wound);
        }
    }

    /** So that more calls are on their way, COMMITs among them, when it happens. */
    private void slowDown(NodeFault fault) throws SQLException {
        if (setting.delay.isZero() && random.nextInt(4) > 0) {
            fault.proxy().delay(Duration.ofMillis(1 + random.nextInt(15)));
            pass(50, 300);
        }
    }

    /** A proxy that is healed delays nothing. */
    private void restore(TcpProxy proxy) {
        proxy.heal();
        proxy.delay(setting.delay);
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
        if (wound.fault.isOfTheNetwork()) {
            restore(wound.fault.proxy());
        }
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

    private void pass(int fromMillis, int untilMillis) throws SQLException {
        long end = history.nanos() + millis(fromMillis + random.nextInt(untilMillis - fromMillis));
        for (long left = end - history.nanos(); left > 0; left = end - history.nanos()) {
            LockSupport.parkNanos(Math.min(left, nextRepetition()));
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted while faults were to happen");
            }
            for (Wound wound : wounds) {
                if (wound.fault.isRepeated()) {
                    wound.fault.strike();
                }
            }
        }
    }

    private long nextRepetition() {
        boolean repeated = wounds.stream().anyMatch(wound -> wound.fault.isRepeated());
        return repeated ? millis(1 + ThreadLocalRandom.current().nextInt(REPEAT_MILLIS)) : Long.MAX_VALUE;
    }

    private static long millis(int millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void say(String step) {
        log.accept(String.format(Locale.ROOT, "%8.3f s  %s", history.nanos() / 1e9, step));
    }
}
