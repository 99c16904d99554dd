package dev.penstock.examples.otherpools;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import dev.penstock.secret.PasswordSource;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsContext;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What docs/tls.md and README show to those for whom Penstock is not the pool. */
final class TlsForOtherPools implements AutoCloseable {
    private final TlsContext tls;
    private final PasswordSource password;

    TlsForOtherPools(Path ca, Path certificate, Path key, Path passwordFile) {
        // begin open
        TlsContext tls = TlsContext.open(TlsConfig.verifyFull(ca).withClientCertificate(certificate, key));
        PasswordSource password = PasswordSource.file(passwordFile).orEnv("SHOP_DB_PASSWORD");
        // end open
        this.tls = tls;
        this.password = password;
    }

    /** README's lines, with what this server demands besides. */
    static HikariDataSource readme(Path ca, String url, Consumer<HikariConfig> more, Consumer<TlsContext> opened) {
        // begin readme
        TlsContext tls = TlsContext.open(TlsConfig.verifyFull(ca));
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(url);
        tls.driverProperties().forEach(pool::addDataSourceProperty);
        // end readme
        opened.accept(tls);
        more.accept(pool);
        return new HikariDataSource(pool);
    }

    TlsContext tls() {
        return tls;
    }

    HikariDataSource hikari(String url) {
        // begin hikari
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(url);
        tls.driverProperties().forEach(pool::addDataSourceProperty);
        pool.setCredentialsProvider(
                () -> Credentials.of("appuser", password.resolve().reveal()));
        // end hikari
        return new HikariDataSource(pool);
    }

    DataSource dataSource(String url) {
        // begin data-source
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(tls.jdbcUrl(url));
        dataSource.setUser("appuser");
        dataSource.setPassword(password.resolve().reveal());
        // end data-source
        return dataSource;
    }

    Connection connect(String url) throws SQLException {
        // begin url
        return DriverManager.getConnection(
                tls.jdbcUrl(url), "appuser", password.resolve().reveal());
        // end url
    }

    @Override
    public void close() {
        tls.close();
    }
}
