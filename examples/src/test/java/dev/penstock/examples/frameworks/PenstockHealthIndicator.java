package dev.penstock.examples.frameworks;

import dev.penstock.Database;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

// begin actuator
/** What Spring Boot's Actuator shows of a database. A bean of it joins /actuator/health; put it into the readiness group. */
public final class PenstockHealthIndicator implements HealthIndicator {
    private final Database database;

    public PenstockHealthIndicator(Database database) {
        this.database = database;
    }

    @Override
    public Health health() {
        dev.penstock.observe.Health now = database.health();
        // Actuator knows no DEGRADED: what serves is up, and the details say the rest.
        Health.Builder health = Health.status(now.serves() ? Status.UP : Status.DOWN);
        now.nodes().forEach(node -> health.withDetail(node.name(), node.toString()));
        health.withDetail("warnings", now.warnings());
        return health.withDetail("status", now.status()).build();
    }
}
// end actuator
