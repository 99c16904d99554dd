package dev.penstock.examples.contract;

/** The contract on the testkit's servers; part of every build. */
class EmbeddedContractIT extends BehaviourContract {
    @Override
    Servers start() {
        return new EmbeddedServers();
    }
}
