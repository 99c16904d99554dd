package dev.penstock.routing;

import dev.penstock.connect.LoginListener;
import dev.penstock.connect.Node;

/** Tells the listeners of a database how its logins go. */
record LoginEvents(Events events) implements LoginListener {
    @Override
    public void refused(Node node, String role) {
        RoutingLog.LOG.warn("{} refused the password of role '{}'", node, role);
        events.tell("loginRefused", listener -> listener.loginRefused(node.name(), role));
    }

    @Override
    public void rotated(String role) {
        RoutingLog.LOG.info("Role '{}' logs in with another password than before", role);
        events.tell("passwordRotated", listener -> listener.passwordRotated(role));
    }
}
