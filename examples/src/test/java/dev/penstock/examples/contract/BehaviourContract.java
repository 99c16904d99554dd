package dev.penstock.examples.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.penstock.Access;
import dev.penstock.Database;
import dev.penstock.Session;
import dev.penstock.SqlFunction;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Login;
import dev.penstock.config.ReadRole;
import dev.penstock.config.RoleConfig;
import dev.penstock.config.WriteOptions;
import dev.penstock.observe.DatabaseStatus;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.NodeStatus;
import dev.penstock.observe.Role;
import dev.penstock.observe.TlsProof;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** What a user relies on, wherever the servers run. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class BehaviourContract {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration MAX_LAG = Duration.ofSeconds(2);

    private Servers servers;
    private Database db;

    /** New servers, for as long as the caller likes. */
    abstract Servers start() throws Exception;

    Servers servers() {
        return servers;
    }

    @BeforeAll
    void open() throws Exception {
        servers = start();
        db = opened(servers);
    }

    @AfterAll
    void end() {
        try (Servers ended = servers) {
            if (db != null) {
                db.close();
            }
        }
    }

    @AfterEach
    void goOnReplaying() throws Exception {
        servers.onReplica("select pg_wal_replay_resume()");
    }

    @Test
    void open_learns_from_the_servers_who_is_what() {
        await().atMost(SOON).until(() -> db.status().nodes().stream().allMatch(node -> node.state() == NodeState.UP));
        assertThat(db.status().nodes())
                .extracting(NodeStatus::endpoint, NodeStatus::role)
                .containsExactly(tuple(servers.primary(), Role.PRIMARY), tuple(servers.replica(), Role.REPLICA));
    }

    @Test
    void writes_run_on_the_primary_and_reads_on_the_replica() throws Exception {
        for (int i = 0; i < 50; i++) {
            assertThat(db.writeReturning(Asked::inRecovery)).isFalse();
            assertThat(db.read(Asked::inRecovery)).isTrue();
        }
    }

    @Test
    void a_read_cannot_write() {
        refusedWith("25006", () -> db.read(c -> Asked.run(c, "insert into visit (note) values ('by accident')")));
    }

    @Test
    void every_connection_is_encrypted_and_its_server_has_shown_the_name_that_was_dialled() throws Exception {
        db.write(c -> Asked.run(c, "select 1"));
        List<TlsProof> proofs = db.status().nodes().stream()
                .flatMap(node -> node.tls().stream())
                .toList();
        assertThat(proofs)
                .isNotEmpty()
                .allSatisfy(proof ->
                        assertThat(proof.facts().orElseThrow().protocol()).isEqualTo("TLSv1.3"));
        for (String plain : List.of(servers.onPrimary(unencrypted()), servers.onReplica(unencrypted()))) {
            assertThat(plain).isEqualTo("0");
        }
    }

    private static String unencrypted() {
        return "select count(*) from pg_stat_activity join pg_stat_ssl using (pid) where usename = 'appuser' and not"
                + " ssl";
    }

    @Test
    void a_connection_without_tls_is_refused() {
        refusedWith("28000", () -> openAndClose(config(servers).tls(TlsConfig.disabled())));
    }

    @Test
    void a_server_that_another_authority_vouches_for_is_refused(@TempDir Path directory) {
        Path other = directory.resolve("other-ca.crt");
        CertificateAuthority.create("An unrelated CA").writeCertificate(other);
        assertThatThrownBy(() -> openAndClose(config(servers).tls(TlsConfig.verifyFull(other))))
                .hasMessageContaining("TLS_UNTRUSTED_CHAIN");
    }

    @Test
    void a_server_that_shows_another_name_than_the_one_asked_for_is_refused() {
        TlsConfig elsewhere = TlsConfig.builder(SslMode.VERIFY_FULL)
                .ca(TlsSource.file(servers.caFile()))
                .verifyName("elsewhere.example")
                .build();
        assertThatThrownBy(() -> openAndClose(config(servers).tls(elsewhere)))
                .hasMessageContaining("TLS_HOSTNAME_MISMATCH");
    }

    @Test
    void passwords_are_stored_as_scram_and_a_wrong_one_is_told_as_such() throws Exception {
        assertThat(servers.onPrimary("select rolname from pg_authid where rolpassword not like 'SCRAM-SHA-256$%'"))
                .isEmpty();
        refusedWith("28P01", () -> openAndClose(config(servers).password(PasswordSource.literal("wrong"))));
    }

    @Test
    void the_owner_cannot_log_in() {
        refusedWith("28", () -> openAndClose(config(servers).user("appowner")));
    }

    @Test
    void the_applications_role_changes_rows_and_no_table() throws Exception {
        db.write(c -> Asked.run(c, "insert into visit (note) values ('kept')"));
        db.write(c -> Asked.run(c, "update visit set note = 'changed' where note = 'kept'"));
        db.write(c -> Asked.run(c, "delete from visit where note = 'changed'"));
        refusedWith("42501", () -> db.write(c -> Asked.run(c, "drop table visit")));
        refusedWith("42501", () -> db.write(c -> Asked.run(c, "create table app.mine (id int)")));
    }

    @Test
    void the_read_only_role_reads_and_cannot_write() throws Exception {
        Login readOnly = new Login("backupuser", password(servers, "backupuser"));
        try (Database reading = Database.open(config(servers)
                .roles(RoleConfig.builder()
                        .ownerUser("appowner")
                        .readOnly(readOnly)
                        .readRole(ReadRole.RO_USER)
                        .build())
                .build())) {
            assertThat(read(reading, "select current_user")).isEqualTo("backupuser");
            String writes = reading.writeReturning(c -> Asked.text(c, "select current_user"));
            assertThat(writes).isEqualTo("appuser");
        }
        try (Database alone = Database.open(
                config(servers).user("backupuser").password(readOnly.password()).build())) {
            assertThat(read(alone, "select count(*) >= 0 from visit")).isEqualTo("t");
            refusedWith("42501", () -> alone.write(c -> Asked.run(c, "insert into visit (note) values ('no')")));
        }
    }

    @Test
    void what_a_migration_makes_belongs_to_the_owner_and_can_be_used_by_the_application() throws Exception {
        try (Connection owner = db.migrations().getConnection()) {
            assertThat(Asked.text(owner, "select session_user || ' as ' || current_user"))
                    .isEqualTo("migrator as appowner");
            Asked.run(owner, "create table app.made_later (id bigint generated always as identity, note text)");
        }
        db.write(c -> Asked.run(c, "insert into made_later (note) values ('first')"));
        assertThat(servers.onPrimary("select tableowner from pg_tables where tablename = 'made_later'"))
                .isEqualTo("appowner");
    }

    @Test
    void a_session_reads_its_own_write_also_while_the_replica_stands_still() throws Exception {
        Session session = db.session();
        session.write(c -> Asked.run(c, "insert into visit (note) values ('own')"));
        String own = "select count(*) from visit where note like 'own%'";
        assertThat(read(session, own)).isEqualTo("1");
        servers.onReplica("select pg_wal_replay_pause()");
        session.write(c -> Asked.run(c, "insert into visit (note) values ('own, later')"));
        assertThat(read(session, own)).isEqualTo("2");
        assertThat(session.read(Asked::inRecovery)).isFalse();
        servers.onReplica("select pg_wal_replay_resume()");
        await().atMost(SOON).until(() -> session.read(Asked::inRecovery));
        assertThat(read(session, own)).isEqualTo("2");
    }

    @Test
    void reads_avoid_a_replica_that_lags_and_come_back_when_it_has_caught_up() throws Exception {
        servers.onReplica("select pg_wal_replay_pause()");
        await().atMost(SOON).until(() -> {
            db.write(c -> Asked.run(c, "insert into visit (note) values ('not there yet')"));
            return lag(db.status()).compareTo(MAX_LAG) > 0;
        });
        for (int i = 0; i < 20; i++) {
            assertThat(db.read(Asked::inRecovery)).isFalse();
        }
        servers.onReplica("select pg_wal_replay_resume()");
        await().atMost(SOON).until(() -> db.read(Asked::inRecovery));
    }

    private static Duration lag(DatabaseStatus status) {
        return status.nodes().stream()
                .filter(node -> node.role() == Role.REPLICA)
                .findFirst()
                .flatMap(node -> node.lag().time())
                .orElse(Duration.ZERO);
    }

    @Test
    void a_password_that_changes_in_the_secret_before_the_server_fails_no_borrow() throws Exception {
        rotate(this::changeSecret, this::changeServer, "secret-first");
    }

    @Test
    void a_password_that_changes_on_the_server_before_the_secret_fails_no_borrow() throws Exception {
        rotate(this::changeServer, this::changeSecret, "server-first");
    }

    @FunctionalInterface
    private interface Change {
        void to(String password) throws Exception;
    }

    /** Connections are opened before the first change, between both, and after the second. */
    private void rotate(Change first, Change second, String password) throws Exception {
        try (Database rotated = Database.open(
                config(servers).timeouts(SOON, Duration.ofMinutes(1)).build())) {
            assertThat(held(rotated, 1)).isOne();
            first.to(password);
            CompletableFuture<Integer> between = CompletableFuture.supplyAsync(() -> held(rotated, 4));
            second.to(password);
            assertThat(between.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(4);
            servers.onPrimary("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'appuser'");
            await().atMost(SOON).ignoreExceptions().until(() -> held(rotated, 6) == 6);
        }
    }

    /** In place, since a container that has the file mounted would not see another one in its stead. */
    private void changeSecret(String password) throws Exception {
        Files.writeString(servers.secretFile("appuser"), password + "\n");
    }

    private void changeServer(String password) throws Exception {
        servers.onPrimary("alter role appuser password '" + password + "'");
    }

    /** Opens so many connections for writing at once, and gives them back. */
    private static int held(Database database, int connections) {
        List<Connection> all = new ArrayList<>();
        try {
            try {
                for (int i = 0; i < connections; i++) {
                    all.add(database.writer().getConnection());
                }
                return all.size();
            } finally {
                for (Connection one : all) {
                    one.close();
                }
            }
        } catch (SQLException e) {
            throw new AssertionError("connection " + all.size() + " could not be had: " + e.getMessage(), e);
        }
    }

    @Test
    void when_the_primary_is_killed_reads_go_on_and_writes_go_to_the_promoted_replica() throws Exception {
        try (Servers own = start();
                Database failing = opened(own)) {
            failing.write(c -> Asked.run(c, "insert into visit (note) values ('before')"));
            await().atMost(SOON)
                    .until(() -> read(failing, "select count(*) from visit").equals("1"));
            long begun = System.nanoTime();
            own.killPrimary();
            for (int i = 0; i < 50; i++) {
                assertThat(failing.read(Asked::inRecovery)).isTrue();
            }
            own.promoteReplica();
            failing.write(
                    WriteOptions.defaults().retries(5), c -> Asked.run(c, "insert into visit (note) values ('after')"));
            System.out.println("contract: first write " + (System.nanoTime() - begun) / 1_000_000
                    + " ms after the primary was killed");
            assertThat(failing.status().primary().orElseThrow().endpoint()).isEqualTo(own.replica());
            assertThat(own.onReplica("select string_agg(note, ' ' order by id) from app.visit"))
                    .isEqualTo("before after");
        }
    }

    @Test
    void close_leaves_no_session_on_any_server() throws Exception {
        String sessions = "select count(*) from pg_stat_activity where application_name = 'to-be-closed'";
        try (Database closed =
                Database.open(config(servers).applicationName("to-be-closed").build())) {
            assertThat(closed.writeReturning(Asked::inRecovery)).isFalse();
            assertThat(closed.read(Asked::inRecovery)).isTrue();
            assertThat(servers.onPrimary(sessions)).isNotEqualTo("0");
        }
        await().atMost(SOON).until(() -> servers.onPrimary(sessions).equals("0"));
        await().atMost(SOON).until(() -> servers.onReplica(sessions).equals("0"));
    }

    private static String read(Access access, String sql) throws SQLException {
        return access.read(c -> Asked.text(c, sql));
    }

    private static void refusedWith(String state, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).startsWith(state));
    }

    private static void openAndClose(DatabaseConfig.Builder config) throws SQLException {
        Database.open(config.build()).close();
    }

    /** With a table to write to; returns when the replica serves. */
    private static Database opened(Servers servers) throws Exception {
        Database opened = Database.open(config(servers).build());
        try (Connection owner = opened.migrations().getConnection()) {
            Asked.run(owner, "create table app.visit (id bigint generated always as identity, note text)");
        }
        SqlFunction<Boolean> served = c -> Asked.inRecovery(c) && Asked.text(c, "select to_regclass('visit')") != null;
        await().atMost(SOON).until(() -> opened.read(served));
        return opened;
    }

    /** As a user writes it. */
    private static DatabaseConfig.Builder config(Servers servers) {
        Login migration = new Login("migrator", password(servers, "migrator"));
        return DatabaseConfig.builder()
                .primary(servers.primary())
                .replicas(servers.replica())
                .database("appdb")
                .user("appuser")
                .password(password(servers, "appuser"))
                .roles(RoleConfig.builder()
                        .ownerUser("appowner")
                        .migration(migration)
                        .build())
                .tls(TlsConfig.verifyFull(servers.caFile()))
                .maxLag(MAX_LAG)
                .pool(6, 2, SOON);
    }

    private static PasswordSource password(Servers servers, String role) {
        return PasswordSource.file(servers.secretFile(role));
    }
}
