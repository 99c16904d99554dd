package planted.penstock.config;

/** A planted fault: config uses pool. */
public final class UsesPool {
    planted.penstock.pool.UsesTopology above;
}
