package dev.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.sizing.PoolSplit;
import dev.penstock.violation.Violation;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms of a connection string: what is read out of each, and what is refused on purpose. */
class ConnectionUriTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        postgresql://app@db-1/shop                      | db-1:5432                | app     | shop
        postgres://app@db-1/shop                        | db-1:5432                | app     | shop
        postgresql+asyncpg://app@db-1/shop              | db-1:5432                | app     | shop
        postgresql+psycopg2://app@db-1/shop             | db-1:5432                | app     | shop
        postgres+pg8000://app@db-1/shop                 | db-1:5432                | app     | shop
        jdbc:postgresql://db-1/shop?user=app            | db-1:5432                | app     | shop
        postgresql://db-1                               | db-1:5432                | appuser | appdb
        postgresql://db-1/                              | db-1:5432                | appuser | appdb
        postgresql://@db-1/shop                         | db-1:5432                | appuser | shop
        postgresql://:pw@db-1/shop                      | db-1:5432                | appuser | shop
        postgresql://app@db-1:6000/shop                 | db-1:6000                | app     | shop
        postgresql://app@db-1:/shop                     | db-1:5432                | app     | shop
        postgresql://app@db-1?dbname=shop               | db-1:5432                | app     | shop
        postgresql://app@db-1,db-2:5433,db-3/shop       | db-1:5432,db-2:5433,db-3:5432 | app | shop
        postgresql://app@[::1]/shop                     | [::1]:5432               | app     | shop
        postgresql://app@[2001:db8::1]:6000,db-2/shop   | [2001:db8::1]:6000,db-2:5432 | app | shop
        postgresql://a%40b:c%2Fd@db-1/s%C3%A4%2Fp       | db-1:5432                | a@b     | sä/p
        postgresql://a+b:c+d@db-1/s+p                   | db-1:5432                | a+b     | s+p
        postgresql://app:a:b@db-1/shop                  | db-1:5432                | app     | shop
        postgresql://app:a?b@db-1/shop                  | db-1:5432                | app     | shop
        postgresql:///shop?host=db-1&user=app           | db-1:5432                | app     | shop
        postgresql:///shop?host=db-1,db-2&port=1,2&user=app | db-1:1,db-2:2        | app     | shop
        postgresql:///shop?host=db-1,db-2&port=9&user=app | db-1:9,db-2:9          | app     | shop
        postgresql://app@db-1/shop?port=6000            | db-1:6000                | app     | shop
        postgresql://app:pw@:6432/shop?host=db-1        | db-1:6432                | app     | shop
        postgresql://app@:6432/shop?host=db-1,db-2      | db-1:6432,db-2:6432      | app     | shop
        postgresql://app@:1,:2/shop?host=db-1,db-2      | db-1:1,db-2:2            | app     | shop
        postgresql://app@db_1.internal/shop             | db_1.internal:5432       | app     | shop
        postgresql://app@db-1.internal./shop            | db-1.internal.:5432      | app     | shop
        postgresql://app@[::ffff:10.0.0.5]/shop         | [::ffff:10.0.0.5]:5432   | app     | shop
        postgresql://app@[fe80::1%25eth0]/shop          | [fe80::1%eth0]:5432      | app     | shop
        postgresql://db-1/shop?user=me@server           | db-1:5432                | me@server | shop
        postgresql://app:pw@db-1/shop?application_name=svc@host | db-1:5432        | app     | shop
        postgresql://app@db-1/shop?sslrootcert=/run/app@1/ca.crt&sslmode=verify-ca | db-1:5432 | app | shop
        postgresql://app:${PW}@db-1/shop?password=x     | db-1:5432                | app     | shop
        host=db-1 dbname=shop user=app                  | db-1:5432                | app     | shop
        host = db-1 port = 6000 dbname = 'my shop' user=app | db-1:6000            | app     | my shop
        host=db-1,db-2 port=5433 dbname=shop user=a\\ b | db-1:5433,db-2:5433      | a b     | shop
        """)
    void a_form_is_read(String uri, String hosts, String user, String database) {
        DatabaseConfig config = Loading.uri(uri);

        assertThat(config.endpoints().stream().map(Endpoint::toString).collect(Collectors.joining(",")))
                .isEqualTo(hosts);
        assertThat(config.user()).isEqualTo(user);
        assertThat(config.database()).isEqualTo(database);
    }

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(delimiter = '|', textBlock = """
        sqlite:///./database.db                         | SQLITE
        sqlite:///:memory:                              | SQLITE
        sqlite+aiosqlite:///x.db                        | SQLITE
        mysql://app@db-1/shop                           | URL_SCHEME
        POSTGRESQL://app@db-1/shop                      | URL_SCHEME
        jdbc:mysql://db-1/shop                          | URL_SCHEME
        db-1:5432                                       | URL_SCHEME
        shop                                            | URL_SCHEME
        postgresql:/db-1/shop                           | URL_SCHEME
        postgresql:///shop                              | NO_HOST
        postgresql://app@db-1,/shop                     | NO_HOST
        dbname=shop                                     | NO_HOST
        postgresql://%2Fvar%2Frun%2Fpostgresql/shop     | UNIX_SOCKET
        postgresql:///shop?host=/var/run/postgresql     | UNIX_SOCKET
        host=/tmp dbname=shop                           | UNIX_SOCKET
        postgresql://app@db-1:0/shop                    | URL_PORT
        postgresql://app@db-1:65536/shop                | URL_PORT
        postgresql://app@db-1:five/shop                 | URL_PORT
        postgresql:///shop?host=db-1,db-2&port=1,2,3    | URL_PORT
        postgresql://app@:1,:2,:3/shop?host=db-1,db-2   | URL_PORT
        postgresql://app@db$1/shop                      | URL_HOST
        postgresql://app@134744072/shop                 | URL_HOST
        postgresql://app@0x08080808/shop                | URL_HOST
        postgresql://app@8.8.2056/shop                  | URL_HOST
        postgresql://app@010.0.0.5/shop                 | URL_HOST
        postgresql://app@10.0.0.256/shop                | URL_HOST
        postgresql://app@10.0.0.5./shop                 | URL_HOST
        postgresql://app@db.0x1f/shop                   | URL_HOST
        postgresql://app@[1:2]/shop                     | URL_HOST
        postgresql://app@[::1::]/shop                   | URL_HOST
        postgresql://app@[:1]/shop                      | URL_HOST
        postgresql://app@[::1/shop                      | URL_SYNTAX
        postgresql://app@[]/shop                        | URL_SYNTAX
        postgresql://app@[::1]x/shop                    | URL_SYNTAX
        postgresql://app@db-1/shop?sslmode              | URL_SYNTAX
        postgresql://app@db-1/shop?sslmode=a=b          | URL_SYNTAX
        postgresql://app@db-1/shop?&sslmode=require     | URL_SYNTAX
        host=db-1 dbname                                | URL_SYNTAX
        host=db-1 dbname='shop                          | URL_SYNTAX
        postgresql://app@db-1/sh%op                     | URL_PERCENT
        postgresql://app@db-1/sh%4                      | URL_PERCENT
        postgresql://app@db-1/sh%00op                   | URL_PERCENT
        postgresql://app@db-1/sh%ffop                   | URL_PERCENT
        postgresql://u%zz@db-1/shop?user=app            | URL_PERCENT
        postgresql://app@db-1/sh%zz?dbname=shop         | URL_PERCENT
        postgresql://app:pw%00@db-1/shop?password=x     | URL_PERCENT
        postgresql://app:pw@db-1/shop?user=%zz&user=app | URL_PERCENT
        postgresql://app@/shop?host=%zz&host=db-1       | URL_PERCENT
        postgresql://app:p/w@db-1/shop                  | URL_PASSWORD_UNENCODED
        postgresql://app@db-1/shop@x                    | URL_PASSWORD_UNENCODED
        postgresql://app:12/x?y=z@db-1/shop             | URL_PASSWORD_UNENCODED
        postgresql://app:p@w?y=z&user=a@db-1/shop       | URL_PASSWORD_UNENCODED
        postgresql://app:p@w?user@x=a                   | URL_PASSWORD_UNENCODED
        postgresql://app:p@w@db-1/shop                  | URL_PASSWORD_UNENCODED
        postgresql://app:p@w/x@db-1/shop                | URL_PASSWORD_UNENCODED
        postgresql://app:12/x?y@db-1/shop               | URL_PASSWORD_UNENCODED
        postgresql://app@db-1/shop?host=db-2            | URL_PARAMETER_FORBIDDEN
        postgresql://app@db-1:1/shop?port=2             | URL_PARAMETER_FORBIDDEN
        postgresql://app@db-1/shop?sslfactory=x         | URL_PARAMETER_FORBIDDEN
        postgresql://app@db-1/shop?socketFactory=x      | URL_PARAMETER_FORBIDDEN
        postgresql://app@db-1/shop?sslaccept=accept_invalid_certs | URL_PARAMETER_FORBIDDEN
        jdbc:postgresql://db-1/shop?PGHOST=db-2         | URL_PARAMETER_FORBIDDEN
        jdbc:postgresql://db-1/shop?loggerLevel=TRACE   | URL_PARAMETER_UNSUPPORTED
        postgresql://app@db-1/shop?hostaddr=10.0.0.1    | URL_PARAMETER_UNSUPPORTED
        postgresql://app@db-1/shop?service=x            | URL_PARAMETER_UNSUPPORTED
        postgresql://app@db-1/shop?target_session_attrs=read-only | URL_PARAMETER_UNSUPPORTED
        postgresql://app@db-1/shop?gssencmode=require   | URL_PARAMETER_UNSUPPORTED
        postgresql://app@db-1/shop?sslmod=require       | URL_PARAMETER_UNKNOWN
        postgresql://app@db-1/shop?SSLMODE=require      | URL_PARAMETER_UNKNOWN
        postgresql://app@db-1/shop?ApplicationName=x    | URL_PARAMETER_UNSUPPORTED
        postgresql://app@db-1/shop?ssl=false            | URL_PARAMETER_UNKNOWN
        postgresql://app@db-1/shop?sslmode=             | NOT_A_WORD
        postgresql://app@db-1/shop?sslmode=Require      | NOT_A_WORD
        postgresql://app@db-1/shop?connect_timeout=0    | OUT_OF_RANGE
        postgresql://app@db-1/shop?pool_size=101        | OUT_OF_RANGE
        """)
    void a_form_is_refused_on_purpose(String uri, String code) {
        List<Violation> found = Loading.violations(() -> Loading.uri(uri));

        assertThat(found).extracting(Violation::code).containsExactly(code);
        assertThat(found.get(0).path()).startsWith("url");
        assertThat(found.get(0).remedy()).isNotBlank();
    }

    @Test
    void blanks_and_line_breaks_are_refused_in_a_uri() {
        assertThat(Loading.codes(() -> Loading.uri("postgresql://app@db-1/shop\n")))
                .containsExactly("URL_BLANK");
        assertThat(Loading.codes(() -> Loading.uri("postgresql://app@db-1/my shop")))
                .containsExactly("URL_BLANK");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "sslmod, Did you mean 'sslmode'?",
        "ssl_mode, Did you mean 'sslmode'?",
        "applicationname, Did you mean 'application_name'?",
        "poolsize, Did you mean 'pool_size'?",
        "frobnicate, The parameters are listed in docs/configuration.md."
    })
    void an_unknown_parameter_is_answered_with_the_nearest(String name, String remedy) {
        List<Violation> found = Loading.violations(() -> Loading.uri("postgresql://app@db-1/shop?" + name + "=x"));

        assertThat(found).extracting(Violation::remedy).containsExactly(remedy);
        assertThat(found).extracting(Violation::path).containsExactly("url." + name);
    }

    @Test
    void sqlite_is_refused_naming_what_is_as_easy() {
        assertThat(Loading.violations(() -> Loading.uri("sqlite:///./database.db")))
                .singleElement()
                .extracting(Violation::remedy)
                .asString()
                .contains("penstock dev (penstock-cli)", "PostgresCluster");
    }

    @Test
    void parameters_become_keys_and_win_over_them() {
        DatabaseConfig config = DatabaseConfig.fromUri(
                "postgresql://app@localhost/shop?sslmode=verify-full&sslrootcert=/run/secrets/ca-bundle.crt"
                        + "&sslcert=/run/secrets/client.crt&sslkey=/run/secrets/client.key&pool_size=10&max_overflow=5"
                        + "&schema=app&application_name=shop&connect_timeout=3&options=-c%20work_mem%3D8MB",
                Map.of("DATABASE_POOL_SIZE", "30", "DATABASE_CONNECT_TIMEOUT", "20"));

        assertThat(config.tls().mode().libpqName()).isEqualTo("verify-full");
        assertThat(config.tls().ca()).isNotNull();
        assertThat(config.tls().clientCertificate()).isNotNull();
        assertThat(config.pool().split()).map(PoolSplit::ceiling).hasValue(15);
        assertThat(config.session().schema()).isEqualTo("app");
        assertThat(config.session().startupOptions()).isEqualTo("-c work_mem=8MB");
        assertThat(config.applicationName()).isEqualTo("shop");
        assertThat(config.timeouts().connect()).hasSeconds(3);
        assertThat(Loading.warningCodes(config)).containsExactly("OVERRIDDEN", "OVERRIDDEN");
    }

    @Test
    void a_repeated_parameter_counts_as_last_written_and_is_warned_about() {
        DatabaseConfig config = Loading.uri("postgresql://app@localhost/shop?pool_size=5&pool_size=6&user=other");

        assertThat(config.pool().size()).isEqualTo(6);
        assertThat(config.user()).isEqualTo("other");
        assertThat(Loading.warningCodes(config)).containsExactly("URL_REPEATED", "URL_REPEATED");
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://app@localhost/shop?ssl=true, require",
        "postgresql://app@localhost/shop?ssl=%74rue, require",
        "jdbc:postgresql://localhost/shop?ssl=true, verify-full"
    })
    void ssl_true_means_what_it_means_to_the_owner_of_the_form(String uri, String mode) {
        assertThat(Loading.uri(uri).tls().mode().libpqName()).isEqualTo(mode);
    }

    @Test
    void the_names_of_the_driver_are_read_in_a_jdbc_url() {
        DatabaseConfig config = Loading.uri(
                "jdbc:postgresql://localhost/shop?currentSchema=app&ApplicationName=shop&connectTimeout=3&tcpKeepAlive=true");

        assertThat(config.session().schema()).isEqualTo("app");
        assertThat(config.applicationName()).isEqualTo("shop");
        assertThat(config.timeouts().connect()).hasSeconds(3);
    }

    @Test
    void several_mistakes_in_one_string_are_told_together() {
        assertThat(Loading.codes(() -> Loading.uri("postgresql://app@db-1:0,db-2:x/shop?sslmod=a&sslfactory=b")))
                .containsExactlyInAnyOrder("URL_PORT", "URL_PORT", "URL_PARAMETER_UNKNOWN", "URL_PARAMETER_FORBIDDEN");
    }

    @Test
    void what_is_printed_of_it_has_no_password() {
        Setting scalar =
                Setting.of(Key.URL, "postgresql://app:s3cret@db-1/shop?sslpassword=t0p", "url", "x", Setting.Kind.CODE);
        Substitution none = new Substitution(Map.of());
        ConnectionUri uri = ConnectionUri.parse(scalar, UriText.of(scalar, none), none);

        assertThat(uri).hasToString("postgresql://app:***@db-1:5432/shop?app_db&user");
        assertThat(scalar.toString()
                        + UriText.of(scalar, none)
                        + UriText.of(scalar, none).split())
                .doesNotContain("s3cret", "t0p");
    }
}
