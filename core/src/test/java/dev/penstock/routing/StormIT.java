package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Clients;
import dev.penstock.Database;
import dev.penstock.NodesInService;
import dev.penstock.RecordedLoad;
import dev.penstock.StallMeter;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.WriteOptions;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.testkit.TcpProxy;
import dev.penstock.testkit.history.Evidence;
import dev.penstock.testkit.history.FaultSchedule;
import dev.penstock.testkit.history.History;
import dev.penstock.testkit.history.HistoryChecker;
import dev.penstock.testkit.history.HistoryTable;
import dev.penstock.testkit.history.Operation;
import dev.penstock.testkit.history.Rule;
import dev.penstock.testkit.history.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Storms of ended sessions, silence and failovers at servers so far away that a login takes two seconds: what callers are told of
 * their writes, when their calls end, and when a server that answers is back in service. 30 seconds of faults by default;
 * {@code -Psoak} runs ten minutes, {@code -Dpenstock.storm.seed} the faults of an earlier run.
 */
@Tag("soak")
class StormIT {
    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("penstock.storm.seconds", 30));
    private static final long SEED = Long.getLong("penstock.storm.seed", System.nanoTime());
    private static final int KEYS = 12;

    /** A round trip takes twice as long, and a login over TLS eight to ten round trips. */
    private static final Duration EACH_WAY = Duration.ofMillis(100);

    /** Two or three logins. */
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private static final Duration POOL_TIMEOUT = Duration.ofSeconds(5);

    /** After a pause between two probes a node that does not answer is given up, and its connections are broken. */
    private static final Duration GIVEN_UP = CONNECT.plusSeconds(1);

    /** Fewer than the clients together may want. */
    private static final int SIZE = 12;

    private static final int OVERFLOW = 2;

    /** BEGIN with the statement, COMMIT, and what gives the connection back. */
    private static final Duration ROUND_TRIPS = EACH_WAY.multipliedBy(2 * 4);

    /** Of a call without a deadline of its own. */
    private static final Duration ONE_ATTEMPT = POOL_TIMEOUT.plus(GIVEN_UP).plus(ROUND_TRIPS);

    /** A read whose node was lost may run again for as long as one waits for a connection. */
    private static final Duration WITH_RERUNS = ONE_ATTEMPT.plus(POOL_TIMEOUT).plus(ROUND_TRIPS);

    /** The promise: so soon is a node back that answers. */
    private static final Duration BACK = CONNECT.plusSeconds(2);

    /** The promise: so much later than its deadline a call ends at most, but for stalls of this machine. */
    private static final Duration GRACE = Duration.ofMillis(250);

    @Test
    void a_far_cluster_in_a_storm_loses_and_doubles_no_write_holds_no_call_and_is_back_in_time() throws Exception {
        try (PostgresCluster cluster =
                        PostgresCluster.builder().replicas(2).tls(true).start();
                StallMeter stalls = StallMeter.start()) {
            HistoryTable table = HistoryTable.create(cluster, KEYS);
            List<TcpProxy> proxies =
                    cluster.nodes().stream().map(PostgresNode::proxy).toList();
            proxies.forEach(proxy -> proxy.delay(EACH_WAY));
            History history = new History();
            try (Database db = Database.open(config(cluster, proxies));
                    NodesInService nodes = NodesInService.watch(db, cluster, proxies, stalls, BACK)) {
                FaultSchedule faults = new FaultSchedule(
                        table,
                        proxies,
                        history,
                        System.out::println,
                        new FaultSchedule.Setting(SEED, FaultSchedule.Deck.STORMS, EACH_WAY, nodes::awaitAll));
                RecordedLoad load = RecordedLoad.of(history, table, clients(db), SEED);
                try (load) {
                    faults.run(LENGTH);
                }
                Evidence evidence = faults.evidence();
                List<Violation> broken = broken(history, evidence, stalls);
                System.out.printf(
                        "storm, seed %d: %s; longest stall of an idle thread %d ms; %s%n",
                        SEED,
                        HistoryChecker.summary(history.operations(), evidence),
                        stalls.longest().toMillis(),
                        nodes.summary());
                assertThat(load.surprises()).isEmpty();
                assertThat(history.open()).isZero();
                SoftAssertions.assertSoftly(all -> {
                    all.assertThat(broken).as("broken promises, seed %d", SEED).isEmpty();
                    all.assertThat(tooLate(history, stalls))
                            .as("late calls, seed %d", SEED)
                            .isEmpty();
                    all.assertThat(nodes.late()).as("late nodes, seed %d", SEED).isEmpty();
                });
                assertThat(history.operations().size()).isGreaterThan((int) LENGTH.toSeconds() * 5);
            }
        }
    }

    private static DatabaseConfig config(PostgresCluster cluster, List<TcpProxy> proxies) {
        return TestConfigs.of(cluster)
                .primary(endpoint(proxies.get(0)))
                .replicas(proxies.stream().skip(1).map(StormIT::endpoint).toArray(String[]::new))
                .pool(SIZE, OVERFLOW, POOL_TIMEOUT)
                .timeouts(CONNECT, Duration.ofSeconds(5))
                .maxLag(Duration.ofSeconds(2))
                .build();
    }

    private static String endpoint(TcpProxy proxy) {
        return proxy.host() + ":" + proxy.port();
    }

    private static List<RecordedLoad.Client> clients(Database db) {
        WriteOptions once = WriteOptions.defaults();
        List<RecordedLoad.Client> all = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            all.add(Clients.closures(db, once, WITH_RERUNS));
            all.add(Clients.closures(db, once.retries(2), WITH_RERUNS));
            all.add(Clients.views(db, ONE_ATTEMPT));
            all.add(Clients.autocommit(db, ONE_ATTEMPT));
            all.add(Clients.autocommit(db, ONE_ATTEMPT));
            all.add(Clients.session(db, "once-" + i, once, WITH_RERUNS));
            all.add(Clients.sessionViews(db, "views-" + i, ONE_ATTEMPT));
            all.add(Clients.lazy(db, "lazy-" + i, ONE_ATTEMPT));
            for (int seconds : new int[] {1, 2, 4, 8}) {
                all.add(Clients.hurried(db, seconds + " s-" + i, Duration.ofSeconds(seconds)));
            }
        }
        return all;
    }

    /**
     * That reads are served is not asked here: a pool that has lost all its sessions grows by one login at a time, so that some wait for longer
     * than {@code pool.timeout}.
     */
    private static List<Violation> broken(History history, Evidence evidence, StallMeter stalls) {
        HistoryChecker checker = new HistoryChecker(GRACE, BACK.plus(stalls.longest()));
        return checker.check(history.operations(), evidence).stream()
                .filter(one -> one.rule() != Rule.READ_SERVED && one.rule() != Rule.ENDED_IN_TIME)
                .toList();
    }

    /** Each call is excused by the longest stall that it met itself, or by all since its deadline, and by no other. */
    private static List<String> tooLate(History history, StallMeter stalls) {
        long origin = System.nanoTime() - history.nanos();
        Duration latest = ONE_ATTEMPT.negated();
        List<String> found = new ArrayList<>();
        for (Operation call : history.operations()) {
            Duration late =
                    Duration.ofNanos(call.times().endedNanos() - call.times().deadlineNanos());
            Duration longest = stalls.longest(
                    origin + call.times().startedNanos(), origin + call.times().endedNanos());
            Duration since = stalls.total(
                    origin + call.times().deadlineNanos(), origin + call.times().endedNanos());
            Duration stall = longest.compareTo(since) > 0 ? longest : since;
            if (late.compareTo(GRACE.plus(stall)) > 0) {
                found.add(late.toMillis() + " ms, beside stalls of " + stall.toMillis() + " ms: " + call);
            }
            latest = late.compareTo(latest) > 0 ? late : latest;
        }
        System.out.printf("storm: the latest call ended %d ms after its deadline%n", latest.toMillis());
        return found;
    }
}
