package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdvisoryLockTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "select pg_advisory_lock(1)",
                "select pg_advisory_lock_shared(1, 2)",
                "select pg_try_advisory_lock(1)",
                "select pg_try_advisory_xact_lock_shared(1)",
                "select PG_Advisory_Xact_Lock(1)",
                "select 1; select pg_catalog.pg_advisory_xact_lock(1)",
                "select \"pg_advisory_lock\"(1)",
                "with l as (select pg_advisory_lock(id) from t) select * from l",
                "{? = call pg_try_advisory_lock(1)}",
                "/* not in here: ' */ select pg_advisory_lock(1)"
            })
    void a_text_that_takes_an_advisory_lock_is_recognised(String sql) {
        assertThat(AdvisoryLock.isTakenBy(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "select 1",
                "select 'pg_advisory_lock(1)'",
                "select 1 -- pg_advisory_lock(1)",
                "select $$pg_advisory_lock(1)$$",
                "select /* pg_advisory_lock(1) */ 1",
                "select * from advisory",
                "select advisory_lock(1)",
                "select pg_advisory_unlock(1), pg_advisory_unlock_all()",
                "select count(*) from pg_locks where locktype = 'advisory'"
            })
    void any_other_text_is_let_through(String sql) {
        assertThat(AdvisoryLock.isTakenBy(sql)).isFalse();
    }
}
