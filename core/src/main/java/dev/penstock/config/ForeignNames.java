package dev.penstock.config;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the names and words of other pools, drivers and frameworks are called here. Looked at for what is unknown, and for nothing else. */
final class ForeignNames {
    static final String NO_SECTION =
            "Only tls: and driver: are sections: write its keys directly below the database, such as pool_size.";

    /** Names, then what to do; letter case, dashes, underscores and dots do not count. Names of pgjdbc's are also in {@link UriParameter}. */
    private static final Map<String, String> NAMES = rows("""
            maximumPoolSize maxPoolSize poolMaxSize poolMax maxTotal maxActive maxConnections \
            | Use pool_size and max_overflow: together they are the ceiling for one server.
            minimumIdle minIdle maxIdle initialSize minPoolSize minimumPoolSize poolMin \
            | Use pool_size: connections come when they are needed, and that many stay; Database.warmUp() opens them before.
            connectionTimeout maxWait maxWaitMillis checkoutTimeout acquireTimeout | Use pool_timeout, in seconds.
            maxLifetime maxConnLifetimeMillis maxConnectionAge maxAge | Use pool_recycle, in seconds.
            idleTimeoutMillis maxIdleTime minEvictableIdleTimeMillis | Use idle_timeout, in seconds.
            leakDetectionThreshold removeAbandoned removeAbandonedTimeout logAbandoned unreturnedConnectionTimeout \
            | Leave it out: penstock.pool.usage.max shows connections that are held too long, and read and write return theirs.
            keepaliveTime | Use keepalive, in seconds.
            validationTimeout connectionTestQuery validationQuery testOnBorrow testOnReturn testWhileIdle poolPrePing \
            | Leave it out: a connection in doubt is pinged before it is handed out.
            initializationFailTimeout initializationFailFast failFast \
            | Use start: primary or any says what opening waits for, and connect_timeout how long.
            poolName clientName | Use application_name: the servers show it.
            connectionInitSql initSql initSqls initConnectionSqls newConnectionSql \
            | Use schema for the search path, and options (-c name=value) for other settings of every session.
            autoCommit defaultAutoCommit | Leave it out: write() commits, and a Connection of dataSource() begins in autocommit, as in JDBC.
            readOnly defaultReadOnly readOnlyMode | Leave it out: read() and write(), or setReadOnly on dataSource(), choose.
            transactionIsolation defaultTransactionIsolation isolation \
            | Use ReadOptions.isolation and WriteOptions.isolation, or options: -c default_transaction_isolation=….
            jdbcUrl connectionString connectionUri uri dsn datasourceUrl | Use url; a JDBC URL is understood, too.
            host hostname hostnames server servers port | Write it into url: postgresql://host:port/database.
            database databaseName dbname dbName db catalog defaultCatalog | Use app_db, or write it into url.
            username userName dbUser | Use user, or write it into url.
            passwordFile pwFile | Use user_pw_file_path.
            passwordEnv passwordVariable | Use user_pw_env_var.
            driverClassName dataSourceClassName dataSourceJndiName dataSourceJndi type jndiName \
            | Leave it out: the driver is pgjdbc.
            registerMbeans metricRegistry metricsTrackerFactory healthCheckRegistry \
            | Leave it out: penstock-pool-metrics has the meters, and status() the state.
            dataSourceProperties connectionProperties driverProperties \
            | Use driver: and the names of pgjdbc below it.
            allowPoolSuspension isolateInternalQueries scheduledExecutor threadFactory exceptionOverrideClassName generateUniqueName \
            | Leave it out: it has no counterpart here.
            pool hikari dbcp2 tomcat timeouts topology routing roles session datasource spring \
            | %s
            ssl useSsl sslEnabled | Use sslmode: require, or verify-full, which proves whose server it is.
            replicas replica readReplicas readUrl slaveUrl slaves readerUrl | Use replica_url.
            environment env profile profiles appEnv | Use environment_mode: development, testing or production.
            loginTimeout | Use connect_timeout: it bounds name resolution, TCP, TLS and authentication together.
            socketTimeout queryTimeout defaultQueryTimeout | Use statement_timeout: the socket gives up 5 s after the server.
            prepareStatements statementCacheSize \
            | Use driver: with the key preparedStatementCacheQueries; behind PgBouncer in transaction mode, pooler: transaction.
            fetchSize | Use driver: with the key defaultRowFetchSize, or ReadOptions.streaming() for the read that needs it.
            loadBalanceHosts hostRecheckSeconds targetServerType targetSessionAttrs \
            | Leave it out: Penstock finds out which server is the primary, and reads go to replicas.
            logServerErrorDetail | Use error_detail: none.
            """.formatted(NO_SECTION));

