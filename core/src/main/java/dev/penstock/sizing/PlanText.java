package dev.penstock.sizing;

import dev.penstock.sizing.Bound.Sense;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A plan as a table for people; numbers in the same form whatever the locale. */
final class PlanText {
    private final StringBuilder text = new StringBuilder();

    private PlanText() {}

    static String of(SizingPlan plan) {
        PlanText table = new PlanText();
        SizingInput input = plan.input();
        table.line("pool_size + max_overflow = " + input.pool() + " = "
                + input.pool().ceiling() + " to each server, and 1 of the monitor; " + input.fleet());
        table.size(input.size());
        plan.nodes().forEach(node -> table.node(node, input.size().isFound() ? "found" : "configured"));
        table.conflicts(plan.conflicts());
        return table.text.toString().stripTrailing();
    }

    private void size(PoolSize size) {
        if (size.isFound()) {
            line("found by  " + PoolSize.told(size.rule()));
            size.next().ifPresent(next -> line("next      " + PoolSize.told(next)));
            size.notes().forEach(note -> line("note      " + note));
        }
    }

    private void node(NodePlan plan, String label) {
        line("");
        line(plan.node() + (plan.node().primary() ? ", primary" : ", replica") + known(plan.node()));
        row(" ", label, "", String.valueOf(plan.ceiling()), "pool_size + max_overflow");
        plan.bounds()
                .forEach(bound -> row(
                        bound.binding() ? "*" : " ",
                        bound.kind().label(),
                        sense(bound.kind().sense()),
                        String.valueOf(bound.connections()),
                        bound.inputs()));
        predicted("predicted", plan.predicted());
        predicted("one more", plan.oneMore());
        predicted("one fewer", plan.oneFewer());
        predicted("replica lost", plan.replicaLost());
        plan.node().live().ifPresent(live -> row(" ", "live", "", "", connected(live)));
        plan.node().unseen().forEach(unseen -> row(" ", "not seen", "", "", unseen));
    }

    private static String known(PlannedNode node) {
        if (node.pooled()) {
            return ", behind a pooler: what the server admits binds the pooler's own pool";
        }
        return node.budget().isEmpty() ? ", not asked" : "";
    }

    private static String connected(LiveSessions live) {
        int instances = live.instances().orElse(0);
        return instances == 0
                ? others(live)
                : instances + (instances == 1 ? " instance" : " instances") + " by application_name, " + others(live);
    }

    static String others(LiveSessions live) {
        return live.others() + (live.others() == 1 ? " session" : " sessions") + " of others";
    }

    private void predicted(String label, Optional<Prediction> prediction) {
        prediction.ifPresent(p -> row(
                " ",
                label,
                "",
                String.valueOf(p.connections()),
                "utilisation " + String.format(Locale.ROOT, "%.2f", p.utilisation()) + ", p50 wait "
                        + millis(p.p50WaitMillis()) + ", p99 wait " + millis(p.p99WaitMillis())));
    }

    private void conflicts(List<Conflict> conflicts) {
        for (Conflict conflict : conflicts) {
            line("");
            line((conflict.refuses() ? "conflict " : "warning ") + conflict.code() + ": " + conflict.sentence() + ".");
            line("  " + conflict.remedy() + ".");
        }
    }

    private static String sense(Sense sense) {
        return switch (sense) {
            case AT_LEAST -> "at least";
            case AT_MOST -> "at most";
            case ADVICE -> "try";
        };
    }

    private void row(String mark, String label, String sense, String number, String why) {
        line(String.format(Locale.ROOT, "%s %-16s %-8s %5s  %s", mark, label, sense, number, why));
    }

    private void line(String line) {
        text.append(line.stripTrailing()).append('\n');
    }

    /** {@code 2.6 ms}, {@code 200 ms}, {@code for ever}. */
    static String millis(double millis) {
        return Double.isInfinite(millis) ? "for ever" : number(millis) + " ms";
    }

    /** At most one decimal place, two below 1, none where there is nothing behind the point. */
    static String number(double value) {
        String text = String.format(Locale.ROOT, Math.abs(value) < 1 ? "%.2f" : "%.1f", value);
        return text.replaceFirst("\\.?0+$", "");
    }
}
