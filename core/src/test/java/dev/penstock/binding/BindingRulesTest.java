package dev.penstock.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a connection binds, for what, and when it may bind again: one row per case of the rules, without a server. */
class BindingRulesTest {
    /**
     * The steps in their order, the binds that come of them, and the SQLSTATE of the last step where it is refused. A refused step
     * changes nothing.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # Settings, transactions without a statement, and the end need no server
            ro tx ser schema info timeout catalog warnings |  |
            tx commit rollback commit        |  |
            close close                      |  |
            ro tx close                      |  |
            abort abort                      |  |
            # The first call that needs one binds: undeclared work to the primary, always
            run                              | WRITE |
            tx run                           | WRITE |
            tx run commit run                | WRITE |
            statement                        | WRITE |
            ro run                           | READ |
            ro tx run                        | READ |
            tx ro run                        | READ |
            tx ro commit run                 | READ |
            ro rw run                        | WRITE |
            ro tx rw run                     | WRITE |
            ro statement                     | READ |
            ro prepare                       | READ |
            ro call                          | READ |
            ro meta                          | READ |
            ro array                         | READ |
            ro native                        | READ |
            ro getschema                     | READ |
            # A standby refuses SERIALIZABLE
            ro rr run                        | READ |
            ro ser run                       | READ_ON_PRIMARY |
            ser ro tx run                    | READ_ON_PRIMARY |
            ro ser rc run                    | READ |
            ser run                          | WRITE |
            none                             |  | 0A000
            # What lives in one session belongs to the primary, and stays
            tx savepoint                     | WRITE |
            ro tx savepoint                  | READ_ON_PRIMARY |
            ro blob                          | READ_ON_PRIMARY |
            blob                             | WRITE |
            ro clob                          | READ_ON_PRIMARY |
            ro nclob                         | READ_ON_PRIMARY |
            ro hold                          | READ_ON_PRIMARY |
            ro holding run                   | READ_ON_PRIMARY |
            hold                             | WRITE |
            unwrap                           | WRITE |
            ro unwrap                        | READ_ON_PRIMARY |
            tx savepoint commit ro run       | WRITE |
            tx savepoint commit ro rw run    | WRITE |
            ro tx savepoint commit rw        | READ_ON_PRIMARY | 25001
            unwrap ro run                    | WRITE |
            ro unwrap rw                     | READ_ON_PRIMARY | 25001
            ro blob rw                       | READ_ON_PRIMARY | 25001
            ro holding run rw                | READ_ON_PRIMARY | 25001
            run holding ro run               | WRITE |
            ro run hold rw                   | READ | 25001
            ro run unwrap ser                | READ | 25001
            # Between two transactions another readOnly sends it elsewhere
            run ro                           | WRITE |
            run ro run                       | WRITE READ |
            ro run rw run                    | READ WRITE |
            ro run rw ro run                 | READ READ |
            ro run ro run                    | READ |
            run rw run                       | WRITE |
            tx run commit ro run             | WRITE READ |
            tx run rollback ro run           | WRITE READ |
            ro tx run commit rw run          | READ WRITE |
            ro tx run commit auto rw run     | READ WRITE |
            ro tx statement rw run           | READ WRITE |
            tx run commit commit ro run      | WRITE READ |
            # A session that may write is not left while a prepared statement is open on it
            prepare ro run                   | WRITE |
            prepare ro rw run                | WRITE |
            call ro run                      | WRITE |
            prepare unprepare ro run         | WRITE READ |
            prepare unprepare unprepare ro run | WRITE READ |
            prepare call unprepare ro run    | WRITE |
            prepare ro unprepare rw run      | WRITE WRITE |
            tx prepare commit ro run         | WRITE |
            ro prepare rw run                | READ WRITE |
            ro ser prepare rw run            | READ_ON_PRIMARY WRITE |
            ro prepare ser run               | READ READ_ON_PRIMARY |
            ro prepare rw prepare unprepare ro run | READ WRITE READ |
            prepare prepare unprepare unprepare ro run | WRITE |
            # Within one it is refused, as the driver sees it and not the text
            tx run ro                        | WRITE | 25001
            ro tx run rw                     | READ | 25001
            tx run commit run ro             | WRITE | 25001
            tx run ro                        | WRITE | 25001
            blind run ro                     | WRITE | 25001
            # A session that holds something is not left
            run mark ro run                  | WRITE |
            run mark ro rw run               | WRITE |
            ro run mark rw                   | READ | 25001
            # SERIALIZABLE leaves a replica under the same conditions
            ro run ser run                   | READ READ_ON_PRIMARY |
            ro tx run commit ser run         | READ READ_ON_PRIMARY |
            ro tx run ser                    | READ | 25001
            ro run mark ser                  | READ | 25001
            ro run rr run                    | READ |
            run ser run                      | WRITE |
            run ser ro run                   | WRITE READ_ON_PRIMARY |
            ro ser run rc run                | READ_ON_PRIMARY |
            ro ser run rw run                | READ_ON_PRIMARY WRITE |
            # Autocommit has nothing to commit
            commit                           |  | 25P01
            rollback                         |  | 25P01
            savepoint                        |  | 25P01
            tx auto commit                   |  | 25P01
            tx release                       |  | 3B001
            # Closed
            close run                        |  | 08003
            run close run                    | WRITE | 08003
            close ro                         |  | 08003
            close commit                     |  | 08003
            run abort run                    | WRITE | 08003
            """)
    void binds(String script, String binds, String refused) throws SQLException {
        RecordingBinder binder = new RecordingBinder();
        Connection connection = binder.open();
        List<String> steps = new ArrayList<>(List.of(script.split(" ")));
        String last = steps.remove(steps.size() - 1);
        for (String step : steps) {
            Steps.take(step, binder, connection);
        }

        if (refused == null) {
            Steps.take(last, binder, connection);
        } else {
            String before = describe(connection, binder);
            assertThatThrownBy(() -> Steps.take(last, binder, connection))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(refused));
            assertThat(describe(connection, binder)).isEqualTo(before);
        }

        assertThat(names(binder.intents)).isEqualTo(binds == null ? "" : binds);
        connection.close();
        assertThat(binder.sessions).allMatch(ScriptedSession::isClosed);
    }

    private static String names(List<Intent> intents) {
        return intents.stream().map(Intent::name).collect(Collectors.joining(" "));
    }

    private static String describe(Connection connection, RecordingBinder binder) throws SQLException {
        String sessions = binder.sessions.stream()
                .map(session -> session.isClosed() + " " + session.calls)
                .toList()
                .toString();
        return connection.isClosed()
                ? sessions
                : connection.isReadOnly() + " " + connection.getAutoCommit() + " " + sessions;
    }

    @Test
    void the_order_of_the_settings_does_not_matter() throws SQLException {
        List<List<String>> orders = orders(List.of("ro", "tx", "rr", "schema", "timeout"));
        assertThat(orders).hasSize(120);
        for (List<String> order : orders) {
            for (boolean declared : new boolean[] {true, false}) {
                RecordingBinder binder = new RecordingBinder();
                try (Connection connection = binder.open()) {
                    for (String step : order) {
                        if (declared || !step.equals("ro")) {
                            Steps.take(step, binder, connection);
                        }
                    }
                    Steps.take("run", binder, connection);
                    assertThat(binder.intents).as("%s", order).containsExactly(declared ? Intent.READ : Intent.WRITE);
                    assertThat(binder.last().calls)
                            .containsExactly(
                                    "setTransactionIsolation(4)",
                                    "setSchema(other)",
                                    binder.last().calls.get(2),
                                    "setAutoCommit(false)",
                                    "createStatement");
                }
            }
        }
    }

    private static List<List<String>> orders(List<String> steps) {
        if (steps.isEmpty()) {
            return List.of(List.of());
        }
        List<List<String>> all = new ArrayList<>();
        for (String first : steps) {
            List<String> others = new ArrayList<>(steps);
            others.remove(first);
            for (List<String> rest : orders(others)) {
                List<String> order = new ArrayList<>(List.of(first));
                order.addAll(rest);
                all.add(order);
            }
        }
        return all;
    }
}
