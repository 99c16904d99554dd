package dev.penstock;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.routing.Router;
import dev.penstock.sizing.Conflict;
import dev.penstock.sizing.SizingPlan;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gives an opening database the size of its pools, and keeps the sizing plan of an open database up to date with what its servers say. Refuses while opening; warns later.
 * Thread-safe: {@code lock} guards {@code told} and the order of plans; nothing is waited for, logged or told under it.
 */
final class SizingWatch {
    /** How long opening waits for servers that have not said what they admit when a size is to be found from that. */
    private static final Duration LIMITS = Duration.ofSeconds(1);

    private final DatabaseConfig config;
    private final Router router;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> told = new HashSet<>();
    private final SizingDrift drift;
    private volatile SizingPlanner.Sizes sizes;
    private volatile SizingPlan plan;

    SizingWatch(DatabaseConfig config, Router router) {
        this.config = config;
        this.router = router;
        this.drift = new SizingDrift(router::warnOfDrift);
        this.sizes = SizingPlanner.sizes(config, router.limits());
        this.plan = SizingPlanner.plan(config, router.limits(), sizes);
    }

    /** Where the measured load has left the plan. */
    List<String> drift() {
        return drift.now();
    }

    /** The plan with what the servers have said so far. */
    SizingPlan plan() {
        return plan;
    }

    /**
     * Finds the size of the pools where it was left to be found: once, so that a limit that is heard of later can only warn. Then judges the plan, and again whenever another server says what it admits.
     *
     * @throws InvalidConfigException when what was declared does not fit
     */
    void begin() throws SQLException {
        boolean found = config.pool().split().isEmpty();
        if (found) {
            router.awaitLimits(LIMITS);
            sizes = SizingPlanner.sizes(config, router.limits());
        }
        router.onLimits(this::refresh);
        router.onLoadMeasured(() -> drift.judge(plan, router.status().nodes()));
        refuseConflicts(config, SizingPlanner.plan(config, router.limits(), sizes));
        if (found) {
            router.size(sizes.own().pool());
            router.tellOfSize("pool_size + max_overflow of '" + config.database() + "' is " + sizes.own());
        }
        refresh();
    }

    /** A server that answers late can no longer keep a database from opening. */
    private void refresh() {
        List<String> untold;
        lock.lock();
        try {
            plan = SizingPlanner.plan(config, router.limits(), sizes);
            untold = plan.conflicts().stream()
                    .map(Conflict::toString)
                    .filter(told::add)
                    .toList();
        } finally {
            lock.unlock();
        }
        untold.forEach(router::warnOfSizing);
    }

    /** @throws InvalidConfigException with every conflict for which the plan refuses */
    static void refuseConflicts(DatabaseConfig config, SizingPlan plan) {
        List<Violation> refused = plan.refusals().stream()
                .map(conflict -> violation(config, plan, conflict))
                .toList();
        if (!refused.isEmpty()) {
            throw new InvalidConfigException(refused);
        }
    }

    private static Violation violation(DatabaseConfig config, SizingPlan plan, Conflict conflict) {
        String origin = config.origins().get("pool_size");
        String section = config.provenance().section();
        String key = section.isEmpty() ? "pool_size" : section + ".pool_size";
        return new Violation(
                origin == null ? "pool.size" : key,
                conflict.code().name(),
                plan.size().pool().toString(),
                "does not fit: " + conflict.sentence(),
                origin == null ? Violation.IN_CODE : origin,
                conflict.remedy() + ".");
    }
}
