package dev.penstock.connect;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.postgresql.jdbc.AutoSave;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.jdbc.PreferQueryMode;

/**
 * What a borrower can set on the driver's connection that the driver keeps to itself, so that no reset at the server takes it back:
 * each as it was configured. Two rows, holdability and the type map, are told apart because asking for them costs a tenth of a borrow
 * each: the driver looks first whether it is closed. They are restored when somebody may have set them; the others are compared at
 * every return, also where a statement of the driver's led to its connection, which nobody sees. {@code addDataType} leaves nothing
 * that could be compared, and stays. No I/O. Used by one borrower at a time.
 */
final class DriverState {
    private final PgConnection driver;
    private final AutoSave autosave;
    private final PreferQueryMode queryMode;
    private final int prepareThreshold;
    private final int fetchSize;
    private final int queryTimeout;
    private final int holdability;
    private final boolean forceBinary;
    private final boolean adaptiveFetch;
    private final boolean columnSanitiserOff;
    private final boolean readOnly;
    private Map<String, Class<?>> typeMap;

    /**
     * @param driver as it was opened: what it has now is what is configured
     * @param readOnly whether the pool says so to the driver
     */
    DriverState(PgConnection driver, boolean readOnly) throws SQLException {
        this.driver = driver;
        this.autosave = driver.getAutosave();
        this.queryMode = driver.getPreferQueryMode();
        this.prepareThreshold = driver.getPrepareThreshold();
        this.fetchSize = driver.getDefaultFetchSize();
        this.queryTimeout = driver.getQueryTimeout();
        this.holdability = driver.getHoldability();
        this.forceBinary = driver.getForceBinary();
        this.adaptiveFetch = driver.getAdaptiveFetch();
        this.columnSanitiserOff = driver.isColumnSanitiserDisabled();
        this.readOnly = readOnly;
        this.typeMap = driver.getTypeMap();
    }

    /** Autosave first: it changes what a failed transaction commits. Costs a few loads, and is asked at every return. */
    boolean isAsConfigured() {
        return driver.getAutosave() == autosave
                && driver.getPreferQueryMode() == queryMode
                && driver.getPrepareThreshold() == prepareThreshold
                && driver.getDefaultFetchSize() == fetchSize
                && driver.getQueryTimeout() == queryTimeout
                && driver.getForceBinary() == forceBinary
                && driver.getAdaptiveFetch() == adaptiveFetch
                && driver.isColumnSanitiserDisabled() == columnSanitiserOff
                // The same as isReadOnly() with the driver's own readOnlyMode.
                && driver.hintReadOnly() == readOnly;
    }

    void restoreFetchSize() throws SQLException {
        driver.setDefaultFetchSize(fetchSize);
    }

    /** Everything but {@code readOnly}, which cannot be changed before an open transaction is rolled back. */
    void restore() throws SQLException {
        driver.setAutosave(autosave);
        driver.getQueryExecutor().setPreferQueryMode(queryMode);
        driver.setPrepareThreshold(prepareThreshold);
        driver.setDefaultFetchSize(fetchSize);
        driver.setQueryTimeout(queryTimeout);
        driver.setForceBinary(forceBinary);
        driver.setAdaptiveFetch(adaptiveFetch);
        driver.setDisableColumnSanitiser(columnSanitiserOff);
        driver.setHoldability(holdability);
        // It may have been filled where it is, and may be one that cannot be filled.
        if (!typeMap.isEmpty() || driver.getTypeMap() != typeMap) {
            typeMap = new HashMap<>();
            driver.setTypeMap(typeMap);
        }
    }
}
