package dev.penstock;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.InvalidConfigException;
import dev.penstock.config.Violation;
import dev.penstock.routing.Router;
import dev.penstock.sizing.Conflict;
import dev.penstock.sizing.SizingPlan;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the sizing plan of an open database up to date with what its servers say. Refuses while opening; warns later.
 * Thread-safe: {@code lock} guards {@code told} and the order of plans; nothing is waited for, logged or told under it.
 */
final class SizingWatch {
    private final DatabaseConfig config;
    private final Router router;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> told = new HashSet<>();
    private final SizingDrift drift;
    private volatile SizingPlan plan;

    SizingWatch(DatabaseConfig config, Router router) {
        this.config = config;
        this.router = router;
        this.drift = new SizingDrift(router::warnOfDrift);
        this.plan = SizingPlanner.plan(config, router.limits());
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
     * Judges the plan now, and again whenever another server says what it admits.
     *
     * @throws InvalidConfigException when what was declared does not fit
     */
    void begin() {
        router.onLimits(this::refresh);
        router.onLoadMeasured(() -> drift.judge(plan, router.status().nodes()));
        SizingPlan now = SizingPlanner.plan(config, router.limits());
        refuseConflicts(config, now);
        refresh();
    }

    /** A server that answers late can no longer keep a database from opening. */
    private void refresh() {
        List<String> untold;
        lock.lock();
        try {
            plan = SizingPlanner.plan(config, router.limits());
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
                .map(conflict -> violation(config, conflict))
                .toList();
        if (!refused.isEmpty()) {
            throw new InvalidConfigException(refused);
        }
    }

    private static Violation violation(DatabaseConfig config, Conflict conflict) {
        String origin = config.origins().get("pool_size");
        String section = config.provenance().section();
        String key = section.isEmpty() ? "pool_size" : section + ".pool_size";
        return new Violation(
                origin == null ? "pool.size" : key,
                conflict.code().name(),
                config.pool().size() + " + " + config.pool().maxOverflow(),
                "does not fit: " + conflict.sentence(),
                origin == null ? Violation.IN_CODE : origin,
                conflict.remedy() + ".");
    }
}
