package dev.penstock.cli;

import dev.penstock.cli.cluster.AnnouncedStart;
import dev.penstock.cli.demo.Demo;
import dev.penstock.cli.demo.DemoPlan;
import dev.penstock.cli.demo.Display;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** {@code penstock demo}: reads and writes on a real cluster that loses its primary. */
final class DemoCommand implements Command {
    private static final String SECONDS = "--seconds";
    private static final String REPLICAS = "--replicas";

    @Override
    public String name() {
        return "demo";
    }

    @Override
    public String summary() {
        return "reads and writes on a local cluster that loses its primary; about 25 s";
    }

    @Override
    public String help() {
        return """
                Usage: penstock demo [--seconds N] [--replicas N]

                Starts a PostgreSQL primary and replicas on this machine (TLS, SCRAM, passwords in secret files), reads and
                writes through Penstock, pauses the replay of one replica, kills the primary with SIGKILL and promotes a
                replica. Then compares what was acknowledged with what is in the table. Everything is removed at the end and
                on Ctrl-C.

                  --seconds N    how long to read and write, %d to %d; %d by default
                  --replicas N   how many replicas, %d to %d; %d by default

                Exit status: 0 when nothing acknowledged was lost and no read went wrong, 1 otherwise, 2 for wrong options.
                """.formatted(
                        DemoPlan.SHORTEST_SECONDS,
                        DemoPlan.LONGEST_SECONDS,
                        DemoPlan.DEFAULT_SECONDS,
                        DemoPlan.FEWEST_REPLICAS,
                        DemoPlan.MOST_REPLICAS,
                        DemoPlan.DEFAULT_REPLICAS);
    }

    @Override
    public int run(List<String> arguments, Terminal terminal)
            throws UsageException, SQLException, InterruptedException {
        Options options = Options.parse(arguments, Set.of(SECONDS, REPLICAS), Set.of());
        int seconds =
                options.number(SECONDS, DemoPlan.DEFAULT_SECONDS, DemoPlan.SHORTEST_SECONDS, DemoPlan.LONGEST_SECONDS);
        int replicas =
                options.number(REPLICAS, DemoPlan.DEFAULT_REPLICAS, DemoPlan.FEWEST_REPLICAS, DemoPlan.MOST_REPLICAS);
        Display display = Display.on(terminal.out(), terminal.redraws());
        return new Demo(DemoPlan.of(seconds, replicas), display, new AnnouncedStart(terminal.err()))
                        .run()
                        .isEmpty()
                ? 0
                : 1;
    }
}
