package dev.penstock;

import dev.penstock.binding.Binder;
import dev.penstock.binding.Intent;
import dev.penstock.binding.LazyConnections;
import dev.penstock.binding.SessionDefaults;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.WriteOptions;
import dev.penstock.observe.DatabaseStatus;
import dev.penstock.routing.CausalSession;
import dev.penstock.routing.ReadNeed;
import dev.penstock.routing.ReadWork;
import dev.penstock.routing.RoutedDataSource;
import dev.penstock.routing.Router;
import dev.penstock.routing.WriteWork;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Every way to work with a database, for a session or for none. Thread-safe. */
abstract class RoutedAccess implements Access {
    private final Router router;
    private final Supplier<@Nullable CausalSession> session;
    private final ReadWork reads;
    private final WriteWork writes;
    private final DataSource reader;
    private final DataSource writer;
    private final DataSource lazy;

    /** @param session what the calling thread's work has to see; null for whatever is fresh enough */
    RoutedAccess(Router router, SessionDefaults defaults, Supplier<@Nullable CausalSession> session) {
        this.router = router;
        this.session = session;
        this.reads = new ReadWork(router);
        this.writes = new WriteWork(router);
        this.reader = new RoutedDataSource("reader", () -> borrowReader(ReadNeed.ANY));
        this.writer = new RoutedDataSource("writer", this::borrowWriter);
        LazyConnections connections = new LazyConnections(new Servers(), defaults);
        this.lazy = new RoutedDataSource("lazy", connections::open);
    }

    private Connection borrowReader(ReadNeed need) throws SQLException {
        CausalSession current = session.get();
        return current == null ? router.borrowReader(need) : current.borrowReader(need);
    }

    private Connection borrowWriter() throws SQLException {
        CausalSession current = session.get();
        return current == null ? router.borrowWriter() : current.borrowWriter();
    }

    @Override
    public final <T> T read(SqlFunction<T> work) throws SQLException {
        return read(ReadOptions.defaults(), work);
    }

    @Override
    public final <T> T read(ReadOptions options, SqlFunction<T> work) throws SQLException {
        return reads.run(options, work::apply, session.get());
    }

    @Override
    public final void write(SqlAction work) throws SQLException {
        write(WriteOptions.defaults(), work);
    }

    @Override
    public final void write(WriteOptions options, SqlAction work) throws SQLException {
        writeReturning(options, connection -> {
            work.run(connection);
            return Boolean.TRUE;
        });
    }

    @Override
    public final <T> T writeReturning(SqlFunction<T> work) throws SQLException {
        return writeReturning(WriteOptions.defaults(), work);
    }

    @Override
    public final <T> T writeReturning(WriteOptions options, SqlFunction<T> work) throws SQLException {
        return writes.run(options, work::apply, session.get());
    }

    @Override
    public final DataSource reader() {
        return reader;
    }

    @Override
    public final DataSource reader(ReadOptions options) {
        ReadOptions placed = new ReadOptions(
                ReadOptions.defaults().parameters(),
                options.placement(),
                ReadOptions.defaults().isolation(),
                ReadOptions.defaults().fetchSize(),
                ReadOptions.defaults().conduct());
        if (!placed.equals(options)) {
            throw new IllegalArgumentException("A view's transactions are its caller's, so it takes only options that"
                    + " say where a read may go: prefer, maxStaleness, after, onUnsatisfied; not " + options);
        }
        ReadNeed need = ReadNeed.of(options);
        return new RoutedDataSource("reader", () -> borrowReader(need));
    }

    @Override
    public final DataSource writer() {
        return writer;
    }

    @Override
    public final DataSource dataSource() {
        return lazy;
    }

    /** Where a lazy connection gets its server from. */
    private final class Servers implements Binder {
        @Override
        public Connection bind(Intent intent) throws SQLException {
            return switch (intent) {
                case WRITE -> borrowWriter();
                case READ -> borrowReader(ReadNeed.ANY);
                case READ_ON_PRIMARY -> borrowReader(ReadNeed.NOT_ON_REPLICAS);
            };
        }

        @Override
        public String catalog() {
            return router.databaseName();
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
}
