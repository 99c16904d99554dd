package dev.penstock.cli.demo;

import java.time.Duration;

/**
 * When what happens, counted from the start of the workload. The pause is long enough for a replica to pass the allowed
 * lag, save in the shortest runs.
 *
 * @param length how long to read and write
 * @param replicas how many replicas, at least one to promote
 */
public record DemoPlan(Duration length, int replicas) {
    public static final int SHORTEST_SECONDS = 6;
    public static final int DEFAULT_SECONDS = 20;
    public static final int LONGEST_SECONDS = 3600;
    public static final int FEWEST_REPLICAS = 1;
    public static final int DEFAULT_REPLICAS = 2;
    public static final int MOST_REPLICAS = 5;

    /** How far a replica may be behind before Penstock keeps reads away from it: the least that it allows. */
    static final Duration MAX_LAG = Duration.ofSeconds(2);

    /** Two probes pass until a lag is noticed, one of each server, each a good second apart, on a busy machine. */
    static final Duration STALENESS_LIMIT = MAX_LAG.plusSeconds(3);

    /** What a cluster manager would need to notice that the primary is gone, kept short. */
    static final Duration UNTIL_PROMOTION = Duration.ofSeconds(1);

    public static DemoPlan of(int seconds, int replicas) {
        return new DemoPlan(Duration.ofSeconds(seconds), replicas);
    }

    Duration pauseAt() {
        return percent(25);
    }

    Duration resumeAt() {
        return percent(50);
    }

    Duration killAt() {
        return percent(60);
    }

    private Duration percent(int share) {
        return length.multipliedBy(share).dividedBy(100);
    }
}
