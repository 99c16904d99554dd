package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.penstock.secret.FilePermissions;
import dev.penstock.secret.PasswordSource;
import dev.penstock.secret.Secret;
import dev.penstock.secret.SecretFolder;
import dev.penstock.testkit.CertificateAuthority;
import dev.penstock.testkit.IssuedCertificate;
import dev.penstock.testkit.KeyKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ClientIdentityTest {
    private static final CertificateAuthority CA = CertificateAuthority.create("Client CA");
    private static final Map<KeyKind, IssuedCertificate> ISSUED = Map.of(
            KeyKind.RSA, CA.client("app").key(KeyKind.RSA).issue(),
            KeyKind.EC, CA.client("app").key(KeyKind.EC).issue(),
            KeyKind.ED25519, CA.client("app").key(KeyKind.ED25519).issue());

    @TempDir
    Path directory;

    private SecretFolder folder;
    private final List<String> remarks = new ArrayList<>();

    @BeforeEach
    void open() {
        folder = new SecretFolder(directory);
    }

    @ParameterizedTest
    @EnumSource(KeyKind.class)
    void PKCS8_is_read_plain_and_encrypted_in_PEM_and_DER(KeyKind kind) throws Exception {
        KeyFiles files = new KeyFiles(ISSUED.get(kind));
        assertReads(kind, files.pkcs8());
        assertReads(kind, files.pkcs8Der());
        assertReads(kind, files.encrypted(NISTObjectIdentifiers.id_aes256_CBC));
        assertReads(kind, files.encrypted(NISTObjectIdentifiers.id_aes128_CBC));
        assertReads(kind, files.encrypted(PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC));
        assertReads(
                kind,
                Pem.parse(files.encrypted(NISTObjectIdentifiers.id_aes256_CBC))
                        .get(0)
                        .der());
    }

    /** The judge is OpenSSL, whose files these are in practice. */
    @ParameterizedTest
    @CsvSource({
        "geheim \u00fc\u20ac,               -v2 aes-256-cbc",
        "\u043f\u0430\u0440\u043e\u043b\u044c, -v2 aes-256-cbc",
        "\ud83d\udd11 key,                  -v2 aes-256-cbc",
        "geheim \u00fc\u20ac,               -v2 aes-192-cbc -v2prf hmacWithSHA512",
        "geheim \u00fc\u20ac,               -v2 aes-128-cbc -v2prf hmacWithSHA1",
        "geheim \u00fc\u20ac,               -v2 des3",
        "geheim \u00fc\u20ac,               -v1 PBE-SHA1-3DES",
        "all ascii,                         -v2 des3",
    })
    void a_key_that_OpenSSL_encrypted_with_a_password_of_any_characters_is_opened(String password, String options)
            throws Exception {
        Path plain = folder.write("plain.pem", ISSUED.get(KeyKind.RSA).key());
        Path encrypted = directory.resolve("encrypted.pem");
        Path given = folder.write("password", password + "\n");
        List<String> command = new ArrayList<>(List.of("openssl", "pkcs8", "-topk8", "-in", plain.toString()));
        command.addAll(List.of(("-passout file:" + given + " -out " + encrypted + " " + options).split(" +")));
        assumeThat(Path.of("/usr/bin/openssl")).as("openssl is at hand").isExecutable();
        assertThat(new ProcessBuilder(command).redirectErrorStream(true).start().waitFor())
                .isZero();

        ClientCertificate client =
                ClientCertificate.of(certificate(KeyKind.RSA), encrypted).withKeyPassword(PasswordSource.file(given));
        assertThat(load(client).key()).isEqualTo(new KeyFiles(ISSUED.get(KeyKind.RSA)).key());
        assertRefused(Files.readAllBytes(encrypted), password + "x", TlsReason.CLIENT_KEY_PASSWORD, "is not opened");
    }

    @Test
    void an_encrypted_key_that_is_damaged_is_refused_as_that() throws Exception {
        String key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAQID\n-----END ENCRYPTED PRIVATE KEY-----\n";
        assertRefused(key.getBytes(), "x", TlsReason.CLIENT_KEY_FORMAT, "is a damaged key");
        byte[] good = Pem.parse(new KeyFiles(ISSUED.get(KeyKind.EC)).encrypted(NISTObjectIdentifiers.id_aes256_CBC))
                .get(0)
                .der();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            byte[] mutant = good.clone();
            mutant[random.nextInt(80)] = (byte) random.nextInt();
            try {
                PrivateKeys.read(new SourceReader.Content("mutant", mutant), Secret.of(KeyFiles.PASSWORD));
            } catch (TlsMaterialException typed) {
                assertThat(typed.reason().name()).as("seed " + seed).startsWith("CLIENT_KEY");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"RSA", "EC"})
    void PKCS1_and_SEC1_are_read_in_PEM_and_DER(KeyKind kind) throws Exception {
        KeyFiles files = new KeyFiles(ISSUED.get(kind));
        assertThat(files.traditional()).contains(kind == KeyKind.RSA ? "BEGIN RSA PRIVATE" : "BEGIN EC PRIVATE");
        assertReads(kind, files.traditional());
        assertReads(kind, files.traditionalDer());
    }

    @Test
    void SEC1_may_name_its_curve_in_a_block_of_its_own() throws Exception {
        KeyFiles files = new KeyFiles(ISSUED.get(KeyKind.EC));
        assertReads(KeyKind.EC, files.sec1WithSeparateCurve());
        String bare = files.sec1WithSeparateCurve().replaceFirst("(?s)^.*END EC PARAMETERS-----\n", "");
        assertRefused(bare.getBytes(), null, TlsReason.CLIENT_KEY_FORMAT, "does not name its curve");
    }

    @ParameterizedTest
    @EnumSource(KeyKind.class)
    void PKCS12_is_read_whatever_the_alias(KeyKind kind) throws Exception {
        Path file = write("client.p12", new KeyFiles(ISSUED.get(kind)).pkcs12("any alias"));
        ClientIdentity identity = load(ClientCertificate.of(file).withKeyPassword(password(KeyFiles.PASSWORD)));
        assertThat(identity.chain()).hasSize(1);
        assertThat(identity.key()).isEqualTo(new KeyFiles(ISSUED.get(kind)).key());
    }

    @Test
    void certificate_and_key_may_share_one_PEM_and_come_in_any_order() {
        IssuedCertificate issued = CA.intermediate("Middle").client("app").issue();
        String[] certificates = issued.chain().split("(?<=-----END CERTIFICATE-----\n)");
        Path both = folder.write("both.pem", certificates[1] + issued.key() + certificates[0]);
        ClientIdentity identity = load(ClientCertificate.of(both));
        assertThat(identity.chain()).hasSize(2);
        assertThat(identity.chain().get(0).getSubjectX500Principal().getName()).isEqualTo("CN=app");
    }

    @Test
    void a_wrong_or_missing_key_password_says_so_and_shows_nothing() throws Exception {
        KeyFiles files = new KeyFiles(ISSUED.get(KeyKind.RSA));
        String encrypted = files.encrypted(NISTObjectIdentifiers.id_aes256_CBC);
        for (byte[] key : List.of(encrypted.getBytes(), files.pkcs12("x"))) {
            assertRefused(key, "canary wrong", TlsReason.CLIENT_KEY_PASSWORD, "is not opened by the given password");
            assertRefused(key, null, TlsReason.CLIENT_KEY_PASSWORD, "no password is given");
        }
        ClientCertificate absent = ClientCertificate.of(certificate(KeyKind.RSA), folder.write("k.pem", encrypted))
                .withKeyPassword(PasswordSource.file(folder.path("absent")));
        assertThatThrownBy(() -> load(absent)).hasMessageContaining("CLIENT_KEY_PASSWORD");
    }

    @Test
    void a_wrong_password_is_told_as_one_even_when_its_padding_fits() throws Exception {
        byte[] noise = new KeyFiles(ISSUED.get(KeyKind.RSA)).encryptedNoise();
        assertRefused(noise, KeyFiles.PASSWORD, TlsReason.CLIENT_KEY_PASSWORD, "is not opened by the given password");
    }

    @Test
    void what_the_JDK_cannot_read_gets_the_command_that_converts_it() throws Exception {
        KeyFiles files = new KeyFiles(ISSUED.get(KeyKind.RSA));
        String pkcs8 = "openssl pkcs8 -topk8 ";
        assertRefused(files.opensslEncrypted().getBytes(), KeyFiles.PASSWORD, TlsReason.CLIENT_KEY_FORMAT, pkcs8);
        assertRefused(files.scrypt(), KeyFiles.PASSWORD, TlsReason.CLIENT_KEY_FORMAT, pkcs8);
        assertRefused(
                "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----".getBytes(),
                null,
                TlsReason.CLIENT_KEY_FORMAT,
                "ssh-keygen -p -m PKCS8 -f ");
        assertRefused("no key at all".getBytes(), null, TlsReason.CLIENT_KEY_FORMAT, pkcs8);
        assertRefused(
                ISSUED.get(KeyKind.RSA).chain().getBytes(), null, TlsReason.CLIENT_KEY_FORMAT, "has no private key");
        assertRefused(files.pkcs12("one", "two"), KeyFiles.PASSWORD, TlsReason.CLIENT_KEY_FORMAT, "has 2 keys");
    }

    @Test
    void any_bytes_are_a_key_or_a_typed_refusal() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        KeyFiles files = new KeyFiles(ISSUED.get(KeyKind.EC));
        for (byte[] good : List.of(files.pkcs8Der(), files.pkcs8().getBytes())) {
            mutate(good, random, seed);
        }
    }

    private static void mutate(byte[] good, Random random, long seed) {
        for (int round = 0; round < 300; round++) {
            byte[] bytes = good.clone();
            for (int flip = 0; flip <= random.nextInt(4); flip++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            byte[] cut = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            for (byte[] mutant : List.of(bytes, cut)) {
                try {
                    PrivateKeys.read(new SourceReader.Content("mutant", mutant), null);
                } catch (TlsMaterialException typed) {
                    assertThat(typed.reason().name()).as("seed " + seed).startsWith("CLIENT_KEY");
                }
            }
        }
    }

    @Test
    void a_key_that_belongs_to_another_certificate_is_refused() {
        for (KeyKind kind : KeyKind.values()) {
            String foreign = CA.client("app").key(kind).issue().key();
            assertRefused(foreign.getBytes(), null, TlsReason.CLIENT_KEY_MISMATCH, "is not the key of the certificate");
        }
    }

    @Test
    void a_certificate_out_of_its_time_is_refused() {
        IssuedCertificate expired = CA.client("app").expired().issue();
        IssuedCertificate early = CA.client("app").notYetValid().issue();
        assertThatThrownBy(() -> load(files(expired)))
                .hasMessageContaining("CLIENT_CERT_INVALID")
                .hasMessageContaining("expired on");
        assertThatThrownBy(() -> load(files(early))).hasMessageContaining("is valid only from");
    }

    @Test
    void missing_and_wrong_files_are_named() {
        ClientCertificate noKey = ClientCertificate.of(certificate(KeyKind.EC), folder.path("absent.key"));
        assertThatThrownBy(() -> load(noKey)).hasMessageContaining("absent.key does not exist");
        Path key = folder.write("k.pem", ISSUED.get(KeyKind.EC).key());
        assertThatThrownBy(() -> load(ClientCertificate.of(folder.path("absent.crt"), key)))
                .hasMessageContaining("CLIENT_CERT_INVALID")
                .hasMessageContaining("absent.crt does not exist");
        assertThatThrownBy(() -> load(ClientCertificate.of(key, key))).hasMessageContaining("has no certificate");
    }

    @Test
    void an_open_key_is_refused_outside_a_secret_mount_and_accepted_aloud_within() {
        ClientCertificate open = ClientCertificate.of(
                certificate(KeyKind.EC),
                folder.write("k.pem", ISSUED.get(KeyKind.EC).key(), "rw-r--r--"));
        TlsMaterialException refused = catchThrowableOfType(TlsMaterialException.class, () -> load(open));
        assertThat(refused.reason()).isEqualTo(TlsReason.CLIENT_KEY_PERMISSIONS);
        assertThat(refused).hasMessageContaining("rw-r--r--").hasMessageContaining("chmod 600");
        folder.rotate("unrelated", "x");
        load(open);
        assertThat(remarks).singleElement().asString().contains("in a Kubernetes volume");
    }

    private void assertReads(KeyKind kind, String pem) throws IOException {
        assertReads(kind, pem.getBytes());
    }

    private void assertReads(KeyKind kind, byte[] key) throws IOException {
        ClientCertificate source = ClientCertificate.of(certificate(kind), write("client.key", key))
                .withKeyPassword(password(KeyFiles.PASSWORD));
        ClientIdentity identity = load(source);
        assertThat(KeyPairCheck.order(identity.key(), identity.chain())).isPresent();
    }

    private void assertRefused(byte[] key, String password, TlsReason reason, String text) {
        Path file = write("refused.key", key);
        ClientCertificate plain = ClientCertificate.of(certificate(KeyKind.RSA), file);
        ClientCertificate source = password == null ? plain : plain.withKeyPassword(password(password));
        TlsMaterialException refused = catchThrowableOfType(TlsMaterialException.class, () -> load(source));
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused.file()).isEqualTo(file.toString());
        assertThat(refused).hasMessageContaining(text).hasMessageNotContaining("canary");
    }

    private ClientIdentity load(ClientCertificate source) {
        return ClientIdentity.load(source, FilePermissions.CONTAINER, remarks::add);
    }

    private ClientCertificate files(IssuedCertificate issued) {
        return ClientCertificate.of(
                issued.writeChain(directory.resolve("c.pem")), issued.writeKey(directory.resolve("k.pem")));
    }

    private Path certificate(KeyKind kind) {
        return ISSUED.get(kind).writeChain(directory.resolve(kind + ".crt"));
    }

    private static PasswordSource password(String text) {
        return PasswordSource.literal(text);
    }

    private Path write(String name, byte[] content) {
        try {
            return Files.write(folder.write(name, ""), content);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }
}
