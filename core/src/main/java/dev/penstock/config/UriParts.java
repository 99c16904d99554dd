package dev.penstock.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection string taken apart, nothing decoded and nothing expanded. Holds secrets: prints nothing.
 *
 * @param user what stands before the first colon of the user part; empty counts as absent, as in libpq
 * @param password what stands between that colon and the at sign
 * @param hosts one for every element of the list, in order
 * @param database the path without its slash
 * @param parameters in order, repeated ones included
 * @param form which grammar it was read by
 */
record UriParts(
        @Nullable String user,
        @Nullable String password,
        List<HostPart> hosts,
        @Nullable String database,
        List<Parameter> parameters,
        Form form) {

    enum Form {
        /** {@code postgresql://} and {@code postgres://}, with or without {@code +driver}: components are percent-encoded. */
        URI,
        /** {@code jdbc:postgresql://}: the same, and parameters may have the driver's names. */
        JDBC,
        /** {@code host=… dbname=…}: components are plain. */
        KEYWORDS;

        boolean isEncoded() {
            return this != KEYWORDS;
        }
    }

    /** One element of the host list. */
    record HostPart(String host, @Nullable String port, boolean bracketed) {}

    /** One {@code name=value}. */
    record Parameter(String name, String value) {
        @Override
        public String toString() {
            return name + "=***";
        }
    }

    UriParts {
        hosts = List.copyOf(hosts);
        parameters = List.copyOf(parameters);
    }

    @Override
    public String toString() {
        return "UriParts[***]";
    }
}
