package dev.penstock;

import dev.penstock.binding.Binder;
import dev.penstock.binding.Intent;
import dev.penstock.observe.DatabaseStatus;
import dev.penstock.routing.CausalSession;
import dev.penstock.routing.ReadNeed;
import dev.penstock.routing.Router;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes connections from the router, for the session whose work the calling thread is doing. Thread-safe. */
final class RoutedBinder implements Binder {
    private final Router router;
    private final Supplier<@Nullable CausalSession> session;

    RoutedBinder(Router router, Supplier<@Nullable CausalSession> session) {
        this.router = router;
        this.session = session;
    }

    Connection reader(ReadNeed need) throws SQLException {
        CausalSession current = session.get();
        return current == null ? router.borrowReader(need) : current.borrowReader(need);
    }

    Connection writer() throws SQLException {
        CausalSession current = session.get();
        return current == null ? router.borrowWriter() : current.borrowWriter();
    }

    @Override
    public Connection bind(Intent intent) throws SQLException {
        return switch (intent) {
            case WRITE -> writer();
            case READ -> reader(ReadNeed.ANY);
            case READ_ON_PRIMARY -> reader(ReadNeed.PRIMARY);
        };
    }

    /** Which of the nodes may serve a read is decided when it comes. */
    @Override
    public boolean canServe(Intent intent) {
        DatabaseStatus status = router.status();
        return intent == Intent.READ
                ? status.nodes().stream().anyMatch(node -> node.state().serves())
                : status.primary().isPresent();
    }
}
