package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadOptionsTest {
    private static final SessionToken TOKEN = new SessionToken("7", 1, 42);

    @Test
    void each_option_changes_what_it_names_and_nothing_else() {
        ReadOptions all = ReadOptions.defaults()
                .with("app.user_id", "42")
                .prefer(ReadPreference.REPLICA_ONLY)
                .maxStaleness(Duration.ofSeconds(5))
                .after(TOKEN)
                .onUnsatisfied(OnUnsatisfied.FAIL)
                .isolation(Isolation.REPEATABLE_READ)
                .streaming()
                .deadline(Duration.ofSeconds(3))
                .once();
        assertThat(all.parameters()).containsEntry("app.user_id", "42");
        assertThat(all.placement())
                .isEqualTo(new ReadOptions.Placement(
                        ReadPreference.REPLICA_ONLY,
                        Optional.of(Duration.ofSeconds(5)),
                        Optional.of(TOKEN),
                        OnUnsatisfied.FAIL));
        assertThat(all.isolation()).contains(Isolation.REPEATABLE_READ);
        assertThat(all.fetchSize()).isEqualTo(1000);
        assertThat(all.conduct()).isEqualTo(new ReadOptions.Conduct(true, Optional.of(Duration.ofSeconds(3))));
        assertThat(ReadOptions.defaults().placement().preference()).isEqualTo(ReadPreference.REPLICA_PREFERRED);
    }

    @Test
    void a_staleness_below_two_probe_intervals_is_refused_with_the_reason() {
        assertThatThrownBy(() -> ReadOptions.defaults().maxStaleness(Duration.ofMillis(1999)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1999 ms")
                .hasMessageContaining("every read to the primary");
    }

    @Test
    void a_deadline_that_is_over_before_it_begins_is_refused() {
        assertThatThrownBy(() -> ReadOptions.defaults().deadline(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WriteOptions.defaults().deadline(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_serializable_read_on_replicas_alone_is_refused_because_none_can_run_it() {
        assertThatThrownBy(() -> ReadOptions.defaults()
                        .prefer(ReadPreference.REPLICA_ONLY)
                        .isolation(Isolation.SERIALIZABLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SERIALIZABLE");
    }

    @Test
    void a_parameters_value_is_not_shown() {
        assertThat(ReadOptions.defaults().with("app.user_id", "s3cret"))
                .asString()
                .doesNotContain("s3cret");
        assertThat(WriteOptions.defaults().with("app.user_id", "s3cret"))
                .asString()
                .doesNotContain("s3cret");
    }
}
