package dev.penstock.observe;

import java.time.Duration;

/**
 * What does not change while a database is open. Immutable.
 *
 * @param name the name below {@code databases:} in the configuration file, else PostgreSQL's name for it
 * @param sslmode as libpq writes it
 * @param maxLag how far a replica may be behind before reads avoid it
 * @param poolSize connections that a busy pool keeps to one server; 0 while opening, where the size is to be found
 * @param ceiling connections to one server at most, whatever for; 0 likewise
 * @param version of Penstock
 * @param pgjdbc version of the driver that runs
 * @param hikari version of HikariCP that runs
 */
public record DatabaseInfo(
        String name,
        String sslmode,
        Duration maxLag,
        int poolSize,
        int ceiling,
        String version,
        String pgjdbc,
        String hikari) {}
