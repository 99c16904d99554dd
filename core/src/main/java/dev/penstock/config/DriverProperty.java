package dev.penstock.config;

import dev.penstock.violation.Violation;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One property of pgjdbc's, and what Penstock does with it: every property of the shipped driver has a row. The driver knows names,
 * defaults and a few choices; types and ranges are stated here. Immutable.
 *
 * @param name the driver's name
 * @param kind what its value must be; null for a property that cannot be set
 * @param min the least number
 * @param max the greatest number
 * @param words the values of {@link Kind#CHOICE}
 * @param key the key that stands for a property which cannot be set; null for every other property
 * @param text what a property that can be set is for; what to use instead of another, or why it is refused
 */
record DriverProperty(
        String name,
        @Nullable Kind kind,
        long min,
        long max,
        List<String> words,
        @Nullable Key key,
        String text) {
    /** The types of values. */
    enum Kind {
        FLAG,
        NUMBER,
        CHOICE,
        /** Names or object identifiers of types, separated by commas. */
        TYPES,
        /** Bytes with or without a unit, or a share of the heap. */
        BUFFER
    }

    /** The section of a file. */
    static final String SECTION = "driver";

    /** The prefix of the variables; {@code DATABASE_DRIVER_PREPARETHRESHOLD} gives {@code prepareThreshold}. */
    static final String VARIABLE_PREFIX = "DATABASE_DRIVER_";

    private static final Pattern TYPES = Pattern.compile("[A-Za-z0-9_]+(?:\\s*,\\s*[A-Za-z0-9_]+)*");

    /** pgjdbc's PGPropertyMaxResultBufferParser: a number of bytes with a unit, or a share of the heap. */
    private static final Pattern BUFFER = Pattern.compile("[1-9][0-9]{0,8}[KMGT]?|[1-9][0-9]?(?:p|pct|percent)");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    private static final Pattern SHOWN = Pattern.compile("[A-Za-z0-9_.,-]{0,40}");

    /** Name, type, what it is for. A number has its range: without an end it is that of an int. */
    private static final String SETTABLE = """
            adaptiveFetch | flag | fetch sizes follow the width of the rows
            adaptiveFetchMaximum | -1.. | rows of one fetch at most; -1 is no limit
            adaptiveFetchMinimum | 0.. | rows of one fetch at least
            allowEncodingChanges | flag | SET client_encoding is allowed
            autosave | never,always,conservative | savepoints around statements
            binaryTransfer | flag | values of known types travel in binary
            binaryTransferDisable | types | types that travel as text
            binaryTransferEnable | types | types that travel in binary
            cleanupSavepoints | flag | autosave releases its savepoints
            convertBooleanToNumeric | flag | a boolean can be read as 1 or 0
            databaseMetadataCacheFields | 0.. | columns whose metadata a connection keeps; 0 keeps none
            databaseMetadataCacheFieldsMiB | 0..1024 | MiB of metadata that a connection keeps; 0 keeps none
            defaultRowFetchSize | 0.. | rows of one fetch inside a transaction; 0 fetches all
            disableColumnSanitiser | flag | column names keep their letter case in lookups
            escapeSyntaxCallMode | select,callIfNoReturn,call | what {call …} becomes
            flushCacheOnDdl | flag | DDL empties the cache of prepared statements
            groupStartupParameters | flag | settings at the start travel in one transaction
            hideUnprivilegedObjects | flag | metadata leaves out what the user has no right to
            logUnclosedConnections | flag | the driver logs a physical connection that nobody closed
            maxResultBuffer | buffer | the most that one result may take
            maxSendBufferSize | 8192..1073741824 | bytes that are gathered before they are sent
            preferQueryMode | extended,extendedForPrepared,extendedCacheEverything,simple | the protocol of statements
            preparedStatementCacheQueries | 0.. | statements that a connection keeps; 0 keeps none
            preparedStatementCacheSizeMiB | 0..1024 | MiB of statements that a connection keeps; 0 keeps none
            prepareThreshold | 0.. | executions before the server keeps a statement; 0 is never
            quoteReturningIdentifiers | flag | names of generated keys are quoted
            receiveBufferSize | -1..1073741824 | bytes of the socket's buffer; -1 leaves it to the system
            reWriteBatchedInserts | flag | batched inserts become inserts of many rows
            reWriteBatchedInsertsSize | 0..32768 | rows of one such insert; 0 is as many as possible
            scramMaxIterations | 4096.. | the most rounds of SCRAM that a server may ask for
            sendBufferSize | -1..1073741824 | bytes of the socket's buffer; -1 leaves it to the system
            stringtype | unspecified,varchar | the type of setString: unspecified lets the server find it
            tcpNoDelay | flag | small packets are sent at once
            unknownLength | 0.. | the length that metadata gives for types without one
            """;

    private static final Map<String, DriverProperty> ROWS = byName(Stream.of(settable(), owned(), refused()));

    /** Every row, by name. */
    static Map<String, DriverProperty> table() {
        return ROWS;
    }

    /** The row of that name; letter case counts, as in the driver. */
    static Optional<DriverProperty> named(String name) {
        return Optional.ofNullable(ROWS.get(name));
    }

    /** The row of a variable without its prefix: the driver's name in capitals. */
    static Optional<DriverProperty> ofVariable(String rest) {
        return ROWS.values().stream()
                .filter(row -> row.name.toUpperCase(Locale.ROOT).equals(rest))
                .findFirst();
    }

    /** Its name among the keys: {@code driver.prepareThreshold}. */
    String path() {
        return SECTION + "." + name;
    }

    /** The variable that gives it. */
    String variable() {
        return VARIABLE_PREFIX + name.toUpperCase(Locale.ROOT);
    }

    /** Whether a value is passed on to the driver. */
    boolean isSettable() {
        return kind != null;
    }

    /** What a value must be, in the words of the documentation and of violations. */
    String bounds() {
        if (kind == null) {
            return "";
        }
        return switch (kind) {
            case FLAG -> "true, false";
            case NUMBER -> min + " to " + max;
            case CHOICE -> String.join(", ", words);
            case TYPES -> "names of types, separated by commas";
            case BUFFER -> "bytes (8388608, 8M, 1G), or a share of the heap (10p)";
        };
    }

    /** Whether the driver takes the value for what it says. */
    boolean accepts(String value) {
        if (kind == null) {
            return false;
        }
        return switch (kind) {
            // The driver reads anything but "true" as false.
            case FLAG -> value.equals("true") || value.equals("false");
            case NUMBER -> isBetween(value);
            case CHOICE -> words.contains(value);
            case TYPES -> TYPES.matcher(value).matches();
            case BUFFER -> BUFFER.matcher(value).matches();
        };
    }

    /**
     * What is wrong with a property of that name and value; empty when it may be passed on.
     *
     * @param pooler what stands between Penstock and the server
     */
    static Optional<Violation> judge(String name, String value, Pooler pooler) {
        DriverProperty row = ROWS.get(name);
        if (row == null) {
            return Optional.of(violation(
                    NAME.matcher(name).matches() ? name : "?",
                    "DRIVER_PROPERTY_UNKNOWN",
                    "",
                    "is not a property of pgjdbc",
                    Suggestions.didYouMean(name, settableNames(), "docs/configuration.md lists them.")));
        }
        if (!row.isSettable()) {
            return Optional.of(violation(name, "DRIVER_PROPERTY_REFUSED", "", "cannot be set", row.text + "."));
        }
        if (!row.accepts(value)) {
            return Optional.of(violation(
                    name,
                    "DRIVER_PROPERTY_VALUE",
                    SHOWN.matcher(value).matches() ? value : "***",
                    "must be " + row.bounds(),
                    "Correct it, or take it out for the driver's own default."));
        }
        if (pooler == Pooler.TRANSACTION && name.equals("prepareThreshold") && !value.equals("0")) {
            return Optional.of(violation(
                    name,
                    "DRIVER_PROPERTY_POOLER",
                    value,
                    "must be 0 with pooler: transaction, where the next statement may run in a session that never saw it"
                            + " prepared",
                    "Take it out, or reach the server by a pooler that gives sessions, with pooler: session."));
        }
        return Optional.empty();
    }

    private static Violation violation(String name, String code, String value, String message, String remedy) {
        return new Violation(SECTION + "." + name, code, value, message, Violation.IN_CODE, remedy);
    }

    private static List<String> settableNames() {
        return ROWS.values().stream()
                .filter(DriverProperty::isSettable)
                .map(DriverProperty::name)
                .toList();
    }

    private boolean isBetween(String value) {
        if (!value.matches("-?[0-9]{1,10}")) {
            return false;
        }
        long number = Long.parseLong(value);
        return number >= min && number <= max;
    }

    private static Map<String, DriverProperty> byName(Stream<Stream<DriverProperty>> groups) {
        Map<String, DriverProperty> rows = groups.flatMap(group -> group)
                .sorted((a, b) -> a.name.compareToIgnoreCase(b.name))
                .collect(Collectors.toMap(DriverProperty::name, row -> row, (a, b) -> a, LinkedHashMap::new));
        return Collections.unmodifiableMap(rows);
    }

    private static Stream<DriverProperty> settable() {
        return SETTABLE.lines().map(line -> {
            String[] cells = line.split(" \\| ");
            String type = cells[1];
            int dots = type.indexOf("..");
            if (dots > 0) {
                String most = type.substring(dots + 2);
                long max = most.isEmpty() ? Integer.MAX_VALUE : Long.parseLong(most);
                return of(cells, Kind.NUMBER, Long.parseLong(type.substring(0, dots)), max, List.of());
            }
            return switch (type) {
                case "flag" -> of(cells, Kind.FLAG, 0, 0, List.of());
                case "types" -> of(cells, Kind.TYPES, 0, 0, List.of());
                case "buffer" -> of(cells, Kind.BUFFER, 0, 0, List.of());
                default -> of(cells, Kind.CHOICE, 0, 0, List.of(type.split(",")));
            };
        });
    }

    private static DriverProperty of(String[] cells, Kind kind, long min, long max, List<String> words) {
        return new DriverProperty(cells[0], kind, min, max, words, null, cells[2]);
    }

    private static Stream<DriverProperty> owned() {
        return Stream.of(
                        instead(Key.APPLICATION_NAME, "ApplicationName"),
                        instead(Key.CHANNEL_BINDING, "channelBinding"),
                        instead(Key.CONNECT_TIMEOUT, "connectTimeout", "loginTimeout", "sslResponseTimeout"),
                        instead(Key.ERROR_DETAIL, "logServerErrorDetail"),
                        instead(Key.OPTIONS, "options"),
                        instead(Key.REQUIRE_AUTH, "requireAuth"),
                        instead(Key.SCHEMA, "currentSchema"),
                        instead(Key.SSLCERT, "sslcert"),
                        instead(Key.SSLKEY, "sslkey"),
                        instead(Key.SSLMODE, "ssl", "sslmode"),
                        instead(Key.SSLNEGOTIATION, "sslNegotiation"),
                        instead(Key.SSLROOTCERT, "sslrootcert"),
                        instead(Key.STATEMENT_TIMEOUT, "queryTimeout", "socketTimeout"),
                        instead(Key.USER, "user"),
                        instead(Key.USER_PW_FILE_PATH, "password"))
                .flatMap(group -> group);
    }

    private static Stream<DriverProperty> refused() {
        return Stream.of(
                        because("It names a class to load; configure TLS with the tls keys", """
                                authenticationPluginClassName classLoaderStrategy connectExecutor connectExecutorArg socketFactory
                                socketFactoryArg sslfactory sslfactoryarg sslhostnameverifier sslpasswordcallback xmlFactoryFactory"""),
                        because("It reads or writes a file that the configuration does not name", "loggerFile service"),
                        because("It makes the driver write a log, passwords included", "loggerLevel"),
                        because(
                                "It redirects the connection; write host and database where they belong",
                                "PGDBNAME PGHOST PGPORT localSocketAddress"),
                        because("Penstock chooses the server: use url and replica_url", """
                                hostRecheckSeconds loadBalanceHosts targetServerType"""),
                        because(
                                "A connection is read-only or not by what borrows it: read and write, or setReadOnly",
                                """
                                readOnly readOnlyMode"""),
                        because("Penstock opens ordinary sessions", "protocolVersion replication"),
                        because("Penstock sets it itself, so that its deadlines and its checks hold", """
                                assumeMinServerVersion cancelSignalTimeout gssEncMode tcpKeepAlive"""),
                        because("Logins by Kerberos are not supported", """
                                gsslib gssResponseTimeout gssUseDefaultCreds jaasApplicationName jaasLogin kerberosServerName
                                sspiServiceClass useSpnego"""),
                        because("The key's algorithm is read from the key", "pemKeyAlgorithm"),
                        because("Use the section tls: and its key key_password_file_path", "sslpassword"))
                .flatMap(group -> group);
    }

    private static Stream<DriverProperty> instead(Key key, String... names) {
        return Arrays.stream(names)
                .map(name -> new DriverProperty(name, null, 0, 0, List.of(), key, "Use the key " + key.yamlName()));
    }

    private static Stream<DriverProperty> because(String reason, String names) {
        return Arrays.stream(names.strip().split("\\s+"))
                .map(name -> new DriverProperty(name, null, 0, 0, List.of(), null, reason));
    }
}
