package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which texts may end the transaction that they run in. */
class TransactionEndTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "commit",
                " /* now */ COMMIT AND CHAIN;",
                "end",
                "End Transaction",
                "abort",
                "rollback",
                "rollback work;",
                "rollback; insert into t values (1)",
                "insert into t values (1); commit",
                "rollback to s; rollback",
                "savepoint s; rollback to s; commit",
                "prepare transaction 'two-phase'",
                "commit prepared 'two-phase'",
                "rollback prepared 'two-phase'"
            })
    void an_end_is_found(String sql) {
        assertThat(TransactionEnd.isIn(new SqlWords().of(sql))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "begin",
                "start transaction",
                "savepoint s",
                "release savepoint s",
                "rollback to s",
                "ROLLBACK WORK TO SAVEPOINT s; select 1",
                "select 'commit'",
                "-- commit",
                "select commit from t",
                "update t set rollback = 1",
                "prepare p as select 1",
                "set transaction read only",
                "do $$ begin commit; end $$"
            })
    void everything_else_is_none(String sql) {
        assertThat(TransactionEnd.isIn(new SqlWords().of(sql))).isFalse();
    }
}
