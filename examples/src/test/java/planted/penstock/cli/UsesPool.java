package planted.penstock.cli;

/** A planted fault: the command uses what is not exported. */
public final class UsesPool {
    planted.penstock.pool.UsesTopology below;
}
