package dev.penstock.sizing;

import java.util.ArrayList;
import java.util.List;

/**
 * A change to try on a plan. Immutable. The pool keeps its size, also where that was found: the configuration is what it was.
 *
 * @param replicasLost replicas that are gone, the last ones of the plan; 0 or more
 * @param moreInstances instances that run besides, each with the same work; 0 or more
 * @param slowerQueries how many times as long every borrow holds its connection; above 0, 1 for no change
 */
public record WhatIf(int replicasLost, int moreInstances, double slowerQueries) {
    /** Nothing changes. */
    public static final WhatIf NOTHING = new WhatIf(0, 0, 1);

    /** @throws IllegalArgumentException when a number is out of its range */
    public WhatIf {
        if (replicasLost < 0 || moreInstances < 0) {
            throw new IllegalArgumentException("replicasLost and moreInstances must not be negative");
        }
        Connections.positive("slowerQueries", slowerQueries);
    }

    public WhatIf withReplicasLost(int lost) {
        return new WhatIf(lost, moreInstances, slowerQueries);
    }

    public WhatIf withMoreInstances(int more) {
        return new WhatIf(replicasLost, more, slowerQueries);
    }

    public WhatIf withSlowerQueries(double times) {
        return new WhatIf(replicasLost, moreInstances, times);
    }

    SizingInput apply(SizingInput input) {
        List<PlannedNode> left = new ArrayList<>(input.nodes());
        for (int i = left.size() - 1, lost = 0; i >= 0 && lost < replicasLost; i--) {
            if (!left.get(i).primary()) {
                left.remove(i);
                lost++;
            }
        }
        return new SizingInput(
                input.size(),
                input.workload().slowedDown(slowerQueries),
                input.fleet().plus(moreInstances),
                left);
    }
}
