package dev.penstock;

import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/** Signals to single processes of a server, which the testkit treats as a whole. */
public final class Processes {
    private Processes() {}

    /** The first process of the server, the one that accepts connections. */
    public static long postmaster(PostgresCluster cluster, PostgresNode node) throws IOException {
        return Long.parseLong(
                Files.readAllLines(cluster.directory().resolve(node.name()).resolve("data/postmaster.pid"))
                        .get(0)
                        .strip());
    }

    /** The process that serves this connection. No I/O. */
    public static long backend(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getBackendPID();
    }

    public static void signal(String name, long pid) {
        try {
            int status = new ProcessBuilder("kill", "-" + name, String.valueOf(pid))
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException("kill -" + name + " " + pid + " ended with status " + status);
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot run kill", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
