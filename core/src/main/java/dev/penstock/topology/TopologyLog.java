package dev.penstock.topology;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one logger of this package: {@code dev.penstock.topology}. */
final class TopologyLog {
    static final Logger LOG = LoggerFactory.getLogger("dev.penstock.topology");

    private TopologyLog() {}
}
