package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WriteModeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "set transaction read write",
                "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE",
                "begin read /* and */ write",
                "start transaction read write",
                "select 1; commit; begin transaction read\nwrite",
                "set local transaction_read_only = off",
                "set \"transaction_read_only\" to false",
                // Not one, but in doubt the answer is yes: it only leaves an outcome unknown.
                "select read, write from shelf"
            })
    void a_text_that_lets_a_read_only_session_write_is_recognised(String sql) {
        assertThat(WriteMode.isAskedBy(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "select 1",
                "set transaction read only",
                "set transaction isolation level read committed",
                "select 'read write'",
                "select 1 -- read write",
                "select * from read_write"
            })
    void any_other_text_is_not(String sql) {
        assertThat(WriteMode.isAskedBy(sql)).isFalse();
    }
}
