package planted.penstock.topology;

/** A planted fault: topology uses pool, Hikari, the validator and the driver. */
public final class UsesPool {
    planted.penstock.pool.UsesTopology beside;
    com.zaxxer.hikari.HikariConfig hikari;
    jakarta.validation.Validator validator;
    org.postgresql.Driver driver;
}
