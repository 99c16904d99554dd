package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.ClientCertificate;
import dev.penstock.tls.SslMode;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsSource;
import dev.penstock.violation.Violation;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sections against the rows of the keys that they hold. */
class SectionTest {
    private static final Map<String, Class<?>> SECTIONS = Map.of(
            "", DatabaseConfig.class,
            "pool", PoolConfig.class,
            "timeouts", TimeoutConfig.class,
            "topology", TopologyConfig.class,
            "routing", RoutingConfig.class,
            "roles", RoleConfig.class,
            "session", SessionConfig.class,
            "workload", WorkloadConfig.class,
            "tls", TlsConfig.class);

    /** Certificate, key and its password are one value of {@code tls}. */
    private static final Map<Key, String> OF_CLIENT =
            Map.of(Key.SSLCERT, "certificate", Key.SSLKEY, "key", Key.SSLPASSWORD_FILE, "keyPassword");

    private static final PasswordSource PASSWORD = PasswordSource.file(Path.of("/run/secrets/x"));
    private static final Map<Class<?>, Class<?>> BOXES = Map.of(int.class, Integer.class, double.class, Double.class);

    @ParameterizedTest
    @EnumSource
    void an_accessor_has_the_type_of_its_row_and_a_setter_beside_it(Key key) throws ReflectiveOperationException {
        Class<?> section = OF_CLIENT.containsKey(key) ? ClientCertificate.class : SECTIONS.get(key.section);
        Method accessor = section.getMethod(OF_CLIENT.getOrDefault(key, key.accessor));
        Class<?> type = accessor.getReturnType();

        if (key.section.equals(Key.TLS_SECTION) || key.component.startsWith("password") || isPlaceOfLogin(key)) {
            assertThat(type).isIn(type, key.type.javaType());
        } else {
            assertThat(BOXES.getOrDefault(type, type)).isEqualTo(key.type.javaType());
            assertThat(type.isPrimitive())
                    .isEqualTo(
                            key.fallback instanceof Number && key.type.words().isEmpty());
        }
        if (section != ClientCertificate.class) {
            assertThat(Arrays.stream(Class.forName(section.getName() + "$Builder")
                                    .getMethods())
                            .map(Method::getName))
                    .contains(key.accessor);
        }
    }

    private static boolean isPlaceOfLogin(Key key) {
        return key.section.equals("roles") && key.isPlaceOfSecret();
    }

    @ParameterizedTest
    @EnumSource
    void a_default_holds_by_its_own_row_and_has_a_reason(Key key) {
        assertThat(key.byDefault.isEmpty()).isEqualTo(key.reason.isEmpty());
        assertThat(key.sentence).isNotBlank();
        if (key.usual != null && key.type.javaType() != Login.class) {
            Mistakes mistakes = new Mistakes();
            key.judge(key.usual, mistakes);
            assertThat(mistakes.isEmpty()).isTrue();
        }
    }

    @Test
    void sections_are_equal_by_value_and_begin_again_from_their_builder() {
        PoolConfig pool = PoolConfig.builder().size(5).maxWaiting(7).build();

        assertThat(pool)
                .isEqualTo(pool.toBuilder().build())
                .hasSameHashCodeAs(pool.toBuilder().build());
        assertThat(pool).isNotEqualTo(pool.toBuilder().size(6).build());
        assertThat(PoolConfig.builder().size(20).build()).isEqualTo(PoolConfig.defaults());
        assertThat(pool.toBuilder().size(6).build())
                .returns(6, PoolConfig::size)
                .returns(7, PoolConfig::maxWaiting);
        assertThat(complete().build())
                .isEqualTo(complete().build())
                .isNotEqualTo(complete().maxLag(Duration.ofSeconds(3)).build());
    }

    @Test
    void a_section_prints_its_values_and_no_secret() {
        assertThat(complete()
                        .password(PasswordSource.literal("canary"))
                        .tls(
                                SslMode.REQUIRE,
                                tls -> tls.clientCertificate(new ClientCertificate(
                                        TlsSource.inline("-----BEGIN CERTIFICATE-----canary"),
                                        TlsSource.inline("-----BEGIN PRIVATE KEY-----canary"),
                                        PasswordSource.literal("canary"))))
                        .session(session -> session.settings(Map.of("app.token", "canary")))
                        .build()
                        .toString())
                .startsWith(
                        "DatabaseConfig[primary=localhost:5432, replicas=[], database=shop, user=app, password=literal")
                .contains("pool=PoolConfig[size=20, maxOverflow=10", "settings=[app.token]")
                .doesNotContain("canary");
    }

    @Test
    void a_nested_builder_changes_what_it_names_and_leaves_the_rest() {
        DatabaseConfig config = complete()
                .pool(5, 1, Duration.ofSeconds(2))
                .pool(pool -> pool.maxWaiting(500))
                .timeouts(timeouts -> timeouts.close(Duration.ZERO))
                .build();

        assertThat(config.pool())
                .isEqualTo(PoolConfig.builder()
                        .size(5)
                        .maxOverflow(1)
                        .timeout(Duration.ofSeconds(2))
                        .maxWaiting(500)
                        .build());
        assertThat(config.timeouts().connect()).hasSeconds(10);
        assertThat(config.timeouts().close()).isZero();
    }

    /** The same words, whoever gave the value: the bound stands in the row. */
    @Test
    void a_bound_is_the_same_in_code_and_in_a_file() {
        List<Violation> inCode = Loading.violations(() -> complete()
                .pool(101, 0, Duration.ofSeconds(301))
                .workload(workload -> workload.instances(0))
                .tls(SslMode.PREFER, tls -> tls.reloadInterval(Duration.ofDays(10)))
                .build());
        List<Violation> inFile = Loading.violations(() -> Loading.keys(
                "pool_size: 101", "pool_timeout: 301 s", "instances: 0", "tls:", "  reload_interval: 10 d"));

        assertThat(inCode)
                .extracting(Violation::path)
                .containsExactly("pool.size", "pool.timeout", "workload.instances", "tls.reloadInterval");
        assertThat(inCode.stream().map(Violation::message))
                .containsExactlyElementsOf(
                        inFile.stream().map(Violation::message).toList());
    }

    @Test
    void every_mistake_is_told_in_the_order_of_the_keys_and_what_is_no_key_first() {
        List<String> keys = Stream.of(Key.values())
                .filter(key -> key.type.javaType().isEnum() && key.alias.isEmpty())
                .map(Key::yamlName)
                .filter(name -> !name.contains("."))
                .toList();
        String[] backwards = Stream.concat(
                        Stream.iterate(keys.size() - 1, at -> at >= 0, at -> at - 1)
                                .map(at -> keys.get(at) + ": no-such-word"),
                        Stream.of("frobnicate: 1"))
                .toArray(String[]::new);

        assertThat(Loading.violations(() -> Loading.keys(backwards)))
                .extracting(violation -> violation.path().replace("database.", ""))
                .containsExactlyElementsOf(
                        Stream.concat(Stream.of("frobnicate"), keys.stream()).toList());
    }

    @Test
    void the_sections_that_a_row_names_are_those_that_there_are() {
        assertThat(Stream.of(Key.values()).map(key -> key.section).distinct()).hasSameElementsAs(SECTIONS.keySet());
        assertThat(Set.of(Section.class.getPermittedSubclasses())).isSubsetOf(Set.copyOf(SECTIONS.values()));
    }

    private static DatabaseConfig.Builder complete() {
        return DatabaseConfig.builder()
                .primary("localhost")
                .database("shop")
                .user("app")
                .password(PASSWORD)
                .tls(TlsConfig.prefer());
    }
}
