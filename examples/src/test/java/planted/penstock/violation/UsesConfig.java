package planted.penstock.violation;

/** A planted fault: violation uses config. */
public final class UsesConfig {
    planted.penstock.config.UsesPool above;
}
