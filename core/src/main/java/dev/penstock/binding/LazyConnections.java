package dev.penstock.binding;

import java.sql.Connection;

/** Makes connections that take a server when they need one. Thread-safe. */
public final class LazyConnections {
    private final Binder binder;
    private final SessionDefaults defaults;
    private final Settings untouched;

    public LazyConnections(Binder binder, SessionDefaults defaults) {
        this.binder = binder;
        this.defaults = defaults;
        this.untouched = Settings.untouched(this);
    }

    /** One that has no server yet: no I/O, no pool, one small object. */
    public Connection open() {
        return new LazyConnection(untouched);
    }

    Binder binder() {
        return binder;
    }

    SessionDefaults defaults() {
        return defaults;
    }
}
