package planted.penstock.cli.launcher;

/** A planted fault: the launcher, which is run before anything is compiled, uses something. */
public final class UsesConfig {
    planted.penstock.config.UsesPool above;
}
