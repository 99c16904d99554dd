package dev.penstock.connect;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one logger of this package: {@code dev.penstock.connect}. */
final class ConnectLog {
    static final Logger LOG = LoggerFactory.getLogger("dev.penstock.connect");

    private ConnectLog() {}
}
