package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionEffectTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET statement_timeout = 5",
                "set role other",
                "SET SESSION AUTHORIZATION x",
                "set",
                "  -- a comment\n  SET x TO 1",
                "/* a /* nested */ one */ set x to 1",
                "select 1; set x to 1",
                "insert into t values ('a;b'); set x to 1",
                "SET LOCAL x = 1; SET y = 2",
                "LISTEN jobs",
                "declare c cursor with hold for select 1",
                "prepare p as select 1",
                "/* by text */ COMMIT",
                "select 1; end",
                "do $$ begin perform 1; end $$",
                "create temp table t (id int)",
                "CREATE TEMPORARY TABLE t (id int)",
                "create table pg_temp.t (id int)",
                "select 1 as x into temp y",
                "select pg_advisory_lock(1)",
                "select pg_try_advisory_lock(1)",
                "select pg_advisory_lock_shared(1)",
                "select \"pg_advisory_lock\"(1)",
                "select set_config('x', 'y', false)",
                "select pg_catalog.set_config('x', ?, ?)",
                "select set_config('a', '1', true), set_config('b', '2', false)",
                "with s as (select set_config('a', '1', false)) select * from s",
                "select E'it\\'s'; set x to 1",
                "select $t$ ' $t$; set x to 1",
                "select 1 as \"a\"\"b\"; set x to 1",
                "update pg_settings set setting = 'public' where name = 'search_path'",
                "UPDATE pg_catalog.pg_settings s SET setting = '1' FROM t WHERE t.name = s.name",
                "with one as (update \"pg_settings\" set setting = '1' where name = 'x' returning 1) select * from one",
                "select 1; update only pg_settings set setting = '1'",
                "select set_config('app.outer', set_config('app.tenant', '42', false), true)",
                "select set_config('app.outer', set_config('app.tenant', '42', true), true)",
                "select set_config('a', pg_advisory_lock(1)::text, true)",
                "select set_config('a', '1', not true)",
                "select set_config('a', '1', true and false)",
                "select set_config('a', '1', false or true is null)",
                "select set_config('a', '1', (true))",
                "select set_config('a', '1', true = false)",
                "select set_config('a', '1', \"true\") from t",
                "select set_config('a', '1', true::text = 'x')",
                "select set_config('a', '1', 'f' < true)",
                "select set_config('a', (select x from t where true), x) from t",
                "select set_config('a', '1', is_local => true)"
            })
    void a_text_that_may_leave_something_behind_is_told(String sql) {
        assertThat(SessionEffect.of(new SqlWords().of(sql))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "select 1",
                "update t set x = 1 where id = ?",
                "insert into t (a) values (1) on conflict (a) do update set a = 2",
                "SET LOCAL x = 1",
                "set transaction isolation level serializable",
                "SET CONSTRAINTS ALL DEFERRED",
                "select 'set x to 1'",
                "select 'a'';set x to 1'",
                "select $$; set x to 1; $$",
                "select $body$; set x to 1; $body$",
                "select 1 -- ; set x to 1",
                "select 1 /* ; set x to 1 */",
                "select \"; set x\" from t",
                "select E'\\'; set x to 1'",
                "select pg_advisory_xact_lock(1)",
                "select pg_try_advisory_xact_lock(1)",
                "select set_config('app.user_id', ?, true)",
                "select set_config('a', '1', true), set_config('b', '2', TRUE)",
                "select set_config('a', coalesce(?, lower('X')), /* of the transaction */ True -- alone\n ), 1",
                "update t set setting = 1; select * from pg_settings",
                "select name from pg_settings",
                "select set_config('a', 'false', true)",
                "select set_config('a', E'it\\'s', true) where x = 1",
                "select temperature, temp_c, template from readings",
                "begin",
                "rollback; begin",
                "discard all",
                "reset x",
                "select $1, $2",
                "select 'unfinished",
                "select /* unfinished",
                "select $x$ unfinished"
            })
    void a_text_that_ends_with_its_transaction_costs_nothing(String sql) {
        assertThat(SessionEffect.of(new SqlWords().of(sql))).isFalse();
    }

    @Test
    void any_text_is_read_to_its_end() {
        long seed = System.nanoTime();
        System.out.println("SessionEffectTest seed " + seed);
        Random random = new Random(seed);
        List<String> pieces = List.of(
                "'", "\"", "$$", "$a$", "$1", "--", "/*", "*/", "\n", ";", "(", ")", "E'", "\\", "set ", "x", "ü", "_",
                "1");
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(12);
            for (int j = 0; j < length; j++) {
                text.append(pieces.get(random.nextInt(pieces.size())));
            }
            SqlWords words = new SqlWords().of(text.toString());
            int count = 0;
            while (words.next()) {
                count++;
            }
            assertThat(count).as("%s", text).isLessThanOrEqualTo(text.length());
            SessionEffect.of(new SqlWords().of(text.toString()));
        }
    }
}
