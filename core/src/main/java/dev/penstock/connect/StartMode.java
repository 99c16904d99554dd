package dev.penstock.connect;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The settings that sessions on a server begin with, and that Penstock leaves as they are, where they keep work from being done. Immutable.
 *
 * @param readOnly who made sessions that may write begin read-only ({@code default_transaction_read_only}); null when they do not
 * @param serializable who made sessions that read begin SERIALIZABLE ({@code default_transaction_isolation}), in which no replica serves
 *     anything; null when they do not, or when that is not known
 */
public record StartMode(@Nullable Origin readOnly, @Nullable Origin serializable) {
    /** A start as PostgreSQL's own defaults have it, or as nobody has told. */
    public static final StartMode PLAIN = new StartMode(null, null);

    /** The place that a setting of a session comes from. */
    public enum Origin {
        /** The role: {@code ALTER ROLE … SET}. */
        ROLE,
        /** The database: {@code ALTER DATABASE … SET}. */
        DATABASE,
        /** This process: {@code options}. */
        CLIENT,
        /** The server's configuration, or somebody who may not be seen. */
        SERVER;

        /** Reads the column {@code source} of {@code pg_settings}; null when that may not be seen. */
        public static Origin of(@Nullable String source) {
            return switch (source == null ? "" : source.toLowerCase(Locale.ROOT)) {
                case "user", "database user" -> ROLE;
                case "database" -> DATABASE;
                case "client" -> CLIENT;
                default -> SERVER;
            };
        }
    }

    /** Returns whether the role itself keeps its sessions from writing, and no operator of the server: other roles may write there. */
    public boolean isReadOnlyByRole() {
        return readOnly == Origin.ROLE;
    }

    /** Returns whether a replica would refuse everything that is read there. */
    public boolean isRefusedByReplicas() {
        return serializable != null;
    }
}
