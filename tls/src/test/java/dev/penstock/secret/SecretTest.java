package dev.penstock.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import org.junit.jupiter.api.Test;

class SecretTest {
    @Test
    void it_prints_as_stars_wherever_it_is_printed() {
        Credentials credentials = new Credentials("app", Secret.of("canary-7"));
        assertThat(Secret.of("canary-7")).hasToString("***");
        assertThat(credentials.toString()).contains("app").doesNotContain("canary");
        assertThat(PasswordSource.literal("canary-7").toString()).doesNotContain("canary");
        assertThat(PasswordSource.literal("canary-7").lookUp(java.util.Map.of()).toString())
                .doesNotContain("canary");
    }

    @Test
    void equal_content_is_the_same_only_when_asked() {
        assertThat(Secret.of("a").sameAs(Secret.of("a"))).isTrue();
        assertThat(Secret.of("a").sameAs(Secret.of("b"))).isFalse();
        assertThat(Secret.of("a")).isNotEqualTo(Secret.of("a")).isNotInstanceOf(Serializable.class);
    }

    @Test
    void credentials_are_the_same_when_user_and_password_are() {
        Credentials app = new Credentials("app", Secret.of("a"));
        assertThat(app.sameAs(new Credentials("app", Secret.of("a")))).isTrue();
        assertThat(app.sameAs(new Credentials("app2", Secret.of("a")))).isFalse();
        assertThat(app.sameAs(new Credentials(null, Secret.of("a")))).isFalse();
    }

    @Test
    void a_user_with_a_nul_is_refused() {
        assertThatThrownBy(() -> new Credentials("app\0work_mem", Secret.of("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("work_mem");
    }
}
