package planted.penstock.sizing;

/** A planted fault: sizing uses config. */
public final class UsesConfig {
    planted.penstock.config.UsesPool above;
}
