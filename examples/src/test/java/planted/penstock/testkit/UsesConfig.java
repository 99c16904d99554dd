package planted.penstock.testkit;

/** A planted fault: the testkit uses another module. */
public final class UsesConfig {
    planted.penstock.config.UsesPool above;
}
