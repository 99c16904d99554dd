package dev.penstock.routing;

import dev.penstock.config.DatabaseConfig;
import dev.penstock.config.Login;
import dev.penstock.connect.Node;
import dev.penstock.connect.ServerFacts;
import dev.penstock.connect.ServerFacts.Attribute;
import dev.penstock.connect.ServerFacts.Role;
import dev.penstock.connect.WeakPassword;
import dev.penstock.observe.DatabaseStatus.Warning;
import dev.penstock.violation.Violation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Puts into words, for people, what is odd about the roles that log in. Pure. */
final class RoleFindings {
    /** The origin of what nobody wrote. */
    private static final String DEFAULT = "default";

    private RoleFindings() {}

    static List<Warning> of(DatabaseConfig config, Node node) {
        List<Warning> found = new ArrayList<>();
        node.facts()
                .ifPresent(facts -> logins(config, node)
                        .forEach((key, name) ->
                                facts.role(name).ifPresent(role -> add(config, facts, key, role, found))));
        return found;
    }

    /** The roles of the configuration, by their keys. */
    private static Map<String, String> logins(DatabaseConfig config, Node node) {
        Map<String, String> logins = new LinkedHashMap<>();
        logins.put("user", config.login(node.endpoint()).user());
        Login readOnly = config.roles().readOnly();
        if (readOnly != null) {
            logins.put("ro_user", readOnly.user());
        }
        Login migration = config.roles().migration();
        if (migration != null) {
            logins.put("migration_user", migration.user());
        }
        return logins;
    }

    private static void add(DatabaseConfig config, ServerFacts facts, String key, Role role, List<Warning> found) {
        if (role.isPrivileged()) {
            found.add(new Warning(
                    "PRIVILEGED_LOGIN",
                    key,
                    "role '" + role.name() + "' " + privilege(role),
                    privilegeRemedy(role) + " With privileged_login: refuse opening fails instead."));
        }
        String idle = Stream.of(Attribute.CREATEROLE, Attribute.CREATEDB, Attribute.REPLICATION)
                .filter(role.attributes()::contains)
                .map(Attribute::name)
                .collect(Collectors.joining(", "));
        if (!idle.isEmpty()) {
            found.add(new Warning(
                    "LOGIN_ATTRIBUTES",
                    key,
                    "role '" + role.name() + "' has " + idle + ", which an application has no need of",
                    alter(role, idle.replace("CREATE", "NOCREATE").replace("REPLICATION", "NOREPLICATION")) + "."));
        }
        tables(config, facts, key, role, found);
    }

    /** Migrations are made with the rights of the owner, as a member of it: there only tables of the role's own are odd. */
    private static void tables(DatabaseConfig config, ServerFacts facts, String key, Role role, List<Warning> found) {
        String owner = role.owner().orElse(null);
        boolean matters = facts.hasPolicies() || namesOwner(config);
        boolean migrates = key.equals("migration_user") && !role.name().equals(owner);
        if (owner == null || !matters || migrates) {
            return;
        }
        String how = role.name().equals(owner) ? "owns tables" : "has the rights of '" + owner + "', which owns tables";
        found.add(new Warning(
                "OWNS_TABLES",
                key,
                "role '" + role.name() + "' " + how
                        + ": row-level security does not hold for an owner, who may also drop and alter them",
                role.name().equals(owner)
                        ? "Give them to a role that does not log in (REASSIGN OWNED BY), and grant this one what it"
                                + " needs."
                        : "REVOKE \"" + owner + "\" FROM \"" + role.name() + "\", and grant it what it needs."));
    }

    /** By default there is one, which says nothing of the database. */
    private static boolean namesOwner(DatabaseConfig config) {
        return config.roles().ownerUser() != null
                && !DEFAULT.equals(config.origins().get("owner_user"));
    }

    private static String privilege(Role role) {
        boolean superuser = role.attributes().contains(Attribute.SUPERUSER);
        return superuser
                ? "is a superuser: no grant and no row-level security holds for it, and it may run programs on the"
                        + " server"
                : "has BYPASSRLS: no row-level security holds for it";
    }

    private static String privilegeRemedy(Role role) {
        String without = Stream.of(Attribute.SUPERUSER, Attribute.BYPASSRLS)
                .filter(role.attributes()::contains)
                .map(attribute -> "NO" + attribute.name())
                .collect(Collectors.joining(" "));
        return "Log in as an ordinary role, or " + alter(role, without) + ".";
    }

    private static String alter(Role role, String attributes) {
        return "ALTER ROLE \"" + role.name() + "\" " + attributes.replace(",", "");
    }

    /** What {@code privileged_login: refuse} refuses. */
    static List<Violation> refusals(DatabaseConfig config, Node node) {
        List<Violation> found = new ArrayList<>();
        node.facts()
                .ifPresent(facts -> logins(config, node)
                        .forEach((key, name) -> facts.role(name)
                                .filter(Role::isPrivileged)
                                .ifPresent(role -> found.add(violation(config, key, role)))));
        return found;
    }

    private static Violation violation(DatabaseConfig config, String key, Role role) {
        String section = config.provenance().section();
        return new Violation(
                section.isEmpty() ? key : section + "." + key,
                "PRIVILEGED_LOGIN",
                role.name(),
                privilege(role) + ", which privileged_login refuses",
                config.origins().getOrDefault(key, Violation.IN_CODE),
                privilegeRemedy(role));
    }

    static Warning weakPassword(DatabaseConfig config, Login login, WeakPassword weak) {
        Login readOnly = config.roles().readOnly();
        Login migration = config.roles().migration();
        String key = "user";
        if (login.equals(readOnly)) {
            key = "ro_user";
        } else if (login.equals(migration)) {
            key = "migration_user";
        }
        return new Warning(
                "WEAK_PASSWORD",
                key,
                "the password of role '" + login.user() + "' " + weak.what() + "; it came from "
                        + login.password().describe(),
                "Give the role a random one: openssl rand -base64 32.");
    }
}
