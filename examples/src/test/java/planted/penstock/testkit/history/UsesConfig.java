package planted.penstock.testkit.history;

/** A planted fault: the testkit's histories use another module. */
public final class UsesConfig {
    planted.penstock.config.UsesPool above;
}
