package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.TlsConfig;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorDetailTest {
    @ParameterizedTest
    @CsvSource({
        ", , FULL",
        "development, , FULL",
        "testing, , FULL",
        "production, , NONE",
        "development, none, NONE",
        "production, full, FULL",
        "production, none, NONE"
    })
    void an_exception_has_all_that_a_server_says_but_in_production(String mode, String asked, ErrorDetail expected) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "DATABASE_URL",
                "postgresql://localhost",
                "POSTGRES_SSL_MODE",
                "verify-full",
                "POSTGRES_SSL_ROOT_CERT",
                "/ca.pem"));
        if (mode != null) {
            environment.put("APP_ENVIRONMENT", mode);
        }
        if (asked != null) {
            environment.put("DATABASE_ERROR_DETAIL", asked);
        }
        assertThat(DatabaseConfig.fromEnvironment(environment).errorDetail()).isEqualTo(expected);
        if (asked != null) {
            environment.remove("DATABASE_ERROR_DETAIL");
            assertThat(Loading.yaml(
                                    "database:\n  url: postgresql://localhost\n  error_detail: " + asked + "\n",
                                    environment)
                            .errorDetail())
                    .isEqualTo(expected);
        }
    }

    @Test
    void a_builder_takes_it_with_the_session_and_else_leaves_it_to_the_mode() {
        DatabaseConfig.Builder builder = DatabaseConfig.builder()
                .primary("localhost")
                .database("shop")
                .user("app")
                .password(PasswordSource.env("X"))
                .tls(TlsConfig.verifyFull())
                .environmentMode(EnvironmentMode.PRODUCTION);
        assertThat(builder.build().errorDetail()).isEqualTo(ErrorDetail.NONE);
        SessionConfig session =
                SessionConfig.builder().errorDetail(ErrorDetail.FULL).build();
        assertThat(builder.session(session).build().errorDetail()).isEqualTo(ErrorDetail.FULL);
    }
}
