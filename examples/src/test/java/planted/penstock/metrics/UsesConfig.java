package planted.penstock.metrics;

/** A planted fault: metrics uses config. */
public final class UsesConfig {
    planted.penstock.config.UsesPool below;
}
