package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.Processes;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.Timed;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Login;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.ReadRole;
import dev.penstock.config.RoleConfig;
import dev.penstock.config.SessionConfig;
import dev.penstock.config.StartPolicy;
import dev.penstock.observe.DatabaseStatus;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.RouteReason;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresTest;
import dev.penstock.tls.TlsConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a role's sessions begin with by its own default: it decides nothing about servers, and is told where it keeps work from being done. */
@PostgresTest
class RoleDefaultsIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final PostgresCluster cluster;
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

    RoleDefaultsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    static void createTable(PostgresCluster cluster) throws SQLException {
        cluster.primary().execute("create table app.visit (id int)");
    }

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void reset() throws SQLException {
        System.setErr(standardError);
        primary("set transaction read write; alter role appuser reset all; alter role backupuser in database appdb"
                + " reset all;alter database appdb reset all; alter database appdb set search_path = app, public");
        primary("alter system reset default_transaction_read_only");
        primary("select pg_reload_conf()");
    }

    @Test
    void a_role_that_begins_serializable_reads_on_the_primary_and_is_told_why() throws Exception {
        primary("alter role appuser set default_transaction_isolation = 'serializable'");
        try (Database db = openAndAwaitAll(config())) {
            assertThat(db.read(Served::by).inRecovery()).isFalse();
            assertThat(db.read(RoleDefaultsIT::isolation)).isEqualTo("serializable");
            assertThat(db.explain(ReadOptions.defaults()).reason()).isEqualTo(RouteReason.NOT_ON_REPLICAS);
            assertThat(db.explain(ReadOptions.defaults()).toString())
                    .contains("node-2 (REPLICA)", "SERIALIZABLE", "default_transaction_isolation of the role");
            assertThat(codes(db)).containsExactly("SERIALIZABLE_READS");
            assertThat(timesLogged("SERIALIZABLE_READS")).isOne();
        }
    }

    @Test
    void options_that_ask_for_serializable_keep_no_monitor_from_its_answer() throws Exception {
        SessionConfig serializable = SessionConfig.builder()
                .settings(Map.of("default_transaction_isolation", "serializable"))
                .build();
        try (Database db = openAndAwaitAll(config().session(serializable))) {
            assertThat(db.read(Served::by).inRecovery()).isFalse();
            assertThat(db.explain(ReadOptions.defaults()).toString()).contains("in options");
        }
    }

    @Test
    void a_database_that_begins_serializable_is_told_as_such() throws Exception {
        primary("alter database appdb set default_transaction_isolation = 'serializable'");
        try (Database db = openAndAwaitAll(config())) {
            assertThat(db.read(Served::by).inRecovery()).isFalse();
            assertThat(db.status().warnings().get(0).message()).contains("of the database");
        }
    }

    @Test
    void what_counts_is_the_default_of_the_role_that_reads() throws Exception {
        primary("alter role appuser set default_transaction_isolation = 'serializable'");
        try (Database db = openAndAwaitAll(readsAsBackupuser())) {
            assertThat(db.read(Served::by).inRecovery()).isTrue();
            assertThat(codes(db)).isEmpty();
        }
        primary("alter role appuser reset all");
        primary("alter role backupuser in database appdb set default_transaction_isolation = 'serializable'");
        try (Database db = openAndAwaitAll(readsAsBackupuser())) {
            assertThat(db.read(Served::by).inRecovery()).isFalse();
            assertThat(db.status().warnings().get(0).message()).contains("'backupuser'", "of the role");
        }
    }

    @Test
    void a_role_that_begins_read_only_leaves_the_primary_a_primary_and_its_writes_say_why_they_fail() throws Exception {
        primary("alter role appuser set default_transaction_read_only = on");
        try (Database db = openAndAwaitAll(config())) {
            assertThat(db.read(Served::by).inRecovery()).isTrue();
            long before = writersBackend(db);
            SQLException refused = Timed.call(() -> insert(db)).failedWithin(SOON, "25006");
            assertThat(refused.getSuppressed()[0].getMessage()).contains("default_transaction_read_only");
            assertThat(writersBackend(db)).isEqualTo(before);
            assertThat(db.explain(ReadOptions.defaults()).toString())
                    .contains("it is the primary; writes fail, because the role's own default_transaction_read_only is"
                            + " on");
            assertThat(codes(db)).containsExactly("READ_ONLY_BY_ROLE");
            assertThat(timesLogged("READ_ONLY_BY_ROLE")).isOne();
        }
    }

    @Test
    void a_session_that_may_write_leaves_the_roles_defaults_as_they_are() throws Exception {
        primary("alter role appuser set default_transaction_read_only = on");
        primary("alter role appuser set default_transaction_isolation = 'repeatable read'");
        try (Database db = openAndAwaitAll(config());
                Connection writer = db.writer().getConnection()) {
            assertThat(isolation(writer)).isEqualTo("repeatable read");
            Served.run(writer, "begin read write; insert into app.visit values (1); commit");
        }
    }

    @Test
    void a_primary_that_its_operator_has_closed_is_none_and_the_error_says_so() throws Exception {
        primary("alter system set default_transaction_read_only = on");
        primary("select pg_reload_conf()");
        assertThat(refusedWrite())
                .contains("PRIMARY, UP, closed for writing (default_transaction_read_only of the server is on)");
        primary("alter system reset default_transaction_read_only");
        primary("select pg_reload_conf()");
        primary("alter database appdb set default_transaction_read_only = on");
        assertThat(refusedWrite()).contains("default_transaction_read_only of the database is on");
    }

    private String refusedWrite() throws Exception {
        DatabaseConfig.Builder config = config().start(StartPolicy.ANY).pool(1, 0, Duration.ofSeconds(1));
        try (Database db = openAndAwaitAll(config)) {
            return Timed.call(() -> insert(db)).failedWithin(SOON, "08001").getMessage();
        }
    }

    private Database openAndAwaitAll(DatabaseConfig.Builder config) throws Exception {
        cluster.awaitReplicas();
        Database db = Database.open(config.build());
        assertThat(db.await(status -> status.nodes().stream().allMatch(node -> node.state() == NodeState.UP), SOON))
                .isTrue();
        return db;
    }

    private DatabaseConfig.Builder config() {
        return TestConfigs.of(cluster).tls(TlsConfig.disabled()).pool(1, 0, Duration.ofSeconds(10));
    }

    private DatabaseConfig.Builder readsAsBackupuser() {
        Login reader = new Login("backupuser", PasswordSource.file(cluster.secretFile("backupuser")));
        return config().roles(RoleConfig.builder()
                .readOnly(reader)
                .readRole(ReadRole.RO_USER)
                .build());
    }

    private void primary(String sql) throws SQLException {
        cluster.primary().execute(sql);
    }

    private static void insert(Database db) throws SQLException {
        db.write(c -> Served.run(c, "insert into app.visit values (1)"));
    }

    private static long writersBackend(Database db) throws SQLException {
        return db.writeReturning(Processes::backend);
    }

    private static String isolation(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show default_transaction_isolation")) {
            row.next();
            return row.getString(1);
        }
    }

    private static List<String> codes(Database db) {
        return db.status().warnings().stream().map(DatabaseStatus.Warning::code).toList();
    }

    private long timesLogged(String code) {
        return logged.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(code))
                .count();
    }
}
