package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.Secret;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which passwords are told to be weak. */
class WeakPasswordTest {
    @ParameterizedTest
    @CsvSource({
        "postgres, WELL_KNOWN",
        "Postgres123!, WELL_KNOWN",
        "mysecretpassword, WELL_KNOWN",
        "123456789012, WELL_KNOWN",
        "shop_application, WELL_KNOWN",
        "Shop_Application2026, WELL_KNOWN",
        "kT9#vQ2xLm4, SHORT",
        "kT9#vQ2xLm4p,",
        "ключ-к-базе1,",
        "x-long-enough,",
        "postgres-by-the-river,",
    })
    void a_password_is_weak_when_everybody_tries_it_or_it_is_short(String password, WeakPassword expected) {
        assertThat(WeakPassword.of("shop_application", Secret.of(password)).orElse(null))
                .isEqualTo(expected);
    }
}
