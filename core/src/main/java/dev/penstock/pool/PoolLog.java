package dev.penstock.pool;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one logger of this package: {@code dev.penstock.pool}. */
final class PoolLog {
    static final Logger LOG = LoggerFactory.getLogger("dev.penstock.pool");

    private PoolLog() {}
}
