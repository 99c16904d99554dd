package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.sizing.PoolSplit;
import dev.penstock.tls.CertValidation;
import dev.penstock.tls.SslMode;
import dev.penstock.violation.Violation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that operators have already, loaded as they are. */
class OperatorFilesTest {
    @TempDir
    private Path directory;

    @Test
    void the_yaml_file_of_a_python_service_loads_with_its_own_defaults() {
        DatabaseConfig config = DatabaseConfig.load(Loading.fixture("operators/config.yaml"), Map.of());

        assertThat(config.endpoints()).containsExactly(new Endpoint("postgres", 5432));
        assertThat(config.database()).isEqualTo("app_db");
        assertThat(config.user()).isEqualTo("user");
        assertThat(config.pool())
                .isEqualTo(PoolConfig.builder()
                        .size(20)
                        .maxOverflow(10)
                        .timeout(Duration.ofSeconds(30))
                        .recycle(Duration.ofSeconds(1800))
                        .build());
        assertThat(config.environmentMode()).isEqualTo(EnvironmentMode.DEVELOPMENT);
        assertThat(config.roles().ownerUser()).isEqualTo("appowner");
        assertThat(config.roles().readOnly())
                .isNotNull()
                .extracting(Login::user)
                .isEqualTo("backupuser");
        assertThat(config.password().describe())
                .startsWith("file /run/secrets/postgres_app_user_pw, then variable POSTGRES_APP_USER_PW");
        assertThat(config.origins())
                .containsEntry("pool_size", "config.yaml:10")
                .containsEntry("url", "config.yaml:5");
    }

    @Test
    void the_yaml_file_takes_what_the_environment_says_and_the_url_wins_over_its_keys() {
        Map<String, String> environment = EnvFile.read(Loading.fixture("operators/development.env"), Map.of());
        DatabaseConfig config = DatabaseConfig.load(Loading.fixture("operators/config.yaml"), environment);

        assertThat(config.endpoints()).containsExactly(new Endpoint("localhost", 5433));
        assertThat(config.pool().size()).isEqualTo(10);
        assertThat(config.pool().maxOverflow()).isEqualTo(5);
        assertThat(config.warnings())
                .filteredOn(warning -> warning.code().equals("OVERRIDDEN"))
                .extracting(ConfigWarning::path)
                .containsExactlyInAnyOrder("database.pool_size", "database.max_overflow");
    }

