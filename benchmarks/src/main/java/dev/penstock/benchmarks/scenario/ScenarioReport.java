package dev.penstock.benchmarks.scenario;

import com.zaxxer.hikari.HikariDataSource;
import dev.penstock.Database;
import dev.penstock.testkit.PostgresCluster;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.postgresql.Driver;

/**
 * What callers see while servers are lost, replaced and come back, measured on real servers and printed with everything that
 * one needs to judge the figures: versions, settings, seed, counts, and the machine's load.
 *
 * <p>Run: {@code java -cp ... dev.penstock.benchmarks.scenario.ScenarioReport [--rounds 20] [--seed n] [--only name]}, with a
 * name of {@code promotion}, {@code switchover}, {@code same-host}, {@code replica}, {@code replicas-lost}, {@code lag} or {@code aws-wrapper}.
 * Promotions happen {@code rounds} times, switchovers half as often, the others a seventh of it per kind.
 */
public final class ScenarioReport {
    private static final List<Scenario> SCENARIOS = List.of(
            new PromotionScenario(),
            new SwitchoverScenario(),
            new SameHostScenario(),
            new ReplicaScenario(),
            new ReplicasLostScenario(),
            new LagScenario(),
            new WrapperTrial());

    private int rounds = 20;
    private long seed = System.nanoTime();
    private String only = "";

    private ScenarioReport() {}

    public static void main(String[] arguments) throws Exception {
        ScenarioReport report = new ScenarioReport();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            report.option(arguments[i], arguments[i + 1]);
        }
        if (arguments.length % 2 != 0) {
            throw new IllegalArgumentException("an option without its value: " + arguments[arguments.length - 1]);
        }
        report.run();
    }

    private void option(String name, String value) {
        switch (name) {
            case "--rounds" -> rounds = Integer.parseInt(value);
            case "--seed" -> seed = Long.parseLong(value);
            case "--only" -> only = value;
            default -> throw new IllegalArgumentException("unknown option " + name);
        }
        if (!only.isEmpty() && SCENARIOS.stream().noneMatch(one -> one.name().equals(only))) {
            throw new IllegalArgumentException("no scenario " + only + "; there are "
                    + SCENARIOS.stream().map(Scenario::name).toList());
        }
    }

    private void run() throws Exception {
        header();
        for (Scenario scenario : SCENARIOS) {
            if (only.isEmpty() || only.equals(scenario.name())) {
                long begun = System.nanoTime();
                System.out.println();
                System.out.println(scenario.name() + ": " + scenario.title());
                String load = load();
                scenario.run(rounds, new Random(seed));
                System.out.printf(
                        Locale.ROOT,
                        "  (load %s before, %s after; took %.0f s)%n",
                        load,
                        load(),
                        (System.nanoTime() - begun) / 1e9);
            }
        }
    }

    private void header() throws Exception {
        System.out.println("Scenario report, " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + ", seed " + seed + ", "
                + rounds + " rounds");
        System.out.println("  Java " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.version") + ", " + Runtime.getRuntime().availableProcessors()
                + " processors, load " + load());
        try (PostgresCluster cluster = PostgresCluster.builder().replicas(0).start()) {
            System.out.println(
                    "  " + cluster.primary().execute("select version()").get(0).get(0));
        }
        System.out.println("  Penstock " + version(Database.class) + ", HikariCP " + version(HikariDataSource.class)
                + ", pgjdbc " + Driver.getVersion() + ", AWS Advanced JDBC Wrapper "
                + version(software.amazon.jdbc.Driver.class));
        System.out.println("  Everything on one machine and loopback. Each client: " + Scenario.CONNECTIONS
                + " connections, " + Scenario.BORROW.toSeconds()
                + " s for a borrow; Penstock with its other defaults, HikariCP with its own over pgjdbc with "
                + PooledClient.SETTINGS);
    }

    private static String version(Class<?> type) {
        String version = type.getPackage().getImplementationVersion();
        String place = type.getProtectionDomain().getCodeSource().getLocation().getPath();
        return version != null ? version : "of " + place.substring(place.lastIndexOf('/') + 1);
    }

    private static String load() {
        return String.format(
                Locale.ROOT,
                "%.2f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
