package dev.penstock;

import dev.penstock.binding.Binder;
import dev.penstock.binding.Intent;
import dev.penstock.observe.DatabaseStatus;
import dev.penstock.routing.Router;
import java.sql.Connection;
import java.sql.SQLException;

/** Takes what a lazy connection needs from the router. Thread-safe. */
final class RouterBinder implements Binder {
    private final Router router;

    RouterBinder(Router router) {
        this.router = router;
    }

    @Override
    public Connection bind(Intent intent) throws SQLException {
        return switch (intent) {
            case WRITE -> router.borrowWriter();
            case READ -> router.borrowReader();
            case READ_ON_PRIMARY -> router.borrowPrimaryReader();
        };
    }

    /** A read is served by the primary or by a replica; which of those may serve is decided when it comes. */
    @Override
    public boolean canServe(Intent intent) {
        DatabaseStatus status = router.status();
        return intent == Intent.READ
                ? status.nodes().stream().anyMatch(node -> node.state().serves())
                : status.primary().isPresent();
    }
}
