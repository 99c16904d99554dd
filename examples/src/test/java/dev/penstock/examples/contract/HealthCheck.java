package dev.penstock.examples.contract;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.rnorth.ducttape.unreliables.Unreliables;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/** Runs a service's health check in its container until it succeeds: not every engine runs it by itself. */
final class HealthCheck extends AbstractWaitStrategy {
    private final String[] command;

    HealthCheck(List<String> command) {
        this.command = command.toArray(String[]::new);
    }

    @Override
    protected void waitUntilReady() {
        Unreliables.retryUntilTrue(
                (int) startupTimeout.toSeconds(),
                TimeUnit.SECONDS,
                () -> getRateLimiter().getWhenReady(this::succeeds));
    }

    private boolean succeeds() throws IOException, InterruptedException {
        return waitStrategyTarget.execInContainer(command).getExitCode() == 0;
    }
}
