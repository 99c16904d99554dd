package dev.penstock.pool;

import com.zaxxer.hikari.HikariDataSource;
import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/** The HikariCP that runs, which need not be the one we were built with: frameworks manage their own version. */
public final class HikariVersion {
    private HikariVersion() {}

    /** {@code unknown} when it does not tell. */
    public static String running() {
        Class<?> hikari = HikariDataSource.class;
        return Optional.ofNullable(hikari.getPackage().getImplementationVersion())
                .or(() ->
                        Optional.ofNullable(hikari.getModule().getDescriptor()).flatMap(ModuleDescriptor::rawVersion))
                .orElse("unknown");
    }
}
