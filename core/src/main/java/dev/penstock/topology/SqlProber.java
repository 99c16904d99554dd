package dev.penstock.topology;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Connector;
import dev.penstock.connect.Node;
import dev.penstock.connect.NodeConnection;
import dev.penstock.connect.Purpose;
import dev.penstock.connect.ServerFacts;
import dev.penstock.connect.Spare;
import dev.penstock.connect.WalPosition;
import dev.penstock.observe.ServerSessions;
import dev.penstock.tls.ServerText;
import java.net.InetAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks PostgreSQL, over a connection of the monitor's own. Any role may run every question, functions that an administrator has closed are left
 * out of it, and each is a transaction with an isolation of its
 * own, so that no default of the role or the server keeps it from being answered.
 */
final class SqlProber implements Prober {
    /** Roles change seldom, and what is odd about one is not to be told for long after it was put right. */
    private static final Duration FACTS_EVERY = Duration.ofSeconds(60);

    private final Connector connector;
    private final DatabaseConfig config;
    private final Set<Node> asked = ConcurrentHashMap.newKeySet();

    SqlProber(Connector connector, DatabaseConfig config) {
        this.connector = connector;
        this.config = config;
    }

    @Override
    public Prober.Session open(Node node, Duration limit) throws SQLException {
        return new SqlSession(node, connector.open(node, Purpose.MONITOR, limit, ended -> {}, Spare.ALWAYS));
    }

    @Override
    public void forget() {
        asked.clear();
    }

    @Override
    public Set<InetAddress> addresses(Node node, Duration limit) {
        return connector.addresses(node, limit);
    }

    private final class SqlSession implements Prober.Session {
        /**
         * The timeline is the first eight hexadecimal digits of the current WAL file's name; the control file's would lag behind
         * a promotion.
         *
         * <p>Its origin is known until the server that was promoted is restarted. Where it was promoted does not suffice: two replicas that
         * had replayed everything before their primary was lost are promoted at the same place, so the start of the server counts as
         * well. After a restart the place is NULL, and after a crash it is the end of the recovery. Only the replay of a replica leaves
         * the time of a transaction: recovery after a crash does not ({@code recoveryStopsAfter} in PostgreSQL's xlogrecovery.c).
         */
        private static final String POSTGRES = """
                select r.recovering,
                       case when r.recovering then 0
                            else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int end,
                       case when r.recovering then coalesce(pg_last_wal_replay_lsn(), '0/0'::pg_lsn)
                            else pg_current_wal_lsn() end - '0/0'::pg_lsn,
                       %s,
                       current_setting('default_transaction_read_only')::boolean,
                       extract(epoch from pg_postmaster_start_time())::text,
                       case when r.recovering then 0 else pg_current_wal_insert_lsn() - '0/0'::pg_lsn end,
                       current_setting('wal_block_size')::int, pg_size_bytes(current_setting('wal_segment_size')),
                       case when r.recovering then %s else 0 end,
                       case when r.recovering or pg_last_xact_replay_timestamp() is null then 0
                            else (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint
                                 # (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint end
                from (%s) r""";

        private static final String WITHOUT_POSITIONS = """
                select r.recovering, 0, 0, %s, current_setting('default_transaction_read_only')::boolean,
                       extract(epoch from pg_postmaster_start_time())::text, 0, 8192, 16777216, %s, 0
                from (%s) r""";

        private static final String NOW = "select pg_is_in_recovery() as recovering";

        /** Looks every ten milliseconds, and no longer once the server has left recovery. */
        private static final String ONCE_PROMOTED = """
                select pg_is_in_recovery() as recovering
                from (select count(case when pg_is_in_recovery() then pg_sleep(0.01) end)
                      from generate_series(1, ? / 10)) waited""";

        private final Node node;
        private final NodeConnection connection;
        private @Nullable Questions questions;

        /** When this session was used to ask for the facts; null when it was not. The monitor's thread alone reads it after {@link #prepare}. */
        private volatile @Nullable Long factsAsked;

        /** Whether sessions begin otherwise by now than this one did. */
        private volatile boolean outdated;

        /**
         * @param disclosure what the server tells
         * @param readOnlyByRole whether it is the role's own default that its sessions do not write
         */
        private record Questions(Question now, Question oncePromoted, Disclosure disclosure, boolean readOnlyByRole) {}

        SqlSession(Node node, NodeConnection connection) {
            this.node = node;
            this.connection = connection;
        }

