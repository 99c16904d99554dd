package dev.penstock.connect;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A server's answer about the roles that log in and about itself, from which is told what is odd. Immutable.
 *
 * @param roles those of the configured roles that exist, and the one that asked
 * @param hasPolicies whether a table of the database has a row-level security policy
 * @param inRecovery whether it was a replica
 * @param limits the settings that a replica must have at least as high as its primary, by name
 */
public record ServerFacts(List<Role> roles, boolean hasPolicies, boolean inRecovery, Map<String, Integer> limits) {
    /** An attribute of a role that an application has no need of. */
    public enum Attribute {
        SUPERUSER,
        BYPASSRLS,
        CREATEROLE,
        CREATEDB,
        REPLICATION
    }

    /**
     * One role.
     *
     * @param name as it logs in
     * @param attributes those that it has
     * @param owner the role that owns tables of the database and whose rights it has: itself, or one that it is a member of; empty when there is
     *     none, and for a superuser
     * @param defaults its own defaults for read-only and isolation, as the catalog has them
     */
    public record Role(String name, Set<Attribute> attributes, Optional<String> owner, String defaults) {
        public Role {
            attributes = Set.copyOf(attributes);
        }

        /** Returns whether no grant or no policy holds for the role. */
        public boolean isPrivileged() {
            return attributes.contains(Attribute.SUPERUSER) || attributes.contains(Attribute.BYPASSRLS);
        }
    }

    public ServerFacts {
        roles = List.copyOf(roles);
        limits = Map.copyOf(limits);
    }

    /** Returns the role of that name; empty when the server does not know it, or does not tell. */
    public Optional<Role> role(String name) {
        return roles.stream().filter(role -> role.name().equals(name)).findFirst();
    }

    /** Returns whether sessions of a role begin otherwise than when {@code before} was told. */
    public boolean hasOtherDefaultsThan(ServerFacts before) {
        return roles.stream()
                .anyMatch(role -> before.role(role.name())
                        .filter(then -> !then.defaults().equals(role.defaults()))
                        .isPresent());
    }
}
