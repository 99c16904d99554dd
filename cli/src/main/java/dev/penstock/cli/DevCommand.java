package dev.penstock.cli;

import dev.penstock.cli.dev.DevCluster;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** {@code penstock dev}: a local primary with replicas to develop against. */
final class DevCommand implements Command {
    private static final String PORT = "--port";
    private static final String REPLICAS = "--replicas";
    private static final String NO_TLS = "--no-tls";

    /** Below the range of outgoing connections, and nobody's registered or customary port. */
    private static final int DEFAULT_PORT = 25_430;

    private static final int MOST_REPLICAS = 8;

    @Override
    public String name() {
        return "dev";
    }

    @Override
    public String summary() {
        return "a local primary and replica to develop against, until Ctrl-C";
    }

    @Override
    public String help() {
        return """
                Usage: penstock dev [--port N] [--replicas N] [--no-tls]

                Starts a PostgreSQL primary and replicas on this machine, with TLS, SCRAM and one secret file per role, and
                prints the variables for your program. They can be pasted into a shell. Stays until Ctrl-C, then removes
                everything, the data as well.

                  --port N       the primary's port; the replicas take the next ones; %d by default
                  --replicas N   how many replicas, 0 to %d; 1 by default
                  --no-tls       plain TCP

                Exit status: 1 when a port is in use or a server cannot run here, 2 for wrong options, 130 after Ctrl-C.
                """.formatted(DEFAULT_PORT, MOST_REPLICAS);
    }

    @Override
    public int run(List<String> arguments, Terminal terminal)
            throws UsageException, SQLException, InterruptedException {
        Options options = Options.parse(arguments, Set.of(PORT, REPLICAS), Set.of(NO_TLS));
        int replicas = options.number(REPLICAS, 1, 0, MOST_REPLICAS);
        int port = options.number(PORT, DEFAULT_PORT, 1, 65_535 - replicas);
        int[] ports = IntStream.rangeClosed(port, port + replicas).toArray();
        return new DevCluster(ports, !options.has(NO_TLS)).run(terminal.out(), terminal.err());
    }
}