        /**
         * The limits are asked for once, and before the first probe: whoever waits for the node's answer then knows its limits as
         * well. Should that question be what breaks the connection, the next one is prepared without it.
         */
        @Override
        public void prepare(Duration limit) throws SQLException {
            long deadline = System.nanoTime() + limit.toNanos();
            if (asked.add(node)) {
                waitAtMost(limit);
                LimitsQuestion.ask(connection, config, node);
                factsAsked = System.nanoTime();
            }
            waitAtMost(Duration.ofNanos(deadline - System.nanoTime()));
            Introduction server = Introduction.of(connection, config, node);
            node.learnDatabaseName(server.database());
            node.learnStartMode(server.startMode());
            askForSchemas();
            Disclosure disclosure = server.disclosure();
            String question = disclosure.hasPositions() ? POSTGRES : WITHOUT_POSITIONS;
            String identity = server.identityQuestion();
            String followed = disclosure.provesPositions() ? ReplayQuestion.FOLLOWED : "0";
            questions = new Questions(
                    new Question(connection, question.formatted(identity, followed, NOW)),
                    new Question(connection, question.formatted(identity, followed, ONCE_PROMOTED)),
                    disclosure,
                    server.startMode().isReadOnlyByRole());
        }

        private Questions questions() throws SQLException {
            Questions prepared = questions;
            if (prepared == null) {
                throw new SQLException("The session to " + node + " is not prepared", "08003");
            }
            return prepared;
        }

        /** Zero would be no limit. */
        private void waitAtMost(Duration limit) throws SQLException {
            connection.setNetworkTimeout(Runnable::run, (int) Math.max(1, limit.toMillis()));
        }

        @Override
        public ProbeAnswer ask(Duration limit) throws SQLException {
            return answer(questions().now(), limit);
        }

        @Override
        public ProbeAnswer askOncePromoted(Duration wait, Duration limit) throws SQLException {
            Question oncePromoted = questions().oncePromoted();
            oncePromoted.parameters().setInt(1, (int) wait.toMillis());
            return answer(oncePromoted, wait.plus(limit));
        }

        private ProbeAnswer answer(Question question, Duration limit) throws SQLException {
            waitAtMost(limit);
            try (ResultSet row = question.ask()) {
                if (!row.next()) {
                    throw new SQLException("The probe returned no row", "XX000");
                }
                return new ProbeAnswer(
                        row.getBoolean(1),
                        row.getInt(2),
                        row.getBigDecimal(3).longValueExact(),
                        WalPosition.reachable(row.getLong(7), row.getInt(8), row.getLong(9)),
                        row.getInt(10),
                        row.getLong(11),
                        ServerText.inOneLine(Objects.requireNonNullElse(row.getString(4), ProbeAnswer.UNTOLD)),
                        row.getBoolean(5) && !questions().readOnlyByRole(),
                        row.getString(6),
                        questions().disclosure());
            }
        }

        @Override
        public ServerSessions sessions(Duration limit) {
            try {
                waitAtMost(limit);
                return SessionsQuestion.ask(connection);
            } catch (SQLException e) {
                // Should the session be gone, the next round finds that out.
                TopologyLog.LOG.debug("A server could not be asked for its sessions: {}", ServerText.of(e));
                return ServerSessions.UNSEEN;
            }
        }

        @Override
        public void lookAtFacts(Duration limit) {
            Long asked = factsAsked;
            if (asked != null && System.nanoTime() - asked < FACTS_EVERY.toNanos()) {
                return;
            }
            factsAsked = System.nanoTime();
            try {
                waitAtMost(limit);
                ServerFacts now = FactsQuestion.ask(connection, config, node);
                outdated = asked != null
                        && node.facts().filter(now::hasOtherDefaultsThan).isPresent();
                node.learnFacts(now);
            } catch (SQLException e) {
                // Should the session be gone, the next round finds that out; what an administrator has closed stays
                // unknown.
                TopologyLog.LOG.debug("A server could not be asked for its roles: {}", ServerText.of(e));
            }
        }

        @Override
        public void lookAtSchemas(Duration limit) {
            try {
                waitAtMost(limit);
                askForSchemas();
            } catch (SQLException e) {
                // Should the session be gone, the next round finds that out.
                TopologyLog.LOG.debug("A server could not be asked for the configured schemas: {}", ServerText.of(e));
            }
        }

        private void askForSchemas() {
            List<String> schemas = config.session().schemas();
            if (!schemas.isEmpty()) {
                node.learnUnusableSchemas(SchemaQuestion.ask(connection, schemas));
            }
        }

        @Override
        public boolean isRetired() {
            return connection.isRetired() || outdated;
        }

        @Override
        public @Nullable InetAddress address() {
            return connection.address();
        }

        @Override
        public void close() {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                TopologyLog.LOG.debug("Dropping {} failed: {}", connection, ServerText.of(e));
            }
        }
    }
}
