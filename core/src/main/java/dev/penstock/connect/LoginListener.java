package dev.penstock.connect;

import dev.penstock.tls.AuthMethod;

/** Hears how logins go. Called on connecting threads; must return quickly. */
public interface LoginListener {
    /** The server of {@code node} refused the password that {@code role} was tried with. */
    void refused(Node node, String role);

    /**
     * The server of {@code node} had the login of {@code role} proven in a way that only this environment mode accepts. Told once for each role
     * and method.
     */
    void weak(Node node, String role, AuthMethod method);

    /** A server took another password of {@code role} than the one before. */
    void rotated(String role);
}
