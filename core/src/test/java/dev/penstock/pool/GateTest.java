package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final boolean READ = true;
    private static final boolean WRITE = false;
    private static final long LONG = TimeUnit.SECONDS.toNanos(30);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end_threads() {
        threads.shutdownNow();
    }

    @Test
    void admits_as_many_as_the_ceiling_and_no_more() {
        Gate gate = new Gate(2, 2, 1000);
        assertThat(gate.tryEnter(WRITE)).isTrue();
        assertThat(gate.tryEnter(READ)).isTrue();
        assertThat(gate.tryEnter(WRITE)).isFalse();
        gate.leave(READ).run();
        assertThat(gate.tryEnter(WRITE)).isTrue();
        assertThat(gate.inside()).isEqualTo(2);
    }

    @Test
    void who_waits_and_has_found_something_better_is_sent_away_and_nobody_behind_them_is_held_up() throws Exception {
        Gate gate = new Gate(1, 1, 1000);
        assertThat(gate.tryEnter(WRITE)).isTrue();
        AtomicBoolean stays = new AtomicBoolean(true);
        Future<Gate.Answer> first = threads.submit(() -> gate.enter(READ, LONG, stays::get));
        await().until(() -> gate.waiting(READ) == 1);
        Future<Gate.Answer> second = threads.submit(() -> gate.enter(WRITE, LONG, Gate.STAYS));
        await().until(() -> gate.waiting(WRITE) == 1);
        stays.set(false);
        assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo(Gate.Answer.SENT_AWAY);
        assertThat(second).isNotDone();
        gate.leave(WRITE).run();
        assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo(Gate.Answer.ADMITTED);
    }

    @Test
    void a_write_that_comes_just_after_the_others_were_sent_away_does_not_wait_where_nothing_can_be_written()
            throws Exception {
        Gate gate = new Gate(1, 1, 1000);
        assertThat(gate.tryEnter(READ)).isTrue();
        gate.sendWaitersAway(false);
        assertThat(gate.enter(WRITE, LONG, () -> false)).isEqualTo(Gate.Answer.SENT_AWAY);
        assertThat(gate.waiting(WRITE)).isZero();
    }

    @Test
    void the_most_that_were_inside_at_once_is_told_once_and_then_counted_from_those_still_inside() {
        Gate gate = new Gate(10, 10, 1000);
        for (int i = 0; i < 7; i++) {
            gate.tryEnter(i % 2 == 0);
        }
        for (int i = 0; i < 4; i++) {
            gate.leave(i % 2 == 0).run();
        }
        assertThat(gate.takePeak()).isEqualTo(7);
        assertThat(gate.takePeak()).isEqualTo(3);
        gate.tryEnter(WRITE);
        gate.leave(WRITE).run();
        assertThat(gate.takePeak()).isEqualTo(4);
    }

    @Test
    void the_most_that_were_inside_at_once_is_not_lost_among_many_who_come_and_go() throws Exception {
        Gate gate = new Gate(8, 8, 1000);
        CyclicBarrier all = new CyclicBarrier(8);
        for (int round = 0; round < 200; round++) {
            List<Future<?>> callers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                boolean read = i % 2 == 0;
                callers.add(threads.submit(() -> {
                    all.await();
                    gate.tryEnter(read);
                    all.await();
                    gate.leave(read).run();
                    return null;
                }));
            }
            for (Future<?> caller : callers) {
                caller.get(30, TimeUnit.SECONDS);
            }
            assertThat(gate.takePeak()).as("round %d", round).isEqualTo(8);
        }
    }

    @Test
    void reads_stay_within_their_share_and_leave_the_rest_to_writes() {
        Gate gate = new Gate(4, 1, 1000);
        assertThat(gate.tryEnter(READ)).isTrue();
        assertThat(gate.tryEnter(READ)).isFalse();
        assertThat(gate.tryEnter(WRITE)).isTrue();
        assertThat(gate.tryEnter(WRITE)).isTrue();
        assertThat(gate.tryEnter(WRITE)).isTrue();
        assertThat(gate.tryEnter(WRITE)).isFalse();
    }

    @Test
    void a_read_that_its_share_holds_back_does_not_hold_back_the_writes_behind_it() throws Exception {
        Gate gate = new Gate(2, 1, 1000);
        assertThat(gate.tryEnter(READ)).isTrue();
        assertThat(gate.tryEnter(WRITE)).isTrue();
        Future<Gate.Answer> read = threads.submit(() -> gate.enter(READ, LONG, Gate.STAYS));
        await().until(() -> gate.waiting(READ) == 1);
        Future<Gate.Answer> write = threads.submit(() -> gate.enter(WRITE, LONG, Gate.STAYS));
        await().until(() -> gate.waiting(WRITE) == 1);
        gate.leave(WRITE).run();
        assertThat(write.get(5, TimeUnit.SECONDS)).isEqualTo(Gate.Answer.ADMITTED);
        assertThat(read).isNotDone();
        gate.leave(READ).run();
        assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo(Gate.Answer.ADMITTED);
    }

    /** Many rounds: whoever leaves while the queue is gone through must not let a later one in before an earlier one. */
    @Test
    void serves_those_who_wait_in_the_order_they_came() throws Exception {
        for (int round = 0; round < 500; round++) {
            servesInOrder(16);
        }
    }

    private void servesInOrder(int callers) throws Exception {
        Gate gate = new Gate(1, 1, 1000);
        assertThat(gate.tryEnter(WRITE)).isTrue();
        List<Integer> order = new CopyOnWriteArrayList<>();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            int number = i;
            all.add(threads.submit(() -> {
                assertThat(gate.enter(WRITE, LONG, Gate.STAYS)).isEqualTo(Gate.Answer.ADMITTED);
                order.add(number);
                gate.leave(WRITE).run();
                return null;
            }));
            long deadline = System.nanoTime() + LONG;
            while (gate.waiting(WRITE) <= number && System.nanoTime() - deadline < 0) {
                Thread.onSpinWait();
            }
        }
        gate.leave(WRITE).run();
        for (Future<?> one : all) {
            one.get(5, TimeUnit.SECONDS);
        }
        assertThat(order).isSorted().hasSize(callers);
    }

    @Test
    void a_newcomer_does_not_overtake_those_who_wait() throws Exception {
        Gate gate = new Gate(1, 1, 1000);
        assertThat(gate.tryEnter(WRITE)).isTrue();
        Future<Gate.Answer> waiter = threads.submit(() -> gate.enter(WRITE, LONG, Gate.STAYS));
        await().until(() -> gate.waiting(WRITE) == 1);
        assertThat(gate.tryEnter(WRITE)).isFalse();
        gate.leave(WRITE).run();
        assertThat(waiter.get(5, TimeUnit.SECONDS)).isEqualTo(Gate.Answer.ADMITTED);
        assertThat(gate.inside()).isEqualTo(1);
    }

    @Test
    void gives_up_at_the_deadline_and_takes_nothing_with_it() throws Exception {
        Gate gate = new Gate(1, 1, 1000);
        assertThat(gate.tryEnter(WRITE)).isTrue();
        assertThat(gate.enter(WRITE, Duration.ofMillis(5).toNanos(), Gate.STAYS))
                .isEqualTo(Gate.Answer.TIMED_OUT);
        gate.leave(WRITE).run();
        assertThat(gate.inside()).isZero();
        assertThat(gate.waiting(WRITE)).isZero();
    }

    @Test
    void everyone_who_waits_is_sent_away_when_the_node_is_given_up() throws Exception {
        Gate gate = new Gate(1, 1, 1000);
        assertThat(gate.tryEnter(WRITE)).isTrue();
        Future<Gate.Answer> read = threads.submit(() -> gate.enter(READ, LONG, Gate.STAYS));
        Future<Gate.Answer> write = threads.submit(() -> gate.enter(WRITE, LONG, Gate.STAYS));
        await().until(() -> gate.waiting(READ) + gate.waiting(WRITE) == 2);
        gate.sendWaitersAway(false);
        assertThat(write.get(5, TimeUnit.SECONDS)).isEqualTo(Gate.Answer.SENT_AWAY);
        assertThat(read).isNotDone();
        gate.sendWaitersAway(true);
        assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo(Gate.Answer.SENT_AWAY);
    }

    @Test
    void a_larger_read_share_admits_the_reads_that_wait_for_it() throws Exception {
        Gate gate = new Gate(4, 1, 1000);
        assertThat(gate.tryEnter(READ)).isTrue();
        Future<Gate.Answer> read = threads.submit(() -> gate.enter(READ, LONG, Gate.STAYS));
        await().until(() -> gate.waiting(READ) == 1);
        gate.limitReads(4);
        assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo(Gate.Answer.ADMITTED);
    }

    @Test
    void a_smaller_read_share_waits_for_those_inside_to_leave() {
        Gate gate = new Gate(4, 4, 1000);
        assertThat(gate.tryEnter(READ)).isTrue();
        assertThat(gate.tryEnter(READ)).isTrue();
        gate.limitReads(1);
        gate.leave(READ).run();
        assertThat(gate.tryEnter(READ)).isFalse();
        gate.leave(READ).run();
        assertThat(gate.tryEnter(READ)).isTrue();
    }

    @Test
    void an_interrupted_waiter_leaves_no_admission_behind() {
        Gate gate = new Gate(1, 1, 1000);
        assertThat(gate.tryEnter(WRITE)).isTrue();
        CompletableFuture<Thread> waiting = new CompletableFuture<>();
        Future<?> waiter = threads.submit(() -> {
            waiting.complete(Thread.currentThread());
            assertThatThrownBy(() -> gate.enter(WRITE, LONG, Gate.STAYS)).isInstanceOf(InterruptedException.class);
        });
        await().until(() -> gate.waiting(WRITE) == 1);
        waiting.join().interrupt();
        await().until(waiter::isDone);
        assertThat(waiter).succeedsWithin(Duration.ofSeconds(1));
        gate.leave(WRITE).run();
        assertThat(gate.inside()).isZero();
    }

    @Test
    void random_use_from_many_threads_never_passes_the_limits_and_loses_nothing() throws Exception {
        long seed = System.nanoTime();
        System.out.println("GateTest seed " + seed);
        Gate gate = new Gate(3, 2, 1000);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger readsInside = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < 12; t++) {
            Random random = new Random(seed + t);
            all.add(threads.submit(() -> {
                for (int i = 0; i < 5_000; i++) {
                    visit(gate, random, inside, readsInside);
                }
                return null;
            }));
        }
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        assertThat(gate.inside()).isZero();
        assertThat(gate.waiting(READ) + gate.waiting(WRITE)).isZero();
    }

    private static void visit(Gate gate, Random random, AtomicInteger inside, AtomicInteger readsInside)
            throws InterruptedException {
        boolean read = random.nextBoolean();
        long patience = random.nextInt(10) == 0 ? 1_000 : LONG;
        if (gate.enter(read, patience, Gate.STAYS) != Gate.Answer.ADMITTED) {
            return;
        }
        assertThat(inside.incrementAndGet()).isLessThanOrEqualTo(3);
        if (read) {
            assertThat(readsInside.incrementAndGet()).isLessThanOrEqualTo(2);
        }
        Thread.onSpinWait();
        if (read) {
            readsInside.decrementAndGet();
        }
        inside.decrementAndGet();
        gate.leave(read).run();
    }
}
