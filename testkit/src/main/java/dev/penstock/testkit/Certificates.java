package dev.penstock.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The certificates of one cluster as files, made at its start and gone with it. Client certificates and the unrelated
 * authority are made when first asked for. Exists without TLS too: a client that insists on it can be tested.
 * Thread-safe.
 */
public final class Certificates {
    private final Path directory;
    private final CertificateAuthority authority;
    private final Map<String, IssuedCertificate> clients = new ConcurrentHashMap<>();

    Certificates(Path directory, CertificateAuthority authority) {
        this.directory = FileTree.createDirectory(directory, "rwxr-xr-x");
        this.authority = authority;
        authority.writeCertificate(caFile());
    }

    /** The authority behind {@link #caFile()}, to issue more. */
    public CertificateAuthority authority() {
        return authority;
    }

    /** The certificate that clients have to trust, PEM. */
    public Path caFile() {
        return directory.resolve("ca.crt");
    }

    /** The certificate of an authority that has nothing to do with this cluster, for tests of mistrust. */
    public Path otherCaFile() {
        Path file = directory.resolve("other-ca.crt");
        synchronized (this) {
            if (!Files.exists(file)) {
                CertificateAuthority.create("An unrelated CA").writeCertificate(file);
            }
        }
        return file;
    }

    /** The client certificate of {@code appuser}, PEM. */
    public Path clientCertificateFile() {
        return clientCertificateFile(Roles.APPLICATION);
    }

    /** The client certificate of a role: its common name is the role's name. */
    public Path clientCertificateFile(String role) {
        client(role);
        return directory.resolve(role + ".crt");
    }

    /** The key of {@link #clientCertificateFile()}: PKCS#8 PEM, RSA, readable for this user alone. */
    public Path clientKeyFile() {
        return clientKeyFile(Roles.APPLICATION);
    }

    /** The key of {@link #clientCertificateFile(String)}. */
    public Path clientKeyFile(String role) {
        client(role);
        return directory.resolve(role + ".key");
    }

    /** The client certificate of a role as an object, for {@link PostgresCluster#revoke}. */
    public IssuedCertificate client(String role) {
        return clients.computeIfAbsent(role, name -> {
            IssuedCertificate issued = authority.client(name).issue();
            issued.writeChain(directory.resolve(name + ".crt"));
            issued.writeKey(directory.resolve(name + ".key"));
            return issued;
        });
    }
}
