package dev.penstock.patroni;

import java.security.SecureRandom;
import java.util.HexFormat;

/** The passwords of one cluster's roles. */
record Secrets(String superuser, String replication, String application) {
    static Secrets random() {
        SecureRandom random = new SecureRandom();
        return new Secrets(password(random), password(random), password(random));
    }

    private static String password(SecureRandom random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public String toString() {
        return "Secrets[***]";
    }
}
