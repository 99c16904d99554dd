package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Hastened;
import dev.penstock.Served;
import dev.penstock.TestConfigs;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.TlsProof;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.CertificateReport;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsFacts;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that change while the database is in use, on servers that demand one of the client. */
@TestInstance(Lifecycle.PER_CLASS)
class TlsRotationIT {
    /** The poll of the files, the spread of the rollout, and what a busy machine adds. */
    private static final Duration BOUND = Duration.ofSeconds(10 + 10 + 10);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Heard heard = new Heard();
    private PostgresCluster cluster;
    private CertificateAuthority ca;

    @TempDir
    Path directory;

    private static final class Heard implements DatabaseListener {
        private final Queue<Long> reloads = new ConcurrentLinkedQueue<>();
        private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
        private final Queue<CertificateReport> expiring = new ConcurrentLinkedQueue<>();

        @Override
        public void tlsReloaded(long generation) {
            reloads.add(generation);
        }

        @Override
        public void tlsReloadRefused(String code, String reason) {
            refusals.add(code);
        }

        @Override
        public void certificateExpiring(CertificateReport certificate) {
            expiring.add(certificate);
        }
    }

    @BeforeAll
    void start() {
        cluster = PostgresCluster.builder()
                .replicas(1)
                .requireClientCertificates()
                .start();
        ca = cluster.certificates().authority();
    }

    @AfterAll
    void end() {
        threads.shutdownNow();
        cluster.close();
    }

    @BeforeEach
    void freshCertificates() {
        cluster.replaceServerCertificate(ca.server("localhost").issue());
        show(ca.client("appuser").issue());
    }

    @Test
    void both_sides_rotate_three_times_under_load_and_no_call_fails() throws Exception {
        try (Database db = Database.open(config())) {
            db.addListener(heard);
            Load load = new Load(db);
            for (int rotation = 1; rotation <= 3; rotation++) {
                load.serves(200);
                long old = db.status().tls().generation();
                IssuedCertificate server = ca.server("localhost").issue();
                cluster.replaceServerCertificate(server);
                show(ca.client("appuser").issue());
                Instant changed = Instant.now();
                await().atMost(BOUND).until(() -> db.status().tls().generation() > old && allAreNew(db));
                System.out.println("rotation " + rotation + ": every connection is new after "
                        + Duration.between(changed, Instant.now()).toMillis() + " ms");
                assertThat(peers(db)).as("the server's new certificate").hasSize(1);
                load.serves(200);
            }
            assertThat(load.end()).isEmpty();
            await().atMost(BOUND).until(() -> heard.reloads.size() >= 3);
        }
    }

    @Test
    void idle_connections_are_replaced_and_a_busy_one_goes_when_it_comes_back() throws Exception {
        try (Database db = Database.open(config())) {
            growPool(db, 4);
            try (Connection busy = db.writer().getConnection()) {
                int backend = backend(busy);
                show(ca.client("appuser").issue());
                await().atMost(BOUND).until(() -> outdated(db) == 1);
                assertThat(backend(busy)).as("the work in hand goes on").isEqualTo(backend);
            }
            await().atMost(BOUND).until(() -> allAreNew(db));
            assertThat(peers(db)).hasSize(1);
        }
    }

    @Test
    void a_certificate_that_the_servers_do_not_accept_yet_costs_no_connection() throws Exception {
        try (Database db = Database.open(config())) {
            db.addListener(heard);
            growPool(db, 3);
            int standing = connections(db);
            show(CertificateAuthority.create("Not known yet").client("appuser").issue());
            await().atMost(BOUND).until(() -> heard.refusals.contains("CLIENT_CERT_REJECTED"));
            assertThat(connections(db)).isEqualTo(standing);
            assertThat(db.writeReturning(TlsRotationIT::backend)).isPositive();
            show(ca.client("appuser").issue());
            await().atMost(BOUND).until(() -> allAreNew(db));
        }
    }

    @Test
    void files_that_do_not_belong_together_are_refused_and_the_last_good_ones_stay() throws Exception {
        try (Database db = Database.open(config())) {
            db.addListener(heard);
            ca.client("appuser").issue().writeKey(directory.resolve("client.key"));
            await().atMost(BOUND).until(() -> heard.refusals.contains("CLIENT_KEY_MISMATCH"));
            assertThat(db.status().tls().reloadFailure().orElseThrow()).contains("CLIENT_KEY_MISMATCH");
            assertThat(db.status().tls().generation()).isEqualTo(1);
            assertThat(db.writeReturning(TlsRotationIT::backend)).isPositive();
            show(ca.client("appuser").issue());
            await().atMost(BOUND).until(() -> db.status().tls().reloadFailure().isEmpty());
        }
    }

