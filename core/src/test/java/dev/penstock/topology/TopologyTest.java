package dev.penstock.topology;

import static dev.penstock.topology.ScriptedNodes.primary;
import static dev.penstock.topology.ScriptedNodes.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.config.Endpoint;
import dev.penstock.config.TopologyConfig;
import dev.penstock.connect.Node;
import dev.penstock.observe.NodeState;
import java.net.InetAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is made of the monitors' answers, on scripted nodes. */
class TopologyTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Node a = node("node-1");
    private final Node b = node("node-2");
    private final ScriptedNodes nodes = new ScriptedNodes();
    private final List<TopologyView> heard = new CopyOnWriteArrayList<>();
    private final AtomicInteger moves = new AtomicInteger();
    private final TopologyConfig config = TopologyConfig.builder()
            .maxLag(Duration.ofSeconds(4))
            .maxLagMegabytes(1)
            .build();
    private final Topology topology = new Topology(nodes, Duration.ofSeconds(1), config, new Recorder());

    private final class Recorder implements Topology.Listener {
        @Override
        public void changed(TopologyView before, TopologyView after) {
            heard.add(after);
        }

        @Override
        public void moved(Node node) {
            moves.incrementAndGet();
        }
    }

    private static Node node(String name) {
        return new Node(name, new Endpoint(name, 5432));
    }

    @BeforeEach
    void begin() {
        topology.add(a);
        topology.add(b);
    }

    @AfterEach
    void end() {
        topology.close();
        assertThat(nodes.stillOpen()).isZero();
    }

    private void awaitState(Node node, NodeState state) {
        await().atMost(SOON).until(() -> topology.view().of(node).state() == state);
    }

    private void awaitPrimary(Node node) {
        await().atMost(SOON).until(() -> topology.view().isPrimary(node));
    }

    @Test
    void one_session_that_is_silent_makes_its_node_suspect_and_a_fresh_one_clears_it() {
        nodes.says(a, () -> primary(1, 100));
        nodes.says(b, () -> replica(100));
        topology.start();
        awaitPrimary(a);
        nodes.saysOnStanding(b, () -> {
            throw ScriptedNodes.silent();
        });
        await().atMost(SOON).until(() -> heard.stream().anyMatch(this::isSuspect));
        awaitState(b, NodeState.UP);
        assertThat(heard)
                .noneMatch(view -> view.find(b)
                        .filter(one -> one.state() == NodeState.DOWN)
                        .isPresent());
        assertThat(heard.stream().filter(this::isSuspect))
                .allSatisfy(view -> assertThat(view.readers()).isEmpty());
    }

    private boolean isSuspect(TopologyView view) {
        return isIn(view, b, NodeState.SUSPECT);
    }

    private static boolean isIn(TopologyView view, Node node, NodeState state) {
        return view.find(node).filter(one -> one.state() == state).isPresent();
    }

    @Test
    void a_busy_node_that_answers_late_on_its_standing_session_is_not_given_up_when_no_fresh_one_stands() {
        nodes.says(a, () -> primary(1, 100));
        nodes.says(b, () -> replica(100));
        topology.start();
        awaitPrimary(a);
        await().atMost(SOON).until(() -> topology.view().of(b).state() == NodeState.UP);
        nodes.says(b, () -> {
            throw ScriptedNodes.silent();
        });
        nodes.saysOnStanding(b, () -> {
            LockSupport.parkNanos(NodeMonitor.SHORTEST_VERDICT.dividedBy(2).toNanos());
            return replica(200);
        });
        await().atMost(SOON).until(() -> heard.stream().anyMatch(this::isSuspect));
        await().atMost(SOON)
                .until(() -> topology.view().of(b).lag().isPresent()
                        && topology.view().of(b).state() == NodeState.UP);
        assertThat(heard)
                .noneMatch(view -> view.find(b)
                        .filter(one -> one.state() == NodeState.DOWN)
                        .isPresent());
    }

    @Test
    void a_node_whose_fresh_session_is_silent_too_is_down() {
        nodes.says(a, () -> primary(1, 100));
        nodes.says(b, () -> replica(100));
        topology.start();
        awaitPrimary(a);
        nodes.says(b, () -> {
            throw ScriptedNodes.silent();
        });
        awaitState(b, NodeState.DOWN);
        nodes.says(b, () -> replica(100));
        awaitState(b, NodeState.UP);
    }

    /** As a server that lets nobody in before {@code open}. */
    private ScriptedNodes.Script onceOpen(CountDownLatch open, AtomicInteger attempts, ProbeAnswer answer) {
        return () -> {
            attempts.incrementAndGet();
            try {
                assertThat(open.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new SQLException("Interrupted", "08001", e);
            }
            return answer;
        };
    }

    @Test
    void a_login_that_outlasts_the_verdict_goes_on_alone_and_its_late_success_brings_the_node_back() {
        try (Topology patient = new Topology(nodes, SOON, config, silent())) {
            patient.add(a);
            nodes.says(a, () -> primary(1, 100));
            patient.start();
            await().atMost(SOON).until(() -> patient.view().isPrimary(a));
            CountDownLatch open = new CountDownLatch(1);
            AtomicInteger attempts = new AtomicInteger();
            nodes.saysOnStanding(a, () -> {
                throw ScriptedNodes.silent();
            });
            nodes.saysAfresh(a, onceOpen(open, attempts, primary(1, 200)));
            await().atMost(SOON).until(() -> patient.view().of(a).state() == NodeState.DOWN);
            assertThat(patient.view().of(a).failure().orElseThrow().getMessage())
                    .contains("goes on until " + SOON.toMillis() + " ms");
            long given = patient.view().of(a).seenNanos();
            await().atMost(SOON).until(() -> patient.view().of(a).seenNanos() - given > 0);
            assertThat(attempts).as("attempts in several rounds").hasValue(1);
            open.countDown();
            await().atMost(SOON).until(() -> patient.view().isPrimary(a));
        }
        assertThat(nodes.stillOpen()).isZero();
    }

    @Test
    void a_node_whose_logins_are_slow_is_waited_for_as_long_as_three_of_them_take() {
        b.learnLogin(NodeMonitor.SHORTEST_VERDICT.toNanos());
        nodes.says(a, () -> primary(1, 100));
        nodes.says(b, () -> replica(100));
        try (Topology patient = new Topology(nodes, SOON, config, new Recorder())) {
            patient.add(a);
            patient.add(b);
            patient.start();
            await().atMost(SOON).until(() -> patient.view().readers().contains(b));
            AtomicInteger lost = new AtomicInteger();
            nodes.saysOnStanding(b, () -> {
                lost.incrementAndGet();
                throw ScriptedNodes.refused();
            });
            nodes.saysAfresh(b, () -> {
                LockSupport.parkNanos(NodeMonitor.SHORTEST_VERDICT.toNanos());
                return replica(200);
            });
            await().atMost(SOON).until(() -> lost.get() > 0);
            await().atMost(SOON)
                    .until(() -> patient.view()
                            .of(b)
                            .position()
                            .filter(at -> at.token().position() == 200)
                            .isPresent());
        }
        assertThat(heard).noneMatch(view -> isIn(view, b, NodeState.DOWN));
    }

    @Test
    void closing_ends_a_login_that_is_under_way() {
        AtomicInteger attempts = new AtomicInteger();
        Topology patient = new Topology(nodes, SOON, config, silent());
        patient.add(a);
        nodes.says(a, onceOpen(new CountDownLatch(1), attempts, primary(1, 100)));
        patient.start();
        await().atMost(SOON).until(() -> attempts.get() == 1);
        long begun = System.nanoTime();
        patient.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(SOON.dividedBy(4));
        assertThat(threads("penstock-fresh-session")).isEmpty();
    }

    @Test
    void being_kept_out_says_nothing_about_a_nodes_health() {
        nodes.says(a, () -> primary(1, 100));
        nodes.says(b, () -> replica(100));
        topology.start();
        awaitPrimary(a);
        nodes.says(a, () -> {
            throw new SQLException("password authentication failed", "28P01");
        });
        await().atMost(SOON).until(() -> topology.view().of(a).failure().isPresent());
        assertThat(topology.view().of(a).state()).isEqualTo(NodeState.UP);
        assertThat(topology.view().isPrimary(a)).isTrue();
    }

    @Test
    void an_older_look_never_replaces_a_newer_one() {
        long now = System.nanoTime();
        topology.answered(a, now, primary(2, 200));
        topology.answered(a, now - 1, primary(1, 100));
        topology.missed(a, now - 1, Observation.SILENT, ScriptedNodes.silent());
        assertThat(topology.view().of(a).timeline()).isEqualTo(2);
        assertThat(topology.view().of(a).state()).isEqualTo(NodeState.UP);
    }

    @Test
    void a_stranger_that_answers_first_does_not_name_the_cluster() {
        long now = System.nanoTime();
        topology.answered(b, now, ScriptedNodes.ofCluster("stranger"));
        assertThat(topology.view().primary()).isEmpty();
        topology.answered(a, now + 1, ScriptedNodes.ofCluster("ours"));
        assertThat(topology.view().isPrimary(a)).isTrue();
        assertThat(topology.view().of(b).state()).isEqualTo(NodeState.FENCED);
        assertThat(topology.view().of(b).reason().orElseThrow())
                .contains("another cluster")
                .contains("stranger")
                .contains("ours");
    }

    @Test
    void a_node_that_changes_its_cluster_under_us_is_fenced_whatever_timeline_it_writes() {
        long now = System.nanoTime();
        topology.answered(a, now, primary(3, 300));
        topology.answered(b, now, replica(300));
        topology.answered(a, now + 1, ScriptedNodes.ofCluster("swapped"));
        assertThat(topology.view().primary()).isEmpty();
        assertThat(topology.view().of(a).state()).isEqualTo(NodeState.FENCED);
        topology.answered(b, now + 2, primary(4, 310));
        assertThat(topology.view().isPrimary(b)).isTrue();
    }

    @Test
    void an_adopted_cluster_takes_the_place_of_ours_and_members_of_the_former_one_stay_fenced() {
        long now = System.nanoTime();
        topology.answered(a, now, primary(5, 900));
        topology.answered(b, now, replica(900, 5));
        topology.answered(a, now + 1, ScriptedNodes.ofCluster("8"));
        assertThat(topology.view().replacement()).contains(new TopologyView.Replacement("7", "8", false));
        topology.adopt("8");
        assertThat(topology.view().replacement()).isEmpty();
        assertThat(topology.view().nodes()).extracting(NodeView::state).containsOnly(NodeState.UNKNOWN);
        assertThat(moves).as("connections of every node are replaced").hasValue(2);
        assertThat(topology.follows("8")).isTrue();
        topology.answered(b, now + 2, replica(900, 5));
        assertThat(topology.view().of(b).state())
                .as("a look that began before does not count")
                .isEqualTo(NodeState.UNKNOWN);
        long later = System.nanoTime();
        topology.answered(a, later, ScriptedNodes.ofCluster("8"));
        topology.answered(b, later, replica(900, 5));
        assertThat(topology.view().isPrimary(a)).as("on a lower timeline").isTrue();
        assertThat(topology.view().lost()).isEqualTo(TopologyView.Loss.NONE);
        assertThat(topology.view().of(b).reason().orElseThrow()).contains("another cluster");
        topology.adopt("8");
        assertThat(moves).as("it is ours already").hasValue(2);
        topology.answered(a, later + 1, primary(6, 950));
        assertThat(topology.view().primary()).as("the former one came back").isEmpty();
        assertThat(topology.view().replacement()).contains(new TopologyView.Replacement("8", "7", false));
    }

    @Test
    void a_cluster_is_not_taken_for_replaced_while_it_has_a_primary_or_only_replicas_of_another_one_answer() {
        long now = System.nanoTime();
        topology.answered(a, now, primary(1, 100));
        topology.answered(b, now, ScriptedNodes.ofCluster("8"));
        assertThat(topology.view().replacement()).isEmpty();
        topology.answered(b, now + 1, new ProbeAnswer(true, 0, 0, 0, 1, 0, "8", false, "x", Disclosure.FULL));
        topology.missed(a, now + 1, Observation.UNREACHABLE, ScriptedNodes.refused());
        assertThat(topology.view().replacement()).isEmpty();
        topology.answered(b, now + 2, ScriptedNodes.ofCluster("8"));
        assertThat(topology.view().replacement()).isPresent();
        topology.answered(a, now + 2, ScriptedNodes.ofCluster("9"));
        assertThat(topology.view().replacement()).as("which of the two?").isEmpty();
    }

    @Test
    void history_that_is_given_up_is_told() {
        long now = System.nanoTime();
        topology.answered(a, now, primary(1, 100));
        topology.answered(b, now, primary(2, 200));
        assertThat(topology.view().lost().timeline()).isZero();
        topology.answered(b, now + 1, replica(100));
        topology.answered(a, now + 2, primary(1, 110));
        assertThat(topology.view().isPrimary(a)).isTrue();
        assertThat(topology.view().lost().timeline()).isEqualTo(2);
    }

    @Test
    void a_timeline_whose_number_another_server_has_used_is_another_history_and_its_replicas_prove_nothing() {
        Node c = node("node-3");
        topology.add(c);
        long now = System.nanoTime();
        topology.answered(a, now, primary(2, 900, 5));
        topology.answered(c, now, replica(900, 2));
        assertThat(topology.view().of(c).position()).isPresent();
        topology.missed(a, now + 1, Observation.UNREACHABLE, ScriptedNodes.refused());
        topology.answered(b, now + 2, primary(2, 500, 6));
        assertThat(topology.view().isPrimary(b)).isTrue();
        assertThat(topology.view().lost()).isEqualTo(new TopologyView.Loss(2, 1));
        assertThat(topology.view().of(c).position())
                .as("whom it follows is not known")
                .isEmpty();
        topology.answered(c, now + 3, replica(900, 2));
        assertThat(topology.view().of(c).position()).isEmpty();
        topology.answered(b, now + 4, primary(2, 700, 6));
        topology.answered(c, now + 5, replica(600, 2));
        assertThat(topology.view().of(c).lag().orElseThrow().bytes())
                .as("measured in the log that is written now")
                .isEqualTo(100);
        topology.missed(b, now + 6, Observation.UNREACHABLE, ScriptedNodes.refused());
        topology.answered(c, now + 7, primary(2, 700, 7));
        assertThat(topology.view().lost()).as("the same number once more").isEqualTo(new TopologyView.Loss(2, 2));
        topology.answered(c, now + 8, primary(3, 800, 8));
        topology.answered(b, now + 8, replica(800, 3));
        assertThat(topology.view().of(b).position()).as("a number of its own").isPresent();
        assertThat(topology.view().lost().times()).isEqualTo(2);
    }

    @Test
    void a_primary_that_is_restarted_keeps_the_origin_of_its_timeline_and_loses_no_history() {
        long now = System.nanoTime();
        topology.answered(a, now, primary(2, 900, 5));
        topology.missed(a, now + 1, Observation.UNREACHABLE, ScriptedNodes.refused());
        topology.answered(a, now + 2, primary(2, 910, 0));
        assertThat(topology.view().originOf(a, 2)).isEqualTo(5);
        assertThat(topology.view().originOf(a, 1)).isZero();
        assertThat(topology.view().lost().times()).isZero();
        topology.answered(a, now + 3, primary(3, 920, 0));
        assertThat(topology.view().originOf(a, 3)).isZero();
    }

    @Test
    void a_replica_around_the_limit_is_not_left_and_taken_at_every_probe() {
        long second = Duration.ofSeconds(1).toNanos();
        long now = System.nanoTime() + 60 * second;
        topology.answered(a, now, primary(1, 100));
        topology.answered(b, now, replica(100));
        topology.answered(a, now + second, primary(1, 200));
        assertThat(topology.view().readers()).containsExactly(b);
        topology.answered(b, now + 5 * second + 1, replica(100));
        assertThat(topology.view().readers()).isEmpty();
        topology.answered(a, now + 6 * second, primary(1, 300));
        topology.answered(b, now + 6 * second + second * 35 / 10, replica(200));
        assertThat(topology.view().of(b).lag().orElseThrow().time()).isEqualTo(Duration.ofMillis(3500));
        assertThat(topology.view().readers()).isEmpty();
        topology.answered(b, now + 10 * second, replica(300));
        assertThat(topology.view().readers()).containsExactly(b);
    }

    @Test
    void a_replica_that_is_too_many_bytes_behind_is_left_as_well() {
        long now = System.nanoTime();
        topology.answered(a, now, primary(1, 1024 * 1024 + 101));
        topology.answered(b, now, replica(100));
        assertThat(topology.view().readers()).isEmpty();
        topology.answered(b, now + 1, replica(200_000));
        assertThat(topology.view().readers()).isEmpty();
        topology.answered(b, now + 2, replica(300_000));
        assertThat(topology.view().readers()).containsExactly(b);
    }

    @Test
    void a_pinned_system_identifier_names_the_cluster_whoever_answers() {
        TopologyConfig pinned = TopologyConfig.builder()
                .maxLag(Duration.ofSeconds(4))
                .systemIdentifier("42")
                .build();
        try (Topology ours = new Topology(nodes, Duration.ofSeconds(1), pinned, silent())) {
            ours.add(a);
            ours.add(b);
            long now = System.nanoTime();
            ours.answered(a, now, ScriptedNodes.ofCluster("41"));
            assertThat(ours.view().primary()).isEmpty();
            assertThat(ours.view().of(a).reason().orElseThrow()).contains("expected 42");
            ours.answered(b, now, ScriptedNodes.ofCluster("42"));
            assertThat(ours.view().isPrimary(b)).isTrue();
        }
    }

    @Test
    void a_replica_that_an_operator_keeps_reads_away_from_gets_none() {
        long now = System.nanoTime();
        b.serveReads(false);
        topology.answered(a, now, primary(1, 100));
        topology.answered(b, now, replica(100));
        assertThat(topology.view().of(b).state()).isEqualTo(NodeState.UP);
        assertThat(topology.view().readers()).isEmpty();
    }

    private static Topology.Listener silent() {
        return new Topology.Listener() {
            @Override
            public void changed(TopologyView before, TopologyView after) {}

            @Override
            public void moved(Node node) {}
        };
    }

    @Test
    void a_server_without_comparable_positions_has_no_lag_and_says_so() {
        long now = System.nanoTime();
        topology.answered(a, now, primary(1, 100));
        topology.answered(b, now, new ProbeAnswer(true, 0, 0, 0, 1, 0, "7", false, "x", Disclosure.AURORA));
        assertThat(topology.view().of(b).lag()).isEmpty();
        assertThat(topology.view().of(b).note()).isEqualTo(Disclosure.AURORA.note());
        assertThat(topology.view().readers()).containsExactly(b);
    }

    @Test
    void while_there_is_no_primary_replicas_are_asked_to_answer_once_promoted() {
        nodes.says(a, () -> {
            throw ScriptedNodes.refused();
        });
        nodes.says(b, () -> replica(100));
        topology.start();
        await().atMost(SOON).until(() -> nodes.waits() > 3);
        nodes.says(b, () -> primary(2, 110));
        awaitPrimary(b);
    }

    @Test
    void a_monitor_goes_on_whatever_is_thrown_in_its_rounds() {
        AtomicLong thrown = new AtomicLong();
        nodes.says(a, () -> primary(1, 100));
        nodes.says(b, () -> {
            if (thrown.incrementAndGet() <= 1000) {
                topology.suspect(b, ScriptedNodes.refused());
                if (thrown.get() % 2 == 0) {
                    throw new StackOverflowError("planted");
                }
                throw new IllegalStateException("planted");
            }
            return replica(100);
        });
        topology.start();
        await().atMost(Duration.ofSeconds(60)).until(() -> topology.view().of(b).state() == NodeState.UP);
        assertThat(b.monitorFailures()).isEqualTo(1000);
        assertThat(monitorThreads()).containsExactlyInAnyOrder("penstock-monitor-node-1", "penstock-monitor-node-2");
    }

    @Test
    void a_name_that_points_elsewhere_for_three_looks_has_moved() throws Exception {
        AddressWatch watch = new AddressWatch(a, nodes);
        InetAddress here = InetAddress.getLoopbackAddress();
        Set<InetAddress> there = Set.of(InetAddress.getByName("192.0.2.1"));
        assertThat(watch.sees(here, there)).isFalse();
        assertThat(watch.sees(here, there)).isFalse();
        assertThat(watch.sees(here, Set.of())).isFalse();
        assertThat(watch.sees(here, there)).isFalse();
        assertThat(watch.sees(here, there)).isFalse();
        assertThat(watch.sees(here, there)).isTrue();
        assertThat(moves).hasValue(0);
    }

    @Test
    void a_node_may_join_and_leave_but_the_one_that_is_written_to_stays() {
        nodes.says(a, () -> primary(1, 100));
        nodes.says(b, () -> replica(100));
        topology.start();
        awaitPrimary(a);
        Node c = node("node-3");
        nodes.says(c, () -> replica(100));
        topology.add(c);
        await().atMost(SOON).until(() -> topology.view().readers().contains(c));
        assertThat(topology.remove(c)).isTrue();
        assertThat(topology.view().find(c)).isEmpty();
        assertThat(topology.remove(a)).isFalse();
        assertThat(topology.view().isPrimary(a)).isTrue();
        assertThat(monitorThreads()).doesNotContain("penstock-monitor-node-3");
    }

    private static List<String> monitorThreads() {
        return threads("penstock-monitor-");
    }

    private static List<String> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }
}
