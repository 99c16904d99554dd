package dev.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DevIT {
    private static final Pattern EXPORT = Pattern.compile("export ([A-Z_]+)='(.*)'");
    private static final String LAST_LINE = "# Schema:";

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end_what_a_failed_test_left() {
        started.forEach(Process::destroy);
    }

    @Test
    void dev_prints_variables_that_lead_to_a_primary_and_a_replica_and_leaves_nothing_after_ctrl_c() throws Exception {
        Process dev = dev("--port", "" + freePortWithTheNextOne());
        BufferedReader out = dev.inputReader();
        Map<String, String> variables = variables(out);

        assertThat(variables).containsEntry("POSTGRES_SSL_MODE", "verify-full").containsKey("PGSSLROOTCERT");
        try (Database database = Database.open(DatabaseConfig.fromEnvironment(variables))) {
            database.write(c -> assertThat(isInRecovery(c)).isFalse());
            assertThat(database.<Boolean>read(DevIT::isInRecovery)).isTrue();
        }
        new ProcessBuilder("kill", "-INT", "" + dev.pid()).inheritIO().start().waitFor();

        assertThat(dev.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(dev.exitValue()).isEqualTo(130);
        assertThat(out.readLine()).isEqualTo("# Stopped; servers and data are removed.");
        assertThat(Path.of(variable(variables, "DATABASE_PASSWORD_FILE_PATH")).getParent())
                .doesNotExist();
        assertThat(isFree(URI.create(variable(variables, "DATABASE_URL")).getPort()))
                .isTrue();
        assertThat(dev.toHandle().descendants()).isEmpty();
    }

    @Test
    void dev_says_in_one_line_that_a_port_is_in_use() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            int port = taken.getLocalPort();
            Process dev = dev("--port", "" + port, "--replicas", "0");

            assertThat(dev.errorReader().readLine())
                    .startsWith("penstock dev: cannot listen on port " + port + ": Address already in use")
                    .endsWith("; choose others with --port");
            assertThat(dev.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(dev.exitValue()).isEqualTo(1);
            assertThat(dev.inputReader().readLine()).isNull();
        }
    }

    /** A build that runs in the background ignores SIGINT, and its children inherit that. */
    private static List<String> hearingInterrupts() {
        return System.getProperty("os.name").equals("Linux") ? List.of("env", "--default-signal=INT") : List.of();
    }

    private Process dev(String... options) throws IOException {
        List<String> command = new ArrayList<>(hearingInterrupts());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "dev"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).start();
        started.add(process);
        return process;
    }

    private static Map<String, String> variables(BufferedReader out) throws IOException {
        Map<String, String> variables = new HashMap<>();
        for (String line = out.readLine(); line != null && !line.startsWith(LAST_LINE); line = out.readLine()) {
            Matcher export = EXPORT.matcher(line);
            assertThat(line.startsWith("#") || export.matches()).as(line).isTrue();
            if (export.matches()) {
                variables.put(export.group(1), export.group(2));
            }
        }
        return variables;
    }

    private static String variable(Map<String, String> variables, String name) {
        assertThat(variables).containsKey(name);
        return variables.get(name);
    }

    private static boolean isInRecovery(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select pg_is_in_recovery()")) {
            result.next();
            return result.getBoolean(1);
        }
    }

    static int freePortWithTheNextOne() {
        int port = 20_000 + (int) (ProcessHandle.current().pid() % 5_000);
        while (!isFree(port) || !isFree(port + 1)) {
            port += 2;
        }
        return port;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException inUse) {
            return false;
        }
    }
}
