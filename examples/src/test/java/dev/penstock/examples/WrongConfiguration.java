package dev.penstock.examples;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.EnvironmentMode;
import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.TlsConfig;
import java.nio.file.Path;
import java.time.Duration;

/** The mistakes whose report README shows. */
final class WrongConfiguration {
    private WrongConfiguration() {}

    static void build() {
        // begin wrong
        DatabaseConfig.builder()
                .primary("db-1.internal:54x2")
                .database("shop")
                .user("shop_app")
                .password(PasswordSource.literal("hunter2"))
                .tls(TlsConfig.verifyFull(Path.of("certs/db-ca.pem")))
                .pool(200, 10, Duration.ofSeconds(30))
                .environmentMode(EnvironmentMode.PRODUCTION)
                .build();
        // end wrong
    }
}
