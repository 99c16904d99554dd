package dev.penstock.examples.frameworks;

import dev.penstock.Database;
import dev.penstock.observe.Health;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

// begin microprofile
/** What MicroProfile Health shows of a database, in Quarkus for example. */
@Readiness
public final class PenstockReadiness implements HealthCheck {
    private final Database database;

    public PenstockReadiness(Database database) {
        this.database = database;
    }

    @Override
    public HealthCheckResponse call() {
        Health now = database.health();
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("database").status(now.serves());
        now.nodes().forEach(node -> response.withData(node.name(), node.toString()));
        response.withData("warnings", String.join(", ", now.warnings()));
        return response.withData("status", now.status().name()).build();
    }
}
// end microprofile
