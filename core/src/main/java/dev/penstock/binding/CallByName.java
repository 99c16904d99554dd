package dev.penstock.binding;

import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import java.util.Map;

/** The part of a {@link CallableStatement} that gets results by the parameter's name, handed on. */
abstract class CallByName extends CallByPosition {
    CallByName(LazyConnection connection, CallableStatement physical) {
        super(connection, physical);
    }

    @Override
    public void registerOutParameter(String parameterName, int sqlType) throws SQLException {
        physical.registerOutParameter(parameterName, sqlType);
    }

    @Override
    public void registerOutParameter(String parameterName, int sqlType, int scale) throws SQLException {
        physical.registerOutParameter(parameterName, sqlType, scale);
    }

    @Override
    public void registerOutParameter(String parameterName, int sqlType, String typeName) throws SQLException {
        physical.registerOutParameter(parameterName, sqlType, typeName);
    }

    @Override
    public String getString(String parameterName) throws SQLException {
        return physical.getString(parameterName);
    }

    @Override
    public boolean getBoolean(String parameterName) throws SQLException {
        return physical.getBoolean(parameterName);
    }

    @Override
    public byte getByte(String parameterName) throws SQLException {
        return physical.getByte(parameterName);
    }

    @Override
    public short getShort(String parameterName) throws SQLException {
        return physical.getShort(parameterName);
    }

    @Override
    public int getInt(String parameterName) throws SQLException {
        return physical.getInt(parameterName);
    }

    @Override
    public long getLong(String parameterName) throws SQLException {
        return physical.getLong(parameterName);
    }

    @Override
    public float getFloat(String parameterName) throws SQLException {
        return physical.getFloat(parameterName);
    }

    @Override
    public double getDouble(String parameterName) throws SQLException {
        return physical.getDouble(parameterName);
    }

    @Override
    public byte[] getBytes(String parameterName) throws SQLException {
        return physical.getBytes(parameterName);
    }

    @Override
    public Date getDate(String parameterName) throws SQLException {
        return physical.getDate(parameterName);
    }

    @Override
    public Time getTime(String parameterName) throws SQLException {
        return physical.getTime(parameterName);
    }

    @Override
    public Timestamp getTimestamp(String parameterName) throws SQLException {
        return physical.getTimestamp(parameterName);
    }

    @Override
    public Object getObject(String parameterName) throws SQLException {
        return physical.getObject(parameterName);
    }

    @Override
    public BigDecimal getBigDecimal(String parameterName) throws SQLException {
        return physical.getBigDecimal(parameterName);
    }

    @Override
    public Object getObject(String parameterName, Map<String, Class<?>> map) throws SQLException {
        return physical.getObject(parameterName, map);
    }

    @Override
    public Ref getRef(String parameterName) throws SQLException {
        return physical.getRef(parameterName);
    }

    @Override
    public Blob getBlob(String parameterName) throws SQLException {
        return physical.getBlob(parameterName);
    }

    @Override
    public Clob getClob(String parameterName) throws SQLException {
        return physical.getClob(parameterName);
    }

    @Override
    public Array getArray(String parameterName) throws SQLException {
        return physical.getArray(parameterName);
    }

    @Override
    public Date getDate(String parameterName, Calendar cal) throws SQLException {
        return physical.getDate(parameterName, cal);
    }

    @Override
    public Time getTime(String parameterName, Calendar cal) throws SQLException {
        return physical.getTime(parameterName, cal);
    }

    @Override
    public Timestamp getTimestamp(String parameterName, Calendar cal) throws SQLException {
        return physical.getTimestamp(parameterName, cal);
    }

    @Override
    public URL getURL(String parameterName) throws SQLException {
        return physical.getURL(parameterName);
    }

    @Override
    public RowId getRowId(String parameterName) throws SQLException {
        return physical.getRowId(parameterName);
    }

    @Override
    public NClob getNClob(String parameterName) throws SQLException {
        return physical.getNClob(parameterName);
    }

    @Override
    public SQLXML getSQLXML(String parameterName) throws SQLException {
        return physical.getSQLXML(parameterName);
    }

    @Override
    public String getNString(String parameterName) throws SQLException {
        return physical.getNString(parameterName);
    }

    @Override
    public Reader getNCharacterStream(String parameterName) throws SQLException {
        return physical.getNCharacterStream(parameterName);
    }

    @Override
    public Reader getCharacterStream(String parameterName) throws SQLException {
        return physical.getCharacterStream(parameterName);
    }

    @Override
    public <T> T getObject(String parameterName, Class<T> type) throws SQLException {
        return physical.getObject(parameterName, type);
    }

    @Override
    public void registerOutParameter(String parameterName, SQLType sqlType) throws SQLException {
        physical.registerOutParameter(parameterName, sqlType);
    }

    @Override
    public void registerOutParameter(String parameterName, SQLType sqlType, int scale) throws SQLException {
        physical.registerOutParameter(parameterName, sqlType, scale);
    }

    @Override
    public void registerOutParameter(String parameterName, SQLType sqlType, String typeName) throws SQLException {
        physical.registerOutParameter(parameterName, sqlType, typeName);
    }
}
