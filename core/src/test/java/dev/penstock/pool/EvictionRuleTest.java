package dev.penstock.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.SQLExceptionOverride.Override;
import dev.penstock.config.Endpoint;
import dev.penstock.connect.Node;
import dev.penstock.connect.Purpose;
import dev.penstock.connect.StartMode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What becomes of a pooled connection after an error, and whether the topology hears of it. */
class EvictionRuleTest {
    @ParameterizedTest
    @CsvSource({
        "WRITE, ERROR, 25006, MUST_EVICT, true",
        "READ,  ERROR, 25006, CONTINUE_EVICT, false",
        "WRITE, ERROR, 0A000, DO_NOT_EVICT, false",
        "READ,  ERROR, 0A000, DO_NOT_EVICT, false",
        "READ,  FATAL, 0A000, MUST_EVICT, false",
        "WRITE, ERROR, 08006, MUST_EVICT, true",
        "WRITE, ERROR, 08003, MUST_EVICT, false",
        "READ,  FATAL, 57P01, MUST_EVICT, true",
        "READ,  FATAL, 57P03, MUST_EVICT, true",
        "READ,  FATAL, 40001, MUST_EVICT, false",
        "WRITE, ERROR, 40001, CONTINUE_EVICT, false",
        "WRITE, FATAL, 57P05, MUST_EVICT, false",
        "WRITE, FATAL, 25P04, MUST_EVICT, false",
        "WRITE, PANIC, 53100, MUST_EVICT, true",
        "WRITE, ERROR, 53100, CONTINUE_EVICT, true",
        "READ,  ERROR, XX001, CONTINUE_EVICT, true",
        "READ,  FATAL, 53300, MUST_EVICT, false",
        "WRITE, ERROR, 23505, CONTINUE_EVICT, false",
        "WRITE, ERROR, 57014, CONTINUE_EVICT, false",
        "WRITE, FATAL, 72000, MUST_EVICT, false",
    })
    void an_error_ends_a_connection_and_tells_the_topology(
            Purpose purpose, String severity, String state, Override verdict, boolean told) {
        List<SQLException> heard = new ArrayList<>();
        Node node = new Node("node-1", Endpoint.parse("localhost:5432"));
        node.onConnectionError((n, error) -> heard.add(error));
        String wire = "S" + severity + "\0V" + severity + "\0C" + state + "\0MIt failed.\0\0";
        SQLException error = new PSQLException(new ServerErrorMessage(wire));
        assertThat(new EvictionRule(node, purpose, new Hearing("node-1", purpose.label())).adjudicate(error))
                .isEqualTo(verdict);
        assertThat(heard.contains(error)).isEqualTo(told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"08001", "08003", "08006", "57P01", "57P03"})
    void what_a_foreign_server_raises_of_its_own_loss_keeps_the_connection_and_tells_nobody(String state) {
        List<SQLException> heard = new ArrayList<>();
        Node node = new Node("node-1", Endpoint.parse("localhost:5432"));
        node.onConnectionError((n, error) -> heard.add(error));
        SQLException error = new PSQLException(
                new ServerErrorMessage("SERROR\0VERROR\0C" + state + "\0MIt failed.\0Rpgfdw_report_error\0\0"));
        assertThat(new EvictionRule(node, Purpose.WRITE, new Hearing("node-1", "write")).adjudicate(error))
                .isEqualTo(Override.DO_NOT_EVICT);
        assertThat(heard).isEmpty();
    }

    @Test
    void a_role_that_begins_read_only_costs_no_connection_and_no_look_at_the_cluster() {
        List<SQLException> heard = new ArrayList<>();
        Node node = new Node("node-1", Endpoint.parse("localhost:5432"));
        node.onConnectionError((n, error) -> heard.add(error));
        node.learnStartMode(new StartMode(StartMode.Origin.ROLE, null));
        SQLException error = new PSQLException(new ServerErrorMessage("SERROR\0VERROR\0C25006\0MIt failed.\0\0"));
        assertThat(new EvictionRule(node, Purpose.WRITE, new Hearing("node-1", "write")).adjudicate(error))
                .isEqualTo(Override.CONTINUE_EVICT);
        assertThat(heard).isEmpty();
        assertThat(error.getSuppressed()[0].getMessage()).contains("default_transaction_read_only");
    }
}
