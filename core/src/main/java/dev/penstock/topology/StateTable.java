package dev.penstock.topology;

import dev.penstock.observe.NodeState;

/**
 * What a node's state becomes by what was observed of it. The election alone fences, and what it fences answers; everything
 * else is this table, which docs/topology.md shows.
 */
final class StateTable {
    private StateTable() {}

    static NodeState next(NodeState state, Observation seen) {
        return switch (seen) {
            case ANSWERED -> NodeState.UP;
            case SLOW -> state == NodeState.UP ? NodeState.SUSPECT : state;
            case SILENT, UNREACHABLE, NOT_NOW -> NodeState.DOWN;
            case BARRED -> state;
        };
    }
}
