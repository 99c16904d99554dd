package planted.penstock.tls;

/** A planted fault: tls uses config. */
public final class UsesConfig {
    planted.penstock.config.UsesPool above;
}
