package dev.penstock.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.testkit.IssuedCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Chains, CA files, CRLs and names of every kind, each shown to libpq and to Penstock in the modes that verify: nothing that libpq refuses is
 * accepted, and what libpq accepts is refused only where docs/tls.md says so.
 */
class LibpqComparisonIT {
    private static final String HOST = "db.example.test";
    private static final Duration DAY = Duration.ofDays(1);

    /** Every combination in all three modes that verify takes minutes; the default build takes the mode in which every check counts. */
    private static final boolean ALL = Boolean.getBoolean("penstock.comparison.all");

    private static final SslMode[] MODES = ALL
            ? new SslMode[] {SslMode.REQUIRE, SslMode.VERIFY_CA, SslMode.VERIFY_FULL}
            : new SslMode[] {SslMode.VERIFY_FULL};

    private static final MadeCertificate ROOT = MadeCertificate.ca("Root").issue();
    private static final MadeCertificate OTHER =
            MadeCertificate.ca("Other root").issue();
    private static final MadeCertificate MIDDLE =
            MadeCertificate.ca("Middle").by(ROOT).issue();
    private static final MadeCertificate LEAF =
            MadeCertificate.server(HOST).by(MIDDLE).issue();
    private static final MadeCertificate DIRECT =
            MadeCertificate.server(HOST).by(ROOT).issue();

    /** Rows that docs/tls.md names as stricter than libpq. */
    private static final List<String> STRICTER = List.of(
            "root no basic constraints,.*",
            "host 127.1, alternative name .*",
            "a wildcard for addresses",
            "a list without an end",
            "leaf enciphers only");

    /**
     * OpenSSL does not find every chain: of two CAs of one name without key identifiers it tries one, and which one depends on its version.
     * The CA file has both, so nothing is trusted that was not given.
     */
    private static final List<String> NOT_FOUND_BY_LIBPQ =
            List.of("the other of two roots of one name without key ids");

    @TempDir
    static Path directory;

    private final Map<String, Situation> situations = new LinkedHashMap<>();

    private record Situation(String host, IssuedCertificate shown, byte[] ca, String crl) {}

    private enum Verdict {
        AGREES,
        STRICTER,
        /** Accepted although libpq finds no chain, of what was given nonetheless. */
        FOUND_HERE_ONLY,
        LAXER
    }

    @Test
    void nothing_that_libpq_refuses_is_accepted() throws Exception {
        String libpq = Psql.version();
        roots();
        revocation();
        purposes();
        constraints();
        names();
        Map<Verdict, List<String>> found = new EnumMap<>(Verdict.class);
        for (Verdict verdict : Verdict.values()) {
            found.put(verdict, new ArrayList<>());
        }
        compare(found);
        found.forEach((verdict, rows) -> System.out.println(
                libpq + ": " + verdict + " " + rows.size() + (verdict == Verdict.AGREES ? "" : " " + rows)));
        assertThat(found.get(Verdict.LAXER))
                .as("accepted here, refused by " + libpq)
                .isEmpty();
        assertThat(found.get(Verdict.STRICTER))
                .as("refused here, accepted by " + libpq)
                .allMatch(row -> STRICTER.stream().anyMatch(row.substring(row.indexOf(' ') + 1)::matches));
    }

    /** One row: a situation in a mode. */
    private record Row(String name, String target, String ours) {}

