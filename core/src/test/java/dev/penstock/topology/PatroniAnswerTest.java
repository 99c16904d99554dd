package dev.penstock.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.config.Endpoint;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatroniAnswerTest {
    /** As Patroni 3.0.2 answers. */
    static final String V3 = """
            {"members": [{"name": "p1", "role": "leader", "state": "running", "api_url": "http://127.0.0.1:8001/patroni", \
            "host": "127.0.0.1", "port": 5001, "timeline": 1}, {"name": "p2", "role": "replica", "state": "running", \
            "api_url": "http://127.0.0.1:8002/patroni", "host": "127.0.0.1", "port": 5002, "timeline": 1, "lag": 0}, \
            {"name": "p3", "role": "sync_standby", "state": "running", "api_url": "http://127.0.0.1:8003/patroni", \
            "host": "127.0.0.1", "port": 5003, "timeline": 1, "tags": {"noloadbalance": true}, "lag": "unknown"}]}""";

    /** As Patroni 4.1 answers. */
    private static final String V4 = """
            {"members": [{"name": "a", "role": "standby_leader", "state": "streaming", \
            "api_url": "https://a.internal:8008/patroni", "host": "a.internal", "port": 5432, "timeline": 7, \
            "tags": {"nofailover": true, "zone": "eu-1"}, "receive_lsn": "0/4000000", "receive_lag": 0, \
            "replay_lsn": "0/4000000", "replay_lag": 0, "lsn": "0/4000000", "lag": 0}, \
            {"name": "b", "role": "quorum_standby", "state": "in archive recovery", "host": "::1", "port": 5433, \
            "pending_restart": true, "pending_restart_reason": {"max_connections": {"old_value": "100", "new_value": "200"}}, \
            "receive_lsn": "unknown", "receive_lag": "unknown", "lag": "unknown"}, \
            {"name": "c", "role": "replica", "state": "start failed", "host": "[fd00::3]", "port": 5434}, \
            {"name": "d", "role": "replica", "state": "creating replica", "api_url": "https://d.internal:8008/patroni"}], \
            "scope": "shop", "pause": true, "scheduled_switchover": {"at": "2026-11-22T10:00:00+00:00", "from": "a"}}""";

    @Test
    void each_member_is_an_endpoint_and_one_tagged_noloadbalance_serves_no_reads() throws IOException {
        assertThat(PatroniAnswer.members(V3))
                .containsExactly(
                        member("127.0.0.1", 5001, true),
                        member("127.0.0.1", 5002, true),
                        member("127.0.0.1", 5003, false));
    }

    @Test
    void members_of_every_role_and_state_count_when_they_have_an_address() throws IOException {
        assertThat(PatroniAnswer.members(V4))
                .containsExactly(
                        member("a.internal", 5432, true), member("::1", 5433, true), member("fd00::3", 5434, true));
    }

    @Test
    void a_member_named_twice_is_one() throws IOException {
        assertThat(PatroniAnswer.members(
                        "{'members':[{'host':'a','port':1},{'host':'a','port':1}]}".replace('\'', '"')))
                .hasSize(1);
    }

    @Test
    void five_hundred_members_on_one_line_without_a_space_are_read() throws IOException {
        String members = IntStream.rangeClosed(1, 500)
                .mapToObj(i -> "{\"name\":\"\\ud83d\\ude00\\/" + i + "\",\"host\":\"db-" + i + "\",\"port\":5432}")
                .collect(Collectors.joining(","));
        assertThat(PatroniAnswer.members("{\"members\":[" + members + "]}")).hasSize(500);
    }

    @ParameterizedTest
    @CsvSource({"true,false", "false,true", "null,true", "0,true", "1,false", "'\"\"',true", "'\"yes\"',false"})
    void the_tag_is_understood_as_Patroni_does(String tag, boolean servesReads) throws IOException {
        String one = "{\"members\": [{\"host\": \"a\", \"port\": 1, \"tags\": {\"noloadbalance\": " + tag + "}}]}";
        assertThat(PatroniAnswer.members(one)).containsExactly(member("a", 1, servesReads));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "7",
                "<html><body>Sign in</body></html>",
                "{\"members\": ",
                "{\"member\": []}",
                "{\"members\": {}}",
                "{\"members\": [1]}",
                "{\"members\": []} {}",
                "{\"members\": [{\"host\": 5, \"port\": 5432}]}",
                "{\"members\": [{\"host\": \"a\", \"port\": \"5432\"}]}",
                "{\"members\": [{\"host\": \"a\", \"port\": 99999}]}",
                "{\"members\": [{\"host\": \"a\", \"port\": 5432.5}]}",
                "{\"members\": [{\"host\": \"a/b?c\\nERROR all is lost\", \"port\": 1}]}",
                "{\"members\": [{\"host\": \"a\", \"port\": 1, \"tags\": 7}]}",
                "{\"a\": &x [1], \"b\": *x, \"members\": [{\"host\": \"a\", \"port\": 1}]}",
                "!!java.net.URL [x]"
            })
    void anything_else_is_an_exception_of_one_line(String text) {
        assertThatThrownBy(() -> PatroniAnswer.members(text))
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").isNotBlank());
    }

    @Test
    void brackets_by_the_hundred_thousand_are_refused() {
        assertThatThrownBy(() -> PatroniAnswer.members("[".repeat(100_000))).isInstanceOf(IOException.class);
    }

    @Test
    void a_cluster_without_members_is_nobodys_word() {
        assertThatThrownBy(() -> PatroniAnswer.members("{\"members\": []}")).hasMessage("knows no member");
        assertThatThrownBy(() -> PatroniAnswer.members("{\"members\": [{\"name\": \"p1\", \"role\": \"replica\"}]}"))
                .hasMessage("knows the address of no member");
    }

    static Member member(String host, int port, boolean servesReads) {
        return new Member(new Endpoint(host, port), Optional.empty(), servesReads);
    }
}
