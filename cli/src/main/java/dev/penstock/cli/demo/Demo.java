package dev.penstock.cli.demo;

import dev.penstock.Database;
import dev.penstock.cli.cluster.AnnouncedStart;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresClusterBuilder;
import dev.penstock.testkit.PostgresNode;
import dev.penstock.tls.TlsConfig;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A workload on a real cluster, the loss of its primary, and the comparison afterwards. */
public final class Demo {
    /** How long a run goes on beyond its length for the first write after the promotion. */
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final DemoPlan plan;
    private final Display display;
    private final AnnouncedStart start;

    public Demo(DemoPlan plan, Display display, AnnouncedStart start) {
        this.plan = plan;
        this.display = display;
        this.start = start;
    }

    /**
     * @return what went wrong, one sentence each; empty when nothing did
     * @throws InterruptedException when asked to end; everything is removed then
     */
    public List<String> run() throws SQLException, InterruptedException {
        PostgresClusterBuilder wanted =
                PostgresCluster.builder().replicas(plan.replicas()).tls(true).synchronousReplicas("node-2");
        try (PostgresCluster cluster = start.of(wanted::start)) {
            display.text(introduction(cluster));
            cluster.primary().execute("set role appowner; create table app.visit (id bigint primary key)");
            cluster.awaitReplicas();
            Result result = observe(cluster);
            display.text(Summary.of(result, cluster));
            return result.faults();
        }
    }

    private String introduction(PostgresCluster cluster) throws SQLException {
        String version = cluster.primary().execute("show server_version").get(0).get(0);
        String heir = Incidents.heir(cluster).name();
        return """
                PostgreSQL %s, a primary and %d %s on this machine: TLS (verify-full), SCRAM,
                passwords in secret files. %d threads read and %d write.
                Commits wait for %s (synchronous replication): it will be promoted, and without that a
                promotion may lose acknowledged writes, whatever the client does.
                Replicas more than %d s behind get no reads.
                """.formatted(
                        version,
                        plan.replicas(),
                        plan.replicas() == 1 ? "replica" : "replicas",
                        Workload.READERS,
                        Workload.WRITERS,
                        heir,
                        DemoPlan.MAX_LAG.toSeconds());
    }

    private static DatabaseConfig config(PostgresCluster cluster) {
        return DatabaseConfig.builder()
                .primary(endpoint(cluster.primary()))
                .replicas(cluster.replicas().stream().map(Demo::endpoint).toArray(String[]::new))
                .database(cluster.database())
                .user("appuser")
                .password(PasswordSource.file(cluster.secretFile("appuser")))
                .tls(TlsConfig.verifyFull(cluster.certificates().caFile()))
                .maxLag(DemoPlan.MAX_LAG)
                // Servers and clients share this machine, which may be small and busy.
                .timeouts(Duration.ofSeconds(30), Duration.ofSeconds(60))
                .applicationName("penstock-demo")
                .build();
    }

    private static String endpoint(PostgresNode node) {
        return node.host() + ":" + node.port();
    }

    private Result observe(PostgresCluster cluster) throws SQLException, InterruptedException {
        Ledger ledger = new Ledger();
        Traffic traffic = new Traffic();
        ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
        try (Database database = Database.open(config(cluster));
                Workload workload = new Workload(database, ledger, traffic)) {
            database.addListener(countingRetries(traffic));
            Stopwatch stopwatch = Stopwatch.start();
            workload.start();
            show(ticker, new Sampler(database, traffic), stopwatch);
            Incidents.Failover failover = new Incidents(cluster, stopwatch, display).run(plan);
            awaitEnd(stopwatch, traffic, failover);
            workload.stop();
            return result(ledger, traffic, failover);
        } finally {
            ticker.shutdownNow();
            ticker.awaitTermination(1, TimeUnit.SECONDS);
        }
    }

    private static DatabaseListener countingRetries(Traffic traffic) {
        return new DatabaseListener() {
            @Override
            public void readRetried(String node, String sqlState) {
                traffic.readRunAgain();
            }
        };
    }

    private void show(ScheduledExecutorService ticker, Sampler sampler, Stopwatch stopwatch) {
        long interval = display.interval().toMillis();
        ticker.scheduleAtFixedRate(
                () -> display.nodes(stopwatch.elapsed(), sampler.sample()), interval, interval, TimeUnit.MILLISECONDS);
    }

    /** The planned end; on a slow machine later, so that the first write after the promotion is seen. */
    private void awaitEnd(Stopwatch stopwatch, Traffic traffic, Incidents.Failover failover)
            throws InterruptedException {
        stopwatch.awaitElapsed(plan.length());
        int port = failover.heir().port();
        while (traffic.firstWrite(port).isEmpty()
                && stopwatch.elapsed().compareTo(plan.length().plus(GRACE)) < 0) {
            Stopwatch.pause(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static Result result(Ledger ledger, Traffic traffic, Incidents.Failover failover) throws SQLException {
        Set<Long> rows = failover.heir().execute("select id from app.visit").stream()
                .map(row -> Long.valueOf(row.get(0)))
                .collect(Collectors.toSet());
        OptionalLong firstWrite = traffic.firstWrite(failover.heir().port());
        Optional<Duration> untilFirstWrite = firstWrite.isPresent()
                // A write may be acknowledged before our observer asks again.
                ? Optional.of(Duration.ofNanos(Math.max(0, firstWrite.getAsLong() - failover.writableNanos())))
                : Optional.empty();
        return new Result(ledger.reconcile(rows), traffic, failover, untilFirstWrite);
    }
}