    /** Words by the key that takes them. */
    private static final Map<String, String> WORDS = rows("""
            environment_mode=prod environment_mode=prd environment_mode=live | Write production.
            environment_mode=dev environment_mode=local environment_mode=debug | Write development.
            environment_mode=test environment_mode=ci | Write testing.
            environment_mode=staging environment_mode=stage environment_mode=preprod environment_mode=uat environment_mode=qa \
            | Write production where a rehearsal is to have production's rules, or testing.
            tls.mode=true tls.mode=on tls.mode=yes tls.mode=1 tls.mode=enabled tls.mode=ssl tls.mode=tls \
            | Write require, or verify-full, which proves whose server it is.
            tls.mode=false tls.mode=off tls.mode=no tls.mode=0 tls.mode=none tls.mode=disabled | Write disable.
            tls.mode=verify-identity tls.mode=verify tls.mode=strict | Write verify-full.
            tls.mode=no-verify tls.mode=noverify tls.mode=insecure | Write require.
            pooler=pgbouncer pooler=true pooler=pgcat pooler=supavisor pooler=odyssey \
            | Write transaction or session, as the pooler's own pool mode is.
            hygiene=none hygiene=off hygiene=never hygiene=false | Write tainted: a session that nobody changed costs no reset.
            on_no_replica=error on_no_replica=throw on_no_replica=none | Write fail.
            error_detail=false error_detail=off | Write none.
            error_detail=true error_detail=on | Write full.
            discovery=none discovery=off discovery=false | Write static.
            max_overflow=auto | Leave it out: pool_size: auto finds both.
            pool_size=automatic pool_size=dynamic | Write auto.
            workload=light workload=small | Write low.
            workload=heavy workload=large | Write high, very-high, read-heavy or write-heavy.
            workload=oltp workload=mixed | Write low, medium, high or very-high, by the requests per second.
            workload=read-only workload=reads workload=olap workload=analytics | Write read-heavy.
            workload=auto | Write pool_size: auto.
            """);

    private ForeignNames() {}

    /** What to do about a name that is not ours; empty when nobody else is known to use it. */
    static Optional<String> remedy(String name) {
        return Optional.ofNullable(NAMES.get(Suggestions.fold(name)))
                .or(() -> UriParameter.named(name, UriParts.Form.JDBC).flatMap(ForeignNames::ofDriver))
                .or(() -> DriverProperty.named(name).map(ForeignNames::below));
    }

    /** What to write instead of a word that the key does not take. */
    static Optional<String> word(Key key, String word) {
        return Optional.ofNullable(WORDS.get(Suggestions.fold(key.yamlName() + "=" + word)));
    }

    static Map<String, String> all() {
        Map<String, String> all = new HashMap<>(NAMES);
        all.putAll(WORDS);
        return all;
    }

    private static Optional<String> ofDriver(UriParameter parameter) {
        Key key = parameter.key();
        if (key != null) {
            return Optional.of("Use " + key.yamlName().replace(".", ": with the key ") + ".");
        }
        return switch (parameter.use()) {
            case COMPONENT -> Optional.of("Write it into url.");
            case NEUTRAL -> Optional.of("Leave it out: " + parameter.reason() + ".");
            case KEY, FORBIDDEN, UNSUPPORTED -> Optional.of(parameter.reason() + ".");
        };
    }

    private static String below(DriverProperty row) {
        return row.isSettable() ? "Write it below driver: as " + row.name() + "." : row.text() + ".";
    }

    private static Map<String, String> rows(String table) {
        Map<String, String> rows = new HashMap<>();
        table.lines().forEach(line -> {
            int bar = line.indexOf('|');
            String remedy = line.substring(bar + 1).strip();
            Arrays.stream(line.substring(0, bar).strip().split(" +"))
                    .forEach(name -> rows.put(Suggestions.fold(name), remedy));
        });
        return rows;
    }
}
