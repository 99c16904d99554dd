package planted.penstock.connect;

/** A planted fault: connect uses pool. */
public final class UsesPool {
    planted.penstock.pool.UsesTopology above;
}
