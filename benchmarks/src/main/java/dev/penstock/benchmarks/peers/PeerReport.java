package dev.penstock.benchmarks.peers;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs every {@link Contender} in turn, as many times over as there are rounds, and prints one table: nanoseconds per
 * operation, the ratio to a plain HikariCP pool in the same round, and bytes allocated per operation by the whole process, all as
 * medians over the rounds, and within a round over its iterations of 200 ms.
 *
 * <p>Run: {@code java -cp ... dev.penstock.benchmarks.peers.PeerReport [--rounds 3] [--server stub|postgres|both]
 * [--seconds 5]}. A round takes about seven minutes per server.
 */
public final class PeerReport {
    private static final List<String> CASES = List.of("unused", "cycle", "query");

    private record Cell(Contender contender, String operation) implements Comparable<Cell> {
        @Override
        public int compareTo(Cell other) {
            int byContender = contender.compareTo(other.contender);
            return byContender != 0 ? byContender : CASES.indexOf(operation) - CASES.indexOf(other.operation);
        }
    }

    private record Figure(double nanos, double bytes) {}

    private int rounds = 1;
    private int seconds = 5;
    private String servers = "both";

    private PeerReport() {}

    public static void main(String[] arguments) throws RunnerException {
        PeerReport report = new PeerReport();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            report.option(arguments[i], arguments[i + 1]);
        }
        for (String server : List.of("stub", "postgres")) {
            if (report.servers.equals("both") || report.servers.equals(server)) {
                report.run(server);
            }
        }
    }

    private void option(String name, String value) {
        switch (name) {
            case "--rounds" -> rounds = Integer.parseInt(value);
            case "--seconds" -> seconds = Integer.parseInt(value);
            case "--server" -> servers = value;
            default -> throw new IllegalArgumentException("unknown option " + name);
        }
    }

    private void run(String server) throws RunnerException {
        List<Map<Cell, Figure>> all = new ArrayList<>();
        String before = load();
        for (int round = 0; round < rounds; round++) {
            all.add(round(server));
        }
        System.out.printf(
                Locale.ROOT,
                "%n%s, one thread; Java %s, %d processors, load %s before, %s after, median of %d rounds%n",
                server.equals("stub") ? "stub server behind sockets without a network" : "PostgreSQL on loopback",
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                before,
                load(),
                rounds);
        System.out.printf("%-56s", "");
        CASES.forEach(operation -> System.out.printf("  %-26s", operation + ": ns, ratio, B/op"));
        System.out.println();
        for (Contender contender : Contender.values()) {
            if (all.get(0).containsKey(new Cell(contender, "query"))) {
                print(contender, all);
            }
        }
    }

    private static void print(Contender contender, List<Map<Cell, Figure>> rounds) {
        System.out.printf("%-56s", contender.label());
        for (String operation : CASES) {
            double[] nanos = new double[rounds.size()];
            double[] ratios = new double[rounds.size()];
            double[] bytes = new double[rounds.size()];
            for (int i = 0; i < rounds.size(); i++) {
                Figure figure = figure(rounds.get(i), contender, operation);
                nanos[i] = figure.nanos;
                ratios[i] = figure.nanos / figure(rounds.get(i), Contender.HIKARI, operation).nanos;
                bytes[i] = figure.bytes;
            }
            System.out.printf(Locale.ROOT, "  %9.0f %7.2f %8.0f", median(nanos), median(ratios), median(bytes));
        }
        System.out.println();
    }

    private static Figure figure(Map<Cell, Figure> round, Contender contender, String operation) {
        return round.getOrDefault(new Cell(contender, operation), new Figure(Double.NaN, Double.NaN));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private Map<Cell, Figure> round(String server) throws RunnerException {
        String[] contenders = Arrays.stream(Contender.values())
                .filter(contender -> server.equals("postgres") || !contender.needsPostgres())
                .map(Enum::name)
                .toArray(String[]::new);
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\." + PeerBenchmark.class.getSimpleName() + "\\.")
                .param("contender", contenders)
                .param("server", server)
                .measurementIterations(seconds * 5)
                .measurementTime(TimeValue.milliseconds(200))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .addProfiler("gc");
        Map<Cell, Figure> figures = new TreeMap<>();
        for (RunResult result : new Runner(options.build()).run()) {
            Contender contender = Contender.valueOf(result.getParams().getParam("contender"));
            String operation = result.getPrimaryResult().getLabel();
            figures.put(
                    new Cell(contender, operation), new Figure(median(result.getPrimaryResult()), allocated(result)));
        }
        return figures;
    }

    /** Of the iterations: one during which somebody else had the processors says nothing. */
    private static double median(Result<?> result) {
        return result.getStatistics().getPercentile(50);
    }

    private static double allocated(RunResult result) {
        return result.getSecondaryResults().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                .map(Map.Entry::getValue)
                .mapToDouble(PeerReport::median)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String load() {
        return String.format(
                Locale.ROOT,
                "%.2f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
