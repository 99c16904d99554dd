package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is done when a borrowed session comes back. */
class LoanTest {
    private final String usualName = Thread.currentThread().getName();
    private final Loan loan = new Loan();
    private final List<String> done = new ArrayList<>();

    @AfterEach
    void end() {
        Thread.currentThread().setName(usualName);
    }

    @Test
    void what_follows_a_return_is_done_once_and_in_order() {
        loan.begin(session(), 7, at -> done.add("gave back what was lent at " + at));
        loan.whenOver(() -> done.add("more"));
        loan.end();
        loan.end();
        loan.whenOver(() -> done.add("too late to wait"));
        assertThat(done).containsExactly("gave back what was lent at 7", "more", "too late to wait");
    }

    @Test
    void what_follows_a_return_is_done_though_something_before_it_fails() {
        loan.begin(session(), 7, at -> {
            throw new NoSuchMethodError("planted");
        });
        loan.whenOver(() -> done.add("more"));
        assertThatThrownBy(loan::end).hasMessage("planted");
        assertThat(done).containsExactly("more");
        assertThat(loan.isOpen()).isFalse();
        assertThat(loan.over()).isEqualTo(1);
    }

    @Test
    void the_thread_that_borrowed_is_known_until_the_session_comes_back_through_whichever_thread() throws Exception {
        Thread.currentThread().setName("borrower");
        loan.begin(session(), 0, at -> {});
        Holder holder = loan.holder(Purpose.READ);
        assertThat(holder)
                .isEqualTo(new Holder("borrower", Thread.currentThread().getId(), Purpose.READ, 0));
        assertThat(holder.isCaller()).isTrue();
        Thread other = new Thread(loan::end);
        other.start();
        other.join();
        assertThat(loan.holder(Purpose.READ)).isNull();

        Thread.currentThread().setName("renamed");
        loan.begin(session(), 7, at -> {});
        assertThat(loan.holder(Purpose.READ))
                .isEqualTo(new Holder("renamed", Thread.currentThread().getId(), Purpose.READ, 7));
    }

    @Test
    void a_loan_that_changes_hands_while_it_is_asked_for_is_never_told_as_a_mixture() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Thread lending = new Thread(() -> {
            Connection session = session();
            for (long i = 1; !ended.get(); i++) {
                Thread.currentThread().setName("at " + i);
                loan.begin(session, i, at -> {});
                loan.end();
            }
        });
        lending.start();
        int seen = 0;
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (seen < 1000 && System.nanoTime() - deadline < 0) {
                Holder holder = loan.holder(Purpose.WRITE);
                if (holder != null) {
                    assertThat(holder.thread()).isEqualTo("at " + holder.since());
                    seen++;
                }
            }
        } finally {
            ended.set(true);
            lending.join();
        }
        assertThat(seen).isPositive();
    }

    private static Connection session() {
        return (Connection) Proxy.newProxyInstance(
                LoanTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> null);
    }
}
