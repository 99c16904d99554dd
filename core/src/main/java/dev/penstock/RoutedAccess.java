package dev.penstock;

import dev.penstock.binding.LazyConnections;
import dev.penstock.binding.SessionDefaults;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.WriteOptions;
import dev.penstock.routing.CausalSession;
import dev.penstock.routing.ReadNeed;
import dev.penstock.routing.ReadWork;
import dev.penstock.routing.RoutedDataSource;
import dev.penstock.routing.Router;
import dev.penstock.routing.WriteWork;
import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Every way to work with a database, for a session or for none. Thread-safe. */
final class RoutedAccess implements Access {
    private final SessionDefaults defaults;
    private final Supplier<@Nullable CausalSession> session;
    private final RoutedBinder binder;
    private final ReadWork reads;
    private final WriteWork writes;
    private final DataSource reader;
    private final DataSource writer;

    /**
     * @param defaults what a session begins with
     * @param session what the calling thread's work has to see; null for whatever is fresh enough
     */
    RoutedAccess(Router router, SessionDefaults defaults, Supplier<@Nullable CausalSession> session) {
        this.defaults = defaults;
        this.session = session;
        this.binder = new RoutedBinder(router, session);
        this.reads = new ReadWork(router);
        this.writes = new WriteWork(router);
        this.reader = new RoutedDataSource("reader", () -> binder.reader(ReadNeed.ANY));
        this.writer = new RoutedDataSource("writer", binder::writer);
    }

    @Override
    public <T> T read(SqlFunction<T> work) throws SQLException {
        return read(ReadOptions.defaults(), work);
    }

    @Override
    public <T> T read(ReadOptions options, SqlFunction<T> work) throws SQLException {
        return reads.run(options, work::apply, session.get());
    }

    @Override
    public void write(SqlAction work) throws SQLException {
        write(WriteOptions.defaults(), work);
    }

    @Override
    public void write(WriteOptions options, SqlAction work) throws SQLException {
        writeReturning(options, connection -> {
            work.run(connection);
            return Boolean.TRUE;
        });
    }

    @Override
    public <T> T writeReturning(SqlFunction<T> work) throws SQLException {
        return writeReturning(WriteOptions.defaults(), work);
    }

    @Override
    public <T> T writeReturning(WriteOptions options, SqlFunction<T> work) throws SQLException {
        return writes.run(options, work::apply, session.get());
    }

    @Override
    public DataSource reader() {
        return reader;
    }

    @Override
    public DataSource reader(ReadOptions options) {
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
        return new RoutedDataSource("reader", () -> binder.reader(need));
    }

    @Override
    public DataSource writer() {
        return writer;
    }

    @Override
    public DataSource dataSource() {
        return new RoutedDataSource("lazy", new LazyConnections(binder, defaults)::open);
    }
}
