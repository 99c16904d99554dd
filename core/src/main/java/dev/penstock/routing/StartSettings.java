package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.connect.Node;
import dev.penstock.connect.StartMode;
import dev.penstock.connect.StartMode.Origin;
import dev.penstock.observe.DatabaseStatus.Warning;
import java.util.Optional;

/** Puts into words, for people, which settings that sessions begin with keep work from being done. Pure. */
final class StartSettings {
    private static final String READ_ONLY = "default_transaction_read_only";
    private static final String ISOLATION = "default_transaction_isolation";

    private StartSettings() {}

    static Warning readOnly(DatabaseConfig config, Node node) {
        String role = config.login(node.endpoint()).user();
        return new Warning(
                "READ_ONLY_BY_ROLE",
                "user",
                "role '" + role + "' begins its transactions read-only (its own " + READ_ONLY
                        + "), so that writes fail with 25006",
                "ALTER ROLE " + role + " RESET " + READ_ONLY + ", also IN DATABASE, or log in as another role.");
    }

    static Warning serializable(DatabaseConfig config, Node node, Origin origin) {
        String role = config.readLogin(node.endpoint()).user();
        String reset = switch (origin) {
            case ROLE -> "ALTER ROLE " + role + " RESET " + ISOLATION + ", also IN DATABASE";
            case DATABASE -> "ALTER DATABASE " + config.database() + " RESET " + ISOLATION;
            case CLIENT -> "Take " + ISOLATION + " out of options";
            case SERVER -> "Take " + ISOLATION + " out of the server's configuration";
        };
        return new Warning(
                "SERIALIZABLE_READS",
                "read_role",
                "sessions that read as '" + role + "' begin SERIALIZABLE (" + ISOLATION + " " + of(origin)
                        + "), which replicas refuse: the primary serves every read",
                reset + ", and ask for SERIALIZABLE where it is needed (WriteOptions.isolation).");
    }

    /** What {@code explain} adds of a replica that is not read for its sessions' isolation. */
    static String whySerializable(StartMode mode) {
        return Optional.ofNullable(mode.serializable())
                .map(origin -> " (" + ISOLATION + " " + of(origin) + ")")
                .orElse("");
    }

    /** What {@code explain} adds of a primary that the role cannot write to. */
    static String whyReadOnly(StartMode mode) {
        return mode.isReadOnlyByRole() ? "; writes fail, because the role's own " + READ_ONLY + " is on" : "";
    }

    /** What an error adds of a primary that an operator has closed. */
    static String whyClosed(StartMode mode) {
        String of = mode.readOnly() == Origin.DATABASE ? of(Origin.DATABASE) : of(Origin.SERVER);
        return ", closed for writing (" + READ_ONLY + " " + of + " is on)";
    }

    private static String of(Origin origin) {
        return switch (origin) {
            case ROLE -> "of the role";
            case DATABASE -> "of the database";
            case CLIENT -> "in options";
            case SERVER -> "of the server";
        };
    }
}
