package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is done when a borrowed session comes back. */
class LoanTest {
    private final Loan loan = new Loan();
    private final List<String> done = new ArrayList<>();

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

    private static Connection session() {
        return (Connection) Proxy.newProxyInstance(
                LoanTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> null);
    }
}
