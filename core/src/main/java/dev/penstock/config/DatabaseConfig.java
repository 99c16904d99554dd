package dev.penstock.config;

import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.TlsConfig;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/**
 * One database and the servers that hold it: everything Penstock needs to know, validated. Immutable. If an instance
 * exists it is right; the {@link #builder()} and the constructor refuse anything else.
 *
 * @param primary where writing is expected to happen at start; after that the servers themselves are asked
 * @param replicas the other servers of the same cluster; may be empty, the same program runs without any
 * @param database the name of the database
 * @param user the role that reads and writes
 * @param password where its password comes from; read anew for every physical connection
 * @param tls what a server must prove, and with what material
 * @param pool sizes and waiting times
 * @param timeouts deadlines below a borrow
 * @param maxLag how far a replica may be behind before reads avoid it, 2 s to 24 h; 10 s by default. The lower bound
 *     is two probe intervals: less would send every read to the primary by accident
 * @param applicationName what the servers show in {@code pg_stat_activity}; {@code penstock} by default
 * @param environmentMode which policy applies; development unless said otherwise
 */
public record DatabaseConfig(
        Endpoint primary,
        List<Endpoint> replicas,
        @NotBlank(message = "must not be blank") String database,
        @NotBlank(message = "must not be blank") String user,
        PasswordSource password,
        TlsConfig tls,
        PoolConfig pool,
        TimeoutConfig timeouts,

        @DurationMin(seconds = 2, message = "must be at least 2 s")
        @DurationMax(hours = 24, message = "must be at most 24 h")
        Duration maxLag,

        @NotBlank(message = "must not be blank") String applicationName,
        EnvironmentMode environmentMode) {

    /** @throws InvalidConfigException with every mistake */
    public DatabaseConfig(
            Endpoint primary,
            List<Endpoint> replicas,
            String database,
            String user,
            PasswordSource password,
            TlsConfig tls,
            PoolConfig pool,
            TimeoutConfig timeouts,
            Duration maxLag,
            String applicationName,
            EnvironmentMode environmentMode) {
        this.primary = Objects.requireNonNull(primary, "primary");
        this.replicas = List.copyOf(replicas);
        this.database = Objects.requireNonNull(database, "database");
        this.user = Objects.requireNonNull(user, "user");
        this.password = Objects.requireNonNull(password, "password");
        this.tls = Objects.requireNonNull(tls, "tls");
        this.pool = Objects.requireNonNull(pool, "pool");
        this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
        this.maxLag = Objects.requireNonNull(maxLag, "maxLag");
        this.applicationName = Objects.requireNonNull(applicationName, "applicationName");
        this.environmentMode = Objects.requireNonNull(environmentMode, "environmentMode");
        ConfigValidation.check(this);
        ConfigRules.check(this);
    }

    /** An empty builder; {@code primary}, {@code database}, {@code user} and {@code password} are required. */
    public static DatabaseConfigBuilder builder() {
        return new DatabaseConfigBuilder();
    }

    /** Every server, the expected primary first, in the order written. */
    public List<Endpoint> endpoints() {
        return Stream.concat(Stream.of(primary), replicas.stream()).toList();
    }

    Set<Endpoint> distinctEndpoints() {
        return new LinkedHashSet<>(endpoints());
    }
}