    private void compare(Map<Verdict, List<String>> found) throws IOException {
        List<Row> rows = new ArrayList<>();
        List<FakePostgres> servers = new ArrayList<>();
        try {
            int number = 0;
            for (Map.Entry<String, Situation> entry : situations.entrySet()) {
                FakePostgres server = FakePostgres.with(entry.getValue().shown());
                servers.add(server);
                rows.addAll(rows(entry.getKey(), entry.getValue(), server, "s" + number++));
            }
            Path home = Psql.emptyHome(directory);
            List<Boolean> theirs = rows.parallelStream()
                    .map(row -> Psql.connects(row.target(), home, "pw"))
                    .toList();
            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                Verdict verdict = verdict(row, theirs.get(i));
                found.get(verdict).add(row.name());
                if (verdict != Verdict.AGREES || ALL) {
                    System.out.println(verdict + " | " + row.name() + " | libpq "
                            + (theirs.get(i) ? "connects" : "refuses") + " | " + row.ours());
                }
            }
        } finally {
            servers.forEach(FakePostgres::close);
        }
    }

    private static Verdict verdict(Row row, boolean theirs) {
        boolean ours = row.ours().equals("TLS");
        if (ours == theirs) {
            return Verdict.AGREES;
        }
        boolean foundHereOnly = NOT_FOUND_BY_LIBPQ.stream().anyMatch(row.name()::endsWith);
        return theirs ? Verdict.STRICTER : foundHereOnly ? Verdict.FOUND_HERE_ONLY : Verdict.LAXER;
    }

    private List<Row> rows(String name, Situation situation, FakePostgres server, String prefix) throws IOException {
        Path ca = Files.write(directory.resolve(prefix + "-ca.pem"), situation.ca());
        Path crl = situation.crl() == null
                ? null
                : Files.writeString(directory.resolve(prefix + "-crl.pem"), situation.crl());
        List<Row> rows = new ArrayList<>();
        for (SslMode mode : MODES) {
            String target = "host=" + situation.host() + " hostaddr=127.0.0.1 sslsni=0 port=" + server.port()
                    + " sslmode=" + mode.libpqName() + " sslrootcert=" + ca + (crl == null ? "" : " sslcrl=" + crl);
            rows.add(new Row(mode.libpqName() + " " + name, target, outcome(server, situation, mode)));
        }
        return rows;
    }

    private static String outcome(FakePostgres server, Situation situation, SslMode mode) {
        try {
            TlsConfig config = TlsConfig.builder(mode)
                    .ca(TlsSource.inline(new String(situation.ca(), UTF_8)))
                    .crl(situation.crl() == null ? null : TlsSource.inline(situation.crl()))
                    .build();
            return Dial.to(server.url("127.0.0.1"), situation.host(), config).outcome();
        } catch (TlsMaterialException refused) {
            return refused.reason().name();
        }
    }

    private void shows(String name, IssuedCertificate shown, String ca) {
        shows(name, HOST, shown, ca, null);
    }

    private void shows(String name, String host, IssuedCertificate shown, String ca, String crl) {
        situations.put(name, new Situation(host, shown, ca.getBytes(UTF_8), crl));
    }

    /** One of a kind that the default build knows by another row. */
    private void more(String name, String host, IssuedCertificate shown, String ca, String crl) {
        if (ALL) {
            shows(name, host, shown, ca, crl);
        }
    }

    private static String pem(MadeCertificate... certificates) {
        return MadeCertificate.pem(certificates);
    }

    /** Contents of the CA file. */
    private void roots() throws GeneralSecurityException {
        IssuedCertificate alone = LEAF.shownWith();
        IssuedCertificate whole = LEAF.shownWith(MIDDLE);
        shows("the root, whole chain", whole, pem(ROOT));
        shows("the root, no intermediate", alone, pem(ROOT));
        shows("root and intermediate, leaf alone", alone, pem(ROOT, MIDDLE));
        shows("intermediate and root, whole chain", whole, pem(MIDDLE, ROOT));
        shows("the intermediate alone, leaf alone", alone, pem(MIDDLE));
        shows("the intermediate alone, whole chain", whole, pem(MIDDLE));
        shows("the intermediate alone, root sent", LEAF.shownWith(MIDDLE, ROOT), pem(MIDDLE));
        shows("the intermediate beside another root", whole, pem(MIDDLE, OTHER));
        shows("the leaf as CA", alone, pem(LEAF));
        shows("the leaf beside another root", alone, pem(LEAF, OTHER));
        shows("another root", whole, pem(OTHER));
        shows("another root beside the root", whole, pem(OTHER, ROOT));
        MadeCertificate self = MadeCertificate.server(HOST).issue();
        shows("self-signed and pinned", self.shownWith(), pem(self));
        shows("self-signed and not pinned", self.shownWith(), pem(ROOT));
        MadeCertificate selfEnded =
                MadeCertificate.server(HOST).ends(DAY.negated()).issue();
        shows("self-signed, pinned and expired", selfEnded.shownWith(), pem(selfEnded, ROOT));
        MadeCertificate ended =
                MadeCertificate.ca("Ended root").ends(DAY.negated()).issue();
        shows("an expired root", MadeCertificate.server(HOST).by(ended).issue().shownWith(), pem(ended, ROOT));
        shows(
                "an expired root alone",
                MadeCertificate.server(HOST).by(ended).issue().shownWith(),
                pem(ended));
        MadeCertificate later =
                MadeCertificate.ca("Later").ends(Duration.ofDays(31)).issue();
        shows(
                "a root that is not valid yet",
                MadeCertificate.server(HOST).by(later).issue().shownWith(),
                pem(later, ROOT));
        MadeCertificate endedMiddle =
                MadeCertificate.ca("Ended middle").by(ROOT).ends(DAY.negated()).issue();
        MadeCertificate below = MadeCertificate.server(HOST).by(endedMiddle).issue();
        shows("an expired intermediate in the CA file", below.shownWith(), pem(endedMiddle, ROOT));
        shows("an expired intermediate, sent", below.shownWith(endedMiddle), pem(ROOT));
        MadeCertificate crossed =
                MadeCertificate.ca("Root").sameKeyAs(ROOT).by(OTHER).issue();
        shows("a cross-signed root, sent", LEAF.shownWith(MIDDLE, crossed), pem(OTHER));
        shows("a cross-signed root as CA", whole, pem(crossed));
        MadeCertificate renewed = MadeCertificate.ca("Root").issue();
        shows("the root beside its successor of the same name", whole, pem(renewed, ROOT));
        shows("the root before its successor of the same name", whole, pem(ROOT, renewed));
        MadeCertificate two = MadeCertificate.ca("Second").by(MIDDLE).issue();
        shows("two intermediates", MadeCertificate.server(HOST).by(two).issue().shownWith(two, MIDDLE), pem(ROOT));
        shows(
                "two intermediates in the wrong order",
                MadeCertificate.server(HOST).by(two).issue().shownWith(MIDDLE, two),
                pem(ROOT));
        shows(
                "two intermediates, one in the CA file",
                MadeCertificate.server(HOST).by(two).issue().shownWith(two),
                pem(ROOT, MIDDLE));
        shows(
                "an impostor of the root's name",
                MadeCertificate.server(HOST).by(renewed).issue().shownWith(renewed),
                pem(ROOT));
        MadeCertificate one = MadeCertificate.ca("Twin").noKeyIds().issue();
        MadeCertificate other = MadeCertificate.ca("Twin").noKeyIds().issue();
        IssuedCertificate ofOne =
                MadeCertificate.server(HOST).by(one).noKeyIds().issue().shownWith();
        shows("one of two roots of one name without key ids", ofOne, pem(one, other));
        shows("the other of two roots of one name without key ids", ofOne, pem(other, one));
        MadeCertificate stale = MadeCertificate.ca("Middle")
                .sameKeyAs(MIDDLE)
                .by(ROOT)
                .ends(DAY.negated())
                .issue();
        shows("an expired copy of the intermediate in the CA file", whole, pem(ROOT, stale));
        MadeCertificate narrow = MadeCertificate.ca("Middle")
                .sameKeyAs(MIDDLE)
                .by(ROOT)
                .permits(dns("allowed.test"))
                .issue();
        shows("a narrower copy of the intermediate in the CA file", whole, pem(ROOT, narrow));
        shows("an expired copy of the intermediate sent", LEAF.shownWith(stale), pem(ROOT, MIDDLE));
        shows("text around", whole, "Root:\n" + pem(ROOT) + "\n# end\n");
        shows(
                "an expired leaf",
                MadeCertificate.server(HOST)
                        .by(ROOT)
                        .ends(DAY.negated())
                        .issue()
                        .shownWith(),
                pem(ROOT));
        shows(
                "a leaf of 1024 bits",
                MadeCertificate.server(HOST).rsa(1024).by(ROOT).issue().shownWith(),
                pem(ROOT));
        shows(
                "a leaf of 2048 bits",
                MadeCertificate.server(HOST).rsa(2048).by(ROOT).issue().shownWith(),
                pem(ROOT));
        shows(
                "a leaf signed with SHA-1",
                MadeCertificate.server(HOST).by(ROOT).digest("SHA1").issue().shownWith(),
                pem(ROOT));
        MadeCertificate sha1 = MadeCertificate.ca("SHA-1 root").digest("SHA1").issue();
        shows(
                "a root signed with SHA-1",
                MadeCertificate.server(HOST).by(sha1).issue().shownWith(),
                pem(sha1));
        MadeCertificate small = MadeCertificate.ca("Small root").rsa(1024).issue();
        shows(
                "a root of 1024 bits",
                MadeCertificate.server(HOST).by(small).issue().shownWith(),
                pem(small));
    }

    /** Lists that are there, missing or out of date, and their entries. */
    private void revocation() {
        MadeCertificate revoked = MadeCertificate.server(HOST).by(MIDDLE).issue();
        MadeCertificate revokedDirect = MadeCertificate.server(HOST).by(ROOT).issue();
        Map<String, String> lists = new LinkedHashMap<>();
        lists.put("all lists", ROOT.crl() + MIDDLE.crl(revoked));
        lists.put("the list of the intermediate alone", MIDDLE.crl(revoked));
        lists.put("the list of the root alone", ROOT.crl());
        lists.put("the intermediate is revoked", ROOT.crl(MIDDLE) + MIDDLE.crl(revoked));
        lists.put("the root's list ended", ROOT.crlEnded(DAY) + MIDDLE.crl(revoked));
        lists.put("the intermediate's list ended", ROOT.crl() + MIDDLE.crlEnded(Duration.ofMinutes(5)));
        lists.put("lists of others", OTHER.crl());
        lists.put("an impostor's list", MadeCertificate.ca("Root").issue().crl() + MIDDLE.crl(revoked));
        lists.forEach((list, crl) -> {
            shows("good, " + list + ", in the CA file", HOST, LEAF.shownWith(), pem(ROOT, MIDDLE), crl);
            more("good, " + list + ", sent", HOST, LEAF.shownWith(MIDDLE), pem(ROOT), crl);
            more("good, " + list + ", both", HOST, LEAF.shownWith(MIDDLE), pem(MIDDLE, ROOT), crl);
            more("revoked, " + list + ", in the CA file", HOST, revoked.shownWith(), pem(ROOT, MIDDLE), crl);
            more("revoked, " + list + ", both", HOST, revoked.shownWith(MIDDLE), pem(MIDDLE, ROOT), crl);
            shows("revoked, " + list + ", sent", HOST, revoked.shownWith(MIDDLE), pem(ROOT), crl);
        });
        shows("a list without an end", HOST, DIRECT.shownWith(), pem(ROOT), ROOT.crlWithoutEnd());
        shows("no intermediate, its list", HOST, DIRECT.shownWith(), pem(ROOT), ROOT.crl());
        shows("no intermediate, revoked", HOST, revokedDirect.shownWith(), pem(ROOT), ROOT.crl(revokedDirect));
        shows("no intermediate, the root lists itself", HOST, DIRECT.shownWith(), pem(ROOT), ROOT.crl(ROOT));
        MadeCertificate mute =
                MadeCertificate.ca("Mute").usage(KeyUsage.keyCertSign).issue();
        MadeCertificate belowMute = MadeCertificate.server(HOST).by(mute).issue();
        shows("a CA that may sign no list", HOST, belowMute.shownWith(), pem(mute), mute.crl());
    }

    /** Servers that answer what no PostgreSQL server does. */
    @Test
    void libpq_refuses_what_is_written_into_the_beginning_of_TLS_too() {
        Psql.version();
        IssuedCertificate shown = DIRECT.shownWith();
        for (String answer : List.of("SE\0\0\0\5x", "E\0\0\0\5x")) {
            try (FakePostgres server = FakePostgres.answering(shown, answer.getBytes(UTF_8))) {
                for (SslMode mode : new SslMode[] {SslMode.PREFER, SslMode.REQUIRE}) {
                    String target = "host=127.0.0.1 sslsni=0 port=" + server.port() + " sslmode=" + mode.libpqName();
                    assertThat(Psql.connects(target, Psql.emptyHome(directory), "pw"))
                            .as(answer)
                            .isFalse();
                    TlsConfig config = TlsConfig.builder(mode).build();
                    assertThat(Dial.to(server.url(), "127.0.0.1", config).outcome())
                            .isNotIn("TLS", "plain");
                }
            }
        }
    }

    /** Purposes of certificates. */
    private void purposes() {
        Map<String, MadeCertificate.Plan> roots = new LinkedHashMap<>();
        roots.put("for clients", MadeCertificate.ca("R1").purposes(KeyPurposeId.id_kp_clientAuth));
        roots.put("for servers", MadeCertificate.ca("R2").purposes(KeyPurposeId.id_kp_serverAuth));
        roots.put("for anything", MadeCertificate.ca("R3").purposes(KeyPurposeId.anyExtendedKeyUsage));
        roots.put("no key usage", MadeCertificate.ca("R4").usage(0));
        roots.put("key usage without signing", MadeCertificate.ca("R5").usage(KeyUsage.digitalSignature));
        roots.put("no basic constraints", MadeCertificate.ca("R6").basic(null));
        roots.put("no extensions", MadeCertificate.ca("R7").basic(null).usage(0));
        roots.put(
                "not a CA",
                MadeCertificate.ca("R8").basic(new BasicConstraints(false)).usage(0));
        roots.put("version 1", MadeCertificate.ca("R9").version1());
        roots.put("path length 0", MadeCertificate.ca("R10").pathLength(0));
        roots.forEach((what, plan) -> {
            MadeCertificate root = plan.issue();
            MadeCertificate middle = MadeCertificate.ca("M").by(root).issue();
            shows(
                    "root " + what + ", leaf",
                    MadeCertificate.server(HOST).by(root).issue().shownWith(),
                    pem(root));
            IssuedCertificate below =
                    MadeCertificate.server(HOST).by(middle).issue().shownWith(middle);
            more("root " + what + ", chain", HOST, below, pem(root), null);
        });
        Map<String, MadeCertificate.Plan> middles = new LinkedHashMap<>();
        middles.put("for clients", MadeCertificate.ca("M1").purposes(KeyPurposeId.id_kp_clientAuth));
        middles.put(
                "for both",
                MadeCertificate.ca("M2").purposes(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth));
        middles.put("for anything", MadeCertificate.ca("M3").purposes(KeyPurposeId.anyExtendedKeyUsage));
        middles.put("no key usage", MadeCertificate.ca("M4").usage(0));
        middles.put("key usage without signing", MadeCertificate.ca("M5").usage(KeyUsage.digitalSignature));
        middles.put("no basic constraints", MadeCertificate.ca("M6").basic(null));
        middles.put(
                "not a CA",
                MadeCertificate.ca("M7").basic(new BasicConstraints(false)).usage(0));
        middles.put("version 1", MadeCertificate.ca("M8").version1());
        middles.put("path length 0", MadeCertificate.ca("M9").pathLength(0));
        middles.forEach((what, plan) -> {
            MadeCertificate middle = plan.by(ROOT).issue();
            MadeCertificate leaf = MadeCertificate.server(HOST).by(middle).issue();
            more("intermediate " + what + ", sent", HOST, leaf.shownWith(middle), pem(ROOT), null);
            shows("intermediate " + what + ", in the CA file", leaf.shownWith(), pem(ROOT, middle));
        });
        Map<String, MadeCertificate.Plan> leaves = new LinkedHashMap<>();
        leaves.put("for clients", MadeCertificate.server(HOST).purposes(KeyPurposeId.id_kp_clientAuth));
        leaves.put("for servers", MadeCertificate.server(HOST).purposes(KeyPurposeId.id_kp_serverAuth));
        leaves.put("for anything", MadeCertificate.server(HOST).purposes(KeyPurposeId.anyExtendedKeyUsage));
        leaves.put("key usage of a CA", MadeCertificate.server(HOST).usage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        leaves.put("signs only", MadeCertificate.server(HOST).usage(KeyUsage.digitalSignature));
        leaves.put("enciphers only", MadeCertificate.server(HOST).rsa(2048).usage(KeyUsage.keyEncipherment));
        leaves.put("is a CA", MadeCertificate.server(HOST).basic(new BasicConstraints(true)));
        leaves.put("version 1", MadeCertificate.server(HOST).version1());
        leaves.forEach((what, plan) -> {
            shows("leaf " + what, plan.by(ROOT).issue().shownWith(), pem(ROOT));
            MadeCertificate self = plan.by(null).issue();
            more("pinned leaf " + what, HOST, self.shownWith(), pem(self), null);
        });
    }

    private static GeneralName dns(String base) {
        return new GeneralName(GeneralName.dNSName, base);
    }

    /** Limits of the names that a CA may issue for. */
    private void constraints() {
        Map<String, MadeCertificate.Plan> limits = new LinkedHashMap<>();
        limits.put("permits another domain", MadeCertificate.ca("N1").permits(dns("allowed.test")));
        limits.put("permits the domain", MadeCertificate.ca("N2").permits(dns("example.test")));
        limits.put("permits the host", MadeCertificate.ca("N3").permits(dns(HOST)));
        limits.put("permits what is below the domain", MadeCertificate.ca("N4").permits(dns(".example.test")));
        limits.put("excludes the domain", MadeCertificate.ca("N5").excludes(dns("example.test")));
        limits.put("excludes another domain", MadeCertificate.ca("N6").excludes(dns("allowed.test")));
        limits.put(
                "permits other addresses",
                MadeCertificate.ca("N7").permits(new GeneralName(GeneralName.iPAddress, "10.0.0.0/8")));
        limits.put(
                "permits other subjects",
                MadeCertificate.ca("N8")
                        .permits(new GeneralName(new org.bouncycastle.asn1.x500.X500Name("O=Allowed"))));
        limits.forEach((what, plan) -> {
            MadeCertificate root = plan.issue();
            MadeCertificate middle = plan.by(ROOT).issue();
            for (boolean alternative : new boolean[] {true, false}) {
                String by = alternative ? "" : ", common name only";
                shows("root " + what + by, leaf(root, alternative).shownWith(), pem(root));
                more(
                        "intermediate " + what + ", sent" + by,
                        HOST,
                        leaf(middle, alternative).shownWith(middle),
                        pem(ROOT),
                        null);
                more(
                        "intermediate " + what + ", in the CA file" + by,
                        HOST,
                        leaf(middle, alternative).shownWith(),
                        pem(ROOT, middle),
                        null);
            }
        });
    }

    private static MadeCertificate leaf(MadeCertificate issuer, boolean alternative) {
        MadeCertificate.Plan plan = MadeCertificate.server(HOST).by(issuer);
        return (alternative ? plan : plan.commonNameOnly()).issue();
    }

    /** Host against names in the certificate. */
    private void names() {
        String[][] rows = {
            {"db.example.test", "db.example.test"},
            {"DB.Example.Test", "db.example.test"},
            {"db.example.test", "DB.EXAMPLE.TEST"},
            {"db.example.test.", "db.example.test"},
            {"db.example.test", "db.example.test."},
            {"db.example.test", "*.example.test"},
            {"a.db.example.test", "*.example.test"},
            {"example.test", "*.example.test"},
            {"db.example.test", "d*.example.test"},
            {"db.example.test", "db.*.test"},
            {"db.example.test", "*.test"},
            {"db", "db"},
            {"db", "*"},
            {"127.0.0.1", "127.0.0.1"},
            {"127.0.0.1", "127.0.0.2"},
            {"127.0.0.1", "::ffff:127.0.0.1"},
            {"::ffff:127.0.0.1", "127.0.0.1"},
            {"::ffff:127.0.0.1", "::ffff:127.0.0.1"},
            {"::1", "::1"},
            {"0:0:0:0:0:0:0:1", "::1"},
            {"::1", "::2"},
            {"127.1", "127.0.0.1"},
            {"db_1.example.test", "db_1.example.test"},
            {"xn--bcher-kva.example.test", "xn--bcher-kva.example.test"},
        };
        for (String[] row : rows) {
            MadeCertificate named =
                    MadeCertificate.server("nobody").names(row[1]).by(ROOT).issue();
            shows("host " + row[0] + ", alternative name " + row[1], row[0], named.shownWith(), pem(ROOT), null);
            MadeCertificate common =
                    MadeCertificate.server(row[1]).commonNameOnly().by(ROOT).issue();
            more("host " + row[0] + ", common name " + row[1], row[0], common.shownWith(), pem(ROOT), null);
        }
        MadeCertificate dnsAndCommon =
                MadeCertificate.server(HOST).names("other.test").by(ROOT).issue();
        shows("the common name beside another alternative name", dnsAndCommon.shownWith(), pem(ROOT));
        MadeCertificate addressAndCommon =
                MadeCertificate.server(HOST).names("10.1.2.3").by(ROOT).issue();
        shows("the common name beside an address", addressAndCommon.shownWith(), pem(ROOT));
        MadeCertificate addressAsName =
                MadeCertificate.server("nobody").by(ROOT).names("x").issue();
        shows("an address against a name", "127.0.0.1", addressAsName.shownWith(), pem(ROOT), null);
        MadeCertificate addressInDns = MadeCertificate.server("nobody")
                .alternativeDnsName("127.0.0.1")
                .by(ROOT)
                .issue();
        shows("an address as DNS name", "127.0.0.1", addressInDns.shownWith(), pem(ROOT), null);
        MadeCertificate commonAddress =
                MadeCertificate.server("127.0.0.1").names("x.test").by(ROOT).issue();
        shows("an address as common name beside a name", "127.0.0.1", commonAddress.shownWith(), pem(ROOT), null);
        MadeCertificate wildAddress =
                MadeCertificate.server("nobody").names("*.0.0.1").by(ROOT).issue();
        shows("a wildcard for addresses", "127.0.0.1", wildAddress.shownWith(), pem(ROOT), null);
        MadeCertificate nameless =
                MadeCertificate.server("").commonNameOnly().by(ROOT).issue();
        shows("no name at all", nameless.shownWith(), pem(ROOT));
    }
}
