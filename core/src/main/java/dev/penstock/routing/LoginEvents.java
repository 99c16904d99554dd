package dev.penstock.routing;

import dev.penstock.connect.LoginListener;
import dev.penstock.connect.Node;
import dev.penstock.tls.AuthMethod;

/** Tells the listeners of a database how its logins go. */
record LoginEvents(Events events) implements LoginListener {
    @Override
    public void refused(Node node, String role) {
        RoutingLog.LOG.warn("{} refused the password of role '{}'", node, role);
        events.tell("loginRefused", listener -> listener.loginRefused(node.name(), role));
    }

    @Override
    public void weak(Node node, String role, AuthMethod method) {
        RoutingLog.LOG.warn(
                "{} lets role '{}' log in by {}, which production refuses. Let pg_hba.conf ask for scram-sha-256, or name {} in require_auth",
                node,
                role,
                method.libpqName(),
                method.libpqName());
    }

    @Override
    public void rotated(String role) {
        RoutingLog.LOG.info("Role '{}' logs in with another password than before", role);
        events.tell("passwordRotated", listener -> listener.passwordRotated(role));
    }
}
