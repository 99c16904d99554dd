package planted.penstock.secret;

/** A planted fault: secret uses config. */
public final class UsesConfig {
    planted.penstock.config.UsesPool above;
}
