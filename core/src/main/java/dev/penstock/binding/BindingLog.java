package dev.penstock.binding;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one logger of this package: {@code dev.penstock.binding}. */
final class BindingLog {
    static final Logger LOG = LoggerFactory.getLogger("dev.penstock.binding");

    private BindingLog() {}
}
