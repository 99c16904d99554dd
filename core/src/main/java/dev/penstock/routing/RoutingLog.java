package dev.penstock.routing;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one logger of this package: {@code dev.penstock.routing}. */
final class RoutingLog {
    static final Logger LOG = LoggerFactory.getLogger("dev.penstock.routing");

    private RoutingLog() {}
}
