package planted.penstock.pool;

/** A planted fault: pool uses topology, and so a cycle. */
public final class UsesTopology {
    planted.penstock.topology.UsesPool beside;
}