    @Test
    void the_development_file_gives_pool_and_password() {
        DatabaseConfig config =
                DatabaseConfig.fromEnvironment(EnvFile.read(Loading.fixture("operators/development.env"), Map.of()));

        assertThat(config.endpoints()).containsExactly(new Endpoint("localhost", 5433));
        assertThat(config.database()).isEqualTo("appdb");
        assertThat(config.pool().split()).map(PoolSplit::ceiling).hasValue(15);
        assertThat(config.password().resolve(Map.of()).reveal()).isEqualTo("devpass");
        assertThat(config.tls().mode()).isEqualTo(SslMode.PREFER);
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void the_platform_file_gives_a_primary_and_a_replica_on_one_host_and_ignores_the_shadow() {
        DatabaseConfig config =
                DatabaseConfig.fromEnvironment(EnvFile.read(Loading.fixture("operators/platform.env"), Map.of()));

        assertThat(config.primary()).isEqualTo(new Endpoint("localhost", 5432));
        assertThat(config.replicas()).containsExactly(new Endpoint("localhost", 5433));
        assertThat(config.session().schema()).isEqualTo("app");
        assertThat(config.tls().mode()).isEqualTo(SslMode.REQUIRE);
        assertThat(config.tls().certValidation()).isEqualTo(CertValidation.NONE);
        assertThat(config.login(config.replicas().get(0)).user()).isEqualTo("app_user");
        assertThat(config.password().resolve(Map.of()).reveal()).isEqualTo("s3cret");
        assertThat(config.replicaLogins()).isEmpty();
    }

    @Test
    void the_production_file_loads_with_its_secret_file_first() {
        DatabaseConfig config =
                DatabaseConfig.fromEnvironment(EnvFile.read(Loading.fixture("operators/production.env"), Map.of()));

        assertThat(config.environmentMode()).isEqualTo(EnvironmentMode.PRODUCTION);
        assertThat(config.endpoints()).containsExactly(new Endpoint("postgres", 5432));
        assertThat(config.tls().mode()).isEqualTo(SslMode.REQUIRE);
        assertThat(config.password().describe()).startsWith("file /run/secrets/postgres_app_user_pw, then ");
        assertThat(config.password().isLiteral()).isFalse();
        assertThat(Loading.warningCodes(config)).contains("REQUIRE_UNVERIFIED", "PATH_IN_VARIABLE");
    }

    @Test
    void an_application_and_temporals_two_databases_come_from_one_file() {
        Map<String, String> environment = EnvFile.read(Loading.fixture("operators/development.env"), Map.of());
        Map<String, DatabaseConfig> all =
                DatabaseConfig.loadAll(Loading.fixture("operators/temporal.yaml"), environment);

        assertThat(all.keySet()).containsExactly("database", "temporal", "temporal_visibility");
        assertThat(all.values())
                .extracting(DatabaseConfig::database)
                .containsExactly("appdb", "temporal", "temporal_visibility");
        assertThat(all.values())
                .extracting(DatabaseConfig::user)
                .containsExactly("appuser", "temporaluser", "temporaluser");
        assertThat(all.get("temporal").pool().size()).isEqualTo(5);
        assertThat(all.get("temporal").password().describe())
                .isEqualTo("variable named in databases.temporal.user_pw_env_var (temporal.yaml:7)");
        assertThat(all.get("temporal").roles().ownerUser()).isNull();
        assertThat(all.get("temporal_visibility").password().describe())
                .isEqualTo("file /run/secrets/postgres_temporal_pw");
    }

    @Test
    void a_named_database_declares_its_own_names_and_password() {
        List<Violation> found = Loading.violations(() -> {
            Path file = directory.resolve("config.yaml");
            Files.writeString(file, "databases:\n  jobs:\n    url: postgresql://db-1\n");
            return DatabaseConfig.loadAll(file, Map.of("APP_DB", "shop", "APP_DB_USER", "app"));
        });

        assertThat(found)
                .extracting(Violation::path)
                .containsExactly("databases.jobs.app_db", "databases.jobs.user", "databases.jobs.password");
    }

    @Test
    void a_named_database_lives_in_the_environment_of_the_process() throws Exception {
        Path file = Files.writeString(
                directory.resolve("config.yaml"),
                "databases:\n  jobs:\n    url: postgresql://app@db-1/jobs\n    user_pw_env_var: JOBS_PW\n");
        DatabaseConfig jobs = DatabaseConfig.loadAll(
                        file, Map.of("APP_ENVIRONMENT", "production", "DATABASE_POOL_SIZE", "5"))
                .get("jobs");

        assertThat(jobs.environmentMode()).isEqualTo(EnvironmentMode.PRODUCTION);
        assertThat(jobs.pool().size()).isEqualTo(20);
    }

    @Test
    void the_example_of_an_env_file_loads_and_names_variables_that_exist() throws Exception {
        Path example = Path.of("..", ".env.example");
        String uncommented = Files.readString(example).replaceAll("(?m)^#(?=[A-Z_]+=)", "");

        assertThat(DatabaseConfig.fromEnvironment(EnvFile.read(example, Map.of()))
                        .database())
                .isEqualTo("appdb");
        assertThat(EnvFile.parse(uncommented, ".env.example", Map.of()).keySet())
                .filteredOn(name -> !name.matches("POSTGRES_APP_(USER|RO)_PW"))
                .allSatisfy(name -> assertThat(Key.values()).as(name).anyMatch(key -> key.variables.contains(name)));
    }
}
