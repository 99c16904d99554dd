package dev.penstock.examples.contract;

import org.junit.jupiter.api.Tag;

/** The contract on the servers of examples/compose. Part of the build with {@code -Pcontainers}. */
@Tag("containers")
class ContainersContractIT extends BehaviourContract {
    @Override
    Servers start() throws Exception {
        return ComposeServers.start();
    }
}
