package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.connect.ErrorClass;
import dev.penstock.routing.ReadLoss.Facts;
import dev.penstock.routing.ReadLoss.Past;
import dev.penstock.routing.ReadLoss.Step;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rule of when a read runs again, as two tables: what an error is to it, and what follows. */
class ReadLossTest {
    /** The columns behind the SQLSTATE: came through this call's connection; the session is over; broken on this side; announced. */
    @ParameterizedTest(name = "{6} {0} {1} {2} {3} {4} {5}")
    @CsvSource({
        // Not through this call's connection, whatever it says.
        "CONNECTION,    08006, no,  yes, no,  no,  NO_LOSS",
        "EXHAUSTED,     53200, no,  no,  no,  no,  NO_LOSS",
        "INTERNAL,      XX000, no,  no,  no,  no,  NO_LOSS",
        "SERIALIZATION, 40001, no,  no,  no,  no,  NO_LOSS",
        // The session stands: a function, or a foreign server behind it, has raised it.
        "CONNECTION,    08006, yes, no,  no,  no,  NO_LOSS",
        "CONNECTION,    57P01, yes, no,  no,  no,  NO_LOSS",
        "NOT_CONNECTED, 08001, yes, no,  no,  no,  NO_LOSS",
        "SATURATED,     53300, yes, no,  no,  no,  NO_LOSS",
        // The session was lost without a word, or the server failed inside: the query may have done it.
        "CONNECTION,    08006, yes, yes, no,  no,  SUSPECT",
        "CONNECTION,    08P01, yes, yes, no,  no,  SUSPECT",
        "INTERNAL,      XX001, yes, no,  no,  no,  SUSPECT",
        "INTERNAL,      58030, yes, yes, no,  no,  SUSPECT",
        // Unless we broke it ourselves, or the server had said why.
        "CONNECTION,    08006, yes, yes, yes, no,  PASSING",
        "CONNECTION,    08006, yes, yes, no,  yes, PASSING",
        "INTERNAL,      58030, yes, yes, no,  yes, PASSING",
        "CONNECTION,    57P02, yes, yes, no,  no,  PASSING",
        // Of its node, and perhaps of the next one.
        "CONNECTION,    57P01, yes, yes, no,  no,  OF_NODE",
        "EXHAUSTED,     53100, yes, no,  no,  no,  OF_NODE",
        "EXHAUSTED,     53200, yes, no,  no,  no,  OF_NODE",
        "EXHAUSTED,     53100, yes, yes, no,  no,  OF_NODE",
        "CONFLICT,      40001, yes, no,  no,  no,  OF_NODE",
        "CONFLICT,      40001, yes, yes, no,  no,  OF_NODE",
        // No session, no answer, or one that ended before the statement was run.
        "NO_ANSWER,     08006, yes, yes, no,  no,  PASSING",
        "CLOSED,        08003, yes, yes, yes, no,  PASSING",
        "NOT_CONNECTED, 08001, yes, yes, no,  no,  PASSING",
        "NOT_NOW,       57P03, yes, yes, no,  no,  PASSING",
        "SATURATED,     53300, yes, yes, no,  no,  PASSING",
        "IDLE_TOO_LONG, 57P05, yes, yes, no,  no,  PASSING",
        "SERIALIZATION, 40001, yes, no,  no,  no,  PASSING",
        // Of what the driver had prepared.
        "STALE_PLAN,    0A000, yes, no,  no,  no,  STALE_PLAN",
        "STALE_PLAN,    26000, no,  no,  no,  no,  NO_LOSS",
        // What a read never runs again for.
        "STATEMENT,     42601, yes, no,  no,  no,  NO_LOSS",
        "READ_ONLY,     25006, yes, no,  no,  no,  NO_LOSS",
        "SESSION_ENDED, 25P04, yes, yes, no,  no,  NO_LOSS",
        "OUTCOME_UNKNOWN, 08007, yes, yes, no, no, NO_LOSS",
        "TLS,           08006, yes, yes, no,  no,  NO_LOSS",
        "AUTHENTICATION, 28P01, yes, yes, no, no,  NO_LOSS",
        "CONFIGURATION, 3D000, yes, yes, no,  no,  NO_LOSS",
    })
    void an_error_is_the_reads_own_suspect_of_its_node_or_passing(
            ErrorClass kind,
            String state,
            String thrownHere,
            String sessionOver,
            String abandoned,
            String announced,
            ReadLoss expected) {
        Facts facts = new Facts(kind, state, is(thrownHere), is(sessionOver), is(abandoned), is(announced));
        assertThat(ReadLoss.of(facts)).isEqualTo(expected);
    }

    /** The columns behind the loss: suspect losses so far; passing ones; runs; whether a node serves on which it has not run. */
    @ParameterizedTest(name = "{0} {1} {2} {3} {4} {5}")
    @CsvSource({
        "NO_LOSS,     0, 0, 1, yes, TELL",
        "SUSPECT, 1, 0, 1, yes, MOVE",
        "SUSPECT, 1, 0, 1, no,  ONCE_ANSWERED",
        "SUSPECT, 2, 0, 2, yes, TELL",
        "SUSPECT, 2, 0, 2, no,  TELL",
        "SUSPECT, 1, 3, 4, no,  ONCE_ANSWERED",
        "SUSPECT, 1, 6, 7, no,  TELL",
        "OF_NODE, 0, 0, 1, yes, MOVE",
        "OF_NODE, 0, 0, 2, yes, MOVE",
        "OF_NODE, 0, 0, 3, no,  TELL",
        "OF_NODE, 0, 0, 1, no,  ONCE_ANSWERED",
        "OF_NODE, 0, 0, 2, no,  TELL",
        "STALE_PLAN, 0, 1, 1, yes, AGAIN",
        "STALE_PLAN, 0, 5, 5, no,  AGAIN",
        "STALE_PLAN, 0, 6, 6, no,  TELL",
        "PASSING, 0, 1, 1, yes, MOVE",
        "PASSING, 0, 1, 1, no,  PAUSE",
        "PASSING, 0, 5, 5, no,  PAUSE",
        "PASSING, 0, 6, 6, no,  TELL",
        "PASSING, 0, 6, 6, yes, TELL",
    })
    void what_follows_is_told_from_what_the_read_has_behind_it(
            ReadLoss loss, int suspect, int passing, int runs, String elsewhere, Step expected) {
        assertThat(loss.next(new Past(suspect, passing, runs, is(elsewhere)))).isEqualTo(expected);
    }

    private static boolean is(String yesOrNo) {
        return yesOrNo.equals("yes");
    }
}
