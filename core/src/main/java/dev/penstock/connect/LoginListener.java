package dev.penstock.connect;

/** Hears how logins go. Called on connecting threads; must return quickly. */
public interface LoginListener {
    /** The server of {@code node} refused the password that {@code role} was tried with. */
    void refused(Node node, String role);

    /** A server took another password of {@code role} than the one before. */
    void rotated(String role);
}
