package dev.penstock.examples.contract;

import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.util.List;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/** Runs a service's health check in its container until it succeeds: not every engine runs it by itself. */
final class HealthCheck extends AbstractWaitStrategy {
    /** Testcontainers' own look whether a container has ended at once would remove it with its log. */
    static final StartupCheckStrategy LEFT_TO_IT = new StartupCheckStrategy() {
        @Override
        public StartupStatus checkStartupState(DockerClient engine, String container) {
            return StartupStatus.SUCCESSFUL;
        }
    };

    private static final int LOG_LINES = 40;

    private final String[] command;
    private volatile String log = "(it was not created)";

    HealthCheck(List<String> command) {
        this.command = command.toArray(String[]::new);
    }

    /** The end of the container's log, as it was when the check was given up. */
    String log() {
        return log;
    }

    @Override
    protected void waitUntilReady() {
        try {
            await("health check of the service").atMost(startupTimeout).until(this::succeeds);
        } catch (RuntimeException e) {
            // Testcontainers removes what did not start.
            List<String> lines = waitStrategyTarget.getLogs().lines().toList();
            log = String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
            throw e;
        }
    }

    /** @throws IllegalStateException when it has ended, since then it will not succeed any more */
    private boolean succeeds() throws IOException, InterruptedException {
        if (!waitStrategyTarget.isRunning()) {
            throw new IllegalStateException("it has ended");
        }
        return waitStrategyTarget.execInContainer(command).getExitCode() == 0;
    }
}
