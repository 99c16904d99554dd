package dev.penstock.routing;

import dev.penstock.connect.Node;
import java.util.Set;

/**
 * What a read has found out by itself while it looked for its node. Read only.
 *
 * @param failed where it has just failed, or where opening a connection is slow
 * @param behind replicas that turned out, on the connection that was to serve it, not to have what it asks for, although they were waited for
 */
record Tried(Set<Node> failed, Set<Node> behind) {
    static final Tried NOTHING = new Tried(Set.of(), Set.of());
}