    @Test
    void the_proof_of_a_connection_is_what_the_server_itself_says() throws Exception {
        try (Database db = Database.open(config());
                Connection connection = db.writer().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select ssl, version, cipher, client_dn from pg_stat_ssl where pid = pg_backend_pid()")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getBoolean("ssl")).isTrue();
            List<TlsProof> proofs = db.status().primary().orElseThrow().tls();
            assertThat(proofs).hasSize(1);
            TlsFacts facts = proofs.get(0).facts().orElseThrow();
            assertThat(proofs.get(0).connections())
                    .as("the monitor's and this one")
                    .isGreaterThanOrEqualTo(2);
            assertThat(row.getString("version")).isEqualTo(facts.protocol());
            assertThat(row.getString("cipher")).isEqualTo(facts.cipherSuite());
            assertThat(row.getString("client_dn")).isEqualTo("/CN=appuser");
            assertThat(db.status().tls().certificates())
                    .extracting(CertificateReport::role)
                    .containsExactly("ca", "client");
        }
    }

    @Test
    void a_certificate_that_ends_soon_is_told_whosever_it_is() throws Exception {
        Instant now = Instant.now();
        IssuedCertificate ending = ca.server("localhost")
                .validBetween(now.minus(Duration.ofDays(89)), now.plus(Duration.ofDays(1)))
                .issue();
        cluster.replaceServerCertificate(ending);
        show(ca.client("appuser")
                .validBetween(now.minus(Duration.ofDays(89)), now.plus(Duration.ofDays(1)))
                .issue());
        try (Database db = Hastened.open(config(), heard)) {
            await().atMost(BOUND)
                    .until(() -> heard.expiring.stream()
                            .map(CertificateReport::role)
                            .collect(Collectors.toSet())
                            .equals(Set.of("client", "server")));
        }
    }

    private DatabaseConfig config() {
        TlsConfig tls = TlsConfig.verifyFull(cluster.certificates().caFile())
                .withClientCertificate(directory.resolve("client.crt"), directory.resolve("client.key"));
        return TestConfigs.of(cluster).tls(tls).build();
    }

    private void show(IssuedCertificate client) {
        client.writeChain(directory.resolve("client.crt"));
        client.writeKey(directory.resolve("client.key"));
    }

    private static boolean allAreNew(Database db) {
        return outdated(db) == 0;
    }

    private static int outdated(Database db) {
        long generation = db.status().tls().generation();
        return proofs(db).stream()
                .filter(proof -> proof.generation() < generation)
                .mapToInt(TlsProof::connections)
                .sum();
    }

    private static int connections(Database db) {
        return proofs(db).stream().mapToInt(TlsProof::connections).sum();
    }

    private static Set<String> peers(Database db) {
        return proofs(db).stream()
                .map(proof -> proof.facts().orElseThrow().peer().fingerprint())
                .collect(Collectors.toSet());
    }

    private static List<TlsProof> proofs(Database db) {
        return db.status().nodes().stream().flatMap(node -> node.tls().stream()).toList();
    }

    private static void growPool(Database db, int size) throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            all.add(db.writer().getConnection());
        }
        for (Connection one : all) {
            one.close();
        }
    }

    private static int backend(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Reads and writes without a pause. */
    private final class Load {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final AtomicInteger served = new AtomicInteger();
        private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        private final List<Future<?>> workers = new ArrayList<>();

        Load(Database db) {
            for (int i = 0; i < 3; i++) {
                workers.add(threads.submit(() -> repeat(() -> db.write(c -> Served.run(c, "select 1")))));
                workers.add(threads.submit(() -> repeat(() -> db.read(Served::by))));
            }
        }

        private interface Call {
            void run() throws SQLException;
        }

        private void repeat(Call call) {
            while (!stop.get()) {
                try {
                    call.run();
                    served.incrementAndGet();
                } catch (SQLException e) {
                    failures.add(e);
                    return;
                }
            }
        }

        void serves(int more) {
            int goal = served.get() + more;
            await().atMost(BOUND).until(() -> served.get() > goal || !failures.isEmpty());
        }

        Queue<Throwable> end() throws Exception {
            stop.set(true);
            for (Future<?> worker : workers) {
                worker.get();
            }
            return failures;
        }
    }
}
