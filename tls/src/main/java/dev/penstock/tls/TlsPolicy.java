package dev.penstock.tls;

import static dev.penstock.tls.PolicyKey.ALLOW_CERT_VALIDATION_NONE;
import static dev.penstock.tls.PolicyKey.ALLOW_KEY_PERMISSIONS_OFF;
import static dev.penstock.tls.PolicyKey.ALLOW_VERIFY_NAME;
import static dev.penstock.tls.PolicyKey.CA;
import static dev.penstock.tls.PolicyKey.CA_ONLY;
import static dev.penstock.tls.PolicyKey.CHANNEL_BINDING;
import static dev.penstock.tls.PolicyKey.CLIENT_CERTIFICATE_REQUIRED;
import static dev.penstock.tls.PolicyKey.CRL_REQUIRED;
import static dev.penstock.tls.PolicyKey.DAYS_BEFORE_EXPIRY;
import static dev.penstock.tls.PolicyKey.LOOPBACK;
import static dev.penstock.tls.PolicyKey.REQUIRE_AUTH;
import static dev.penstock.tls.PolicyKey.SSLMODE_AT_LEAST;
import static dev.penstock.tls.PolicyKey.SSL_MIN_PROTOCOL_VERSION;

import dev.penstock.secret.FilePermissions;
import dev.penstock.tls.PolicyFile.Line;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The TLS standard of a team: what every connection from this machine must ask of its servers, whatever a service is configured with. It is
 * read from files with the lines that {@code docs/tls-policy.md} describes; a service may be stricter, and never weaker.
 *
 * <p>{@value #MACHINE} always holds when it exists, and so does the file that the variable {@value #VARIABLE} of this process names. Further
 * files are added to these two and never replace them. Of two lines with one key the stricter one holds; what a policy forbids where it says
 * nothing, only the first of the files may allow.
 *
 * <p>A policy binds against mistakes, not against whoever builds the image: who may write the file, or the program, decides.
 *
 * <p>Immutable; equal by what the files say. It is read once: a change of the files holds for what is opened after it.
 */
public final class TlsPolicy {
    /** The file that holds on a machine, or in an image. */
    public static final String MACHINE = "/etc/penstock/policy.conf";

    /** The variable that names a further file. */
    public static final String VARIABLE = "PENSTOCK_POLICY";

    static final String MODE = "tls.mode";
    static final String TRUST = "tls.ca";
    static final String MIN_VERSION = "tls.min_version";
    static final String BINDING = "tls.channel_binding";
    private static final Set<String> EVERY_KEY = Set.of(MODE, TRUST, MIN_VERSION, BINDING);
    private static final String DROP = "Leave it out, or write what is demanded";

    private final List<PolicyFile> files;
    private final List<Violation> faults = new ArrayList<>();
    private final Map<PolicyKey, Line> demands = new EnumMap<>(PolicyKey.class);

    private TlsPolicy(List<PolicyFile> files) {
        this.files = files;
        files.forEach(file -> faults.addAll(file.faults()));
        files.forEach(this::merge);
        Line caOnly = demands.get(CA_ONLY);
        if (isTrue(CA_ONLY) && caOnly != null && !demands.containsKey(CA)) {
            faults.add(PolicyFile.fault(
                    caOnly.place(), "has ca_only = true, and no file has ca", "Write ca = and the CA file"));
        }
    }

    /**
     * Reads the files that hold for this process, and these besides. What is wrong with a file is no exception but one of {@link #faults()}, so that
     * everything can be told at once; a policy that has any refuses every configuration.
     *
     * @param added further files, each of which must exist
     */
    public static TlsPolicy read(Path... added) {
        return read(Path.of(MACHINE), System.getenv().getOrDefault(VARIABLE, ""), List.of(added));
    }

    /** Tests have a machine's file of their own; nothing else may. */
    static TlsPolicy read(Path machine, String variable, List<Path> added) {
        Set<Path> paths = new LinkedHashSet<>();
        if (PolicyFile.isThere(machine)) {
            paths.add(machine);
        }
        if (!variable.isBlank()) {
            paths.add(Path.of(variable.strip()));
        }
        paths.addAll(added);
        return new TlsPolicy(paths.stream().map(PolicyFile::read).toList());
    }

    private void merge(PolicyFile file) {
        boolean isFirst = file.equals(files.get(0));
        for (Line line : file.lines().values()) {
            Line before = demands.get(line.key());
            if (before == null) {
                // A file that is added cannot allow what the first one forbids by its silence.
                if (isFirst || !line.key().isAllowance() || line.value().equals("false")) {
                    demands.put(line.key(), line);
                }
                continue;
            }
            line.key()
                    .strictest(before.value(), line.value())
                    .ifPresentOrElse(
                            value -> demands.put(line.key(), merged(before, line, value)),
                            () -> faults.add(PolicyFile.fault(
                                    line.place(),
                                    "has another " + line.key().word() + " than " + before.place()
                                            + ", and none of the two is stricter",
                                    "Keep one of them")));
        }
    }

    private static Line merged(Line one, Line other, String value) {
        if (value.equals(one.value())) {
            return one;
        }
        return value.equals(other.value()) ? other : new Line(one.key(), value, one.place() + " and " + other.place());
    }

    /** Tells whether no file holds, so that nothing is demanded. */
    public boolean isEmpty() {
        return files.isEmpty();
    }

    /** The files, in the order in which they were read. */
    public List<Path> files() {
        return files.stream().map(PolicyFile::path).toList();
    }

    /** Returns what is wrong with the files themselves; the origin of each is the place of the line. */
    public List<Violation> faults() {
        return List.copyOf(faults);
    }

    /** Keys that this version does not know and that a file marks with {@code ?}; told and without effect. */
    public List<Violation> warnings() {
        return files.stream().flatMap(file -> file.warnings().stream()).toList();
    }

    /**
     * Tells whether the demands hold for a connection to one of these hosts: those on this machine are exempt, by their name or literal address
     * alone, unless the policy has {@code loopback = true}.
     *
     * @param hosts as configured; empty when they are not known, and then the demands hold
     */
    public boolean holdsFor(Collection<String> hosts) {
        if (isEmpty()) {
            return false;
        }
        return hosts.isEmpty() || isTrue(LOOPBACK) || !hosts.stream().allMatch(ServerName::isThisMachine);
    }

    /**
     * A configuration as a policy has it.
     *
     * @param completed the components, with what the policy gives where nothing was written; the caller's, not validated yet
     * @param given the keys that the policy gives, such as {@code tls.mode}, each with the place of the line
     * @param breaches what is weaker than the policy demands; the path of each is the key
     */
    public record Verdict(TlsConfig.Builder completed, Map<String, String> given, List<Violation> breaches) {
        public Verdict {
            given = Map.copyOf(given);
            breaches = List.copyOf(breaches);
        }
    }

    /**
     * Judges a configuration, and completes it: {@code tls.mode}, {@code tls.ca}, {@code tls.min_version} and {@code tls.channel_binding} take
     * what the policy demands where nobody wrote them. What is wrong with the files is in {@link #faults()}.
     *
     * @param asked is left as it is
     * @param written those of the four keys that somebody wrote, and that therefore must satisfy the policy as they are
     * @param hosts those that will be dialled, as in {@link #holdsFor}
     */
    public Verdict judge(TlsConfig.Builder asked, Set<String> written, Collection<String> hosts) {
        Judgement judgement = new Judgement(asked.copy(), written);
        if (holdsFor(hosts)) {
            judgement.ca(judgement.mode());
            judgement.version();
            judgement.binding();
            judgement.material();
            judgement.loosenings();
        }
        return new Verdict(judgement.builder, judgement.given, judgement.breaches);
    }

    /**
     * Returns the configuration of a service that says nothing: what the policy demands, for any host; {@code sslmode=prefer} without a policy.
     *
     * @throws InvalidConfigException when the files are wrong, or demand what no file gives, such as a client certificate
     */
    public TlsConfig config() {
        return apply(TlsConfig.builder(SslMode.PREFER), Set.of(), List.of());
    }

    /** The configuration of a program, where a component at its default counts as not written. */
    TlsConfig apply(TlsConfig config, Collection<String> hosts) {
        return apply(config.toBuilder(), written(config), hosts);
    }

    private TlsConfig apply(TlsConfig.Builder asked, Set<String> written, Collection<String> hosts) {
        Verdict verdict = judge(asked, written, hosts);
        List<Violation> all = new ArrayList<>(faults);
        all.addAll(verdict.breaches());
        try {
            TlsConfig config = verdict.completed().build();
            if (all.isEmpty()) {
                return config;
            }
        } catch (InvalidConfigException contradictory) {
            all.addAll(contradictory.violations());
        }
        throw new InvalidConfigException(all);
    }

    /**
     * Judges a configuration that is in use already before one more host is dialled with it: what it leaves unset is weaker too.
     *
     * @return what is weaker than the policy demands for that host; empty when it may be dialled
     */
    public List<Violation> breaches(TlsConfig config, String host) {
        return judge(config.toBuilder(), EVERY_KEY, List.of(host)).breaches();
    }

    /** The keys that a configuration made in code counts as having written: the mode, and what is not at its default. */
    public static Set<String> written(TlsConfig config) {
        Set<String> written = new LinkedHashSet<>(Set.of(MODE));
        if (config.ca() != null) {
            written.add(TRUST);
        }
        if (config.minVersion() != TlsVersion.TLS_1_2) {
            written.add(MIN_VERSION);
        }
        if (config.channelBinding() != ChannelBinding.PREFER) {
            written.add(BINDING);
        }
        return written;
    }

    /** The ways to prove a login that the policy accepts ({@code require_auth}); empty when it accepts any. */
    public Set<AuthMethod> requireAuth() {
        Line line = demands.get(REQUIRE_AUTH);
        return line == null ? Set.of() : Set.copyOf(PolicyKey.methods(line.value()));
    }

    /** Judges a written {@code require_auth}: the fault is empty when the policy accepts all of it. */
    public Optional<Violation> judge(Set<AuthMethod> written, Collection<String> hosts) {
        Line line = demands.get(REQUIRE_AUTH);
        return line == null || !holdsFor(hosts) || requireAuth().containsAll(written)
                ? Optional.empty()
                : Optional.of(demand("require_auth", AuthMethod.list(written), line, line.value()));
    }

    /** Returns the place of the line that decides {@code require_auth}; empty when there is none. */
    public Optional<String> placeOfRequireAuth() {
        return place(REQUIRE_AUTH);
    }

    private Optional<String> place(PolicyKey key) {
        return Optional.ofNullable(demands.get(key)).map(Line::place);
    }

    /**
     * Returns the certificates that end sooner than the policy demands ({@code days_before_expiry}); of CAs the one that lasts longest counts,
     * because a bundle keeps old ones beside their successors. Nothing that this tells refuses a connection.
     */
    public List<CertificateReport> endingTooSoon(Collection<CertificateReport> shown, Instant now) {
        Line line = demands.get(DAYS_BEFORE_EXPIRY);
        if (line == null) {
            return List.of();
        }
        Instant limit = now.plus(Duration.ofDays(Integer.parseInt(line.value())));
        Optional<CertificateReport> lastCa = shown.stream()
                .filter(certificate -> certificate.role().equals("ca"))
                .max(Comparator.comparing(CertificateReport::notAfter));
        return shown.stream()
                .filter(certificate -> !certificate.role().equals("ca") || certificate.equals(lastCa.orElse(null)))
                .filter(certificate -> certificate.notAfter().isBefore(limit))
                .distinct()
                .toList();
    }

    /** Half a sentence about one of {@link #endingTooSoon}, with the place of the line that demands more. */
    public String demandedOf(CertificateReport certificate) {
        Line line = demands.get(DAYS_BEFORE_EXPIRY);
        return "the " + certificate.role() + " certificate '" + certificate.subject() + "' ends at "
                + certificate.notAfter()
                + (line == null ? "" : "; " + line.place() + " demands " + line.value() + " days before that");
    }

    private boolean isTrue(PolicyKey key) {
        Line line = demands.get(key);
        return line != null && line.value().equals("true");
    }

    private static Violation breach(String path, String rule, String remedy) {
        return new Violation(path, "TLS_POLICY", "", rule, Violation.IN_CODE, remedy + ".");
    }

    private static Violation demand(String path, String was, Line line, String demanded) {
        return breach(path, "is " + was + "; " + line.place() + " demands " + demanded, DROP);
    }

    /** One configuration before the demands. */
    private final class Judgement {
        private final TlsConfig.Builder builder;
        private final Set<String> written;
        private final List<Violation> breaches = new ArrayList<>();
        private final Map<String, String> given = new LinkedHashMap<>();

        Judgement(TlsConfig.Builder builder, Set<String> written) {
            this.builder = builder;
            this.written = written;
        }

        /** The CA of the policy, where nobody wrote one. */
        @Nullable
        TlsSource mode() {
            Line ca = demands.get(CA);
            TlsSource byDefault = ca == null || written.contains(TRUST) ? null : TlsSource.of(ca.value());
            Line floor = demands.get(SSLMODE_AT_LEAST);
            SslMode least =
                    floor == null ? SslMode.DISABLE : SslMode.of(floor.value()).orElseThrow();
            if (written.contains(MODE)) {
                if (floor != null && builder.mode.isWeakerThan(least)) {
                    breaches.add(demand(MODE, builder.mode.libpqName(), floor, floor.value()));
                }
                return byDefault;
            }
            if (ca != null && byDefault instanceof TlsSource.SystemTrust) {
                // libpq's rule: publicly trusted authorities prove something together with the name alone.
                raise(SslMode.VERIFY_FULL, ca);
            }
            if (floor != null) {
                raise(least, floor);
            }
            return byDefault;
        }

        private void raise(SslMode least, Line line) {
            if (builder.mode.isWeakerThan(least)) {
                builder.mode = least;
                given.put(MODE, line.place());
            }
        }

        void ca(@Nullable TlsSource byDefault) {
            Line ca = demands.get(CA);
            if (ca != null && written.contains(TRUST)) {
                only(ca);
            } else if (ca != null && byDefault != null && isOfUse(byDefault)) {
                builder.ca = byDefault;
                given.put(TRUST, ca.place());
            } else if (builder.ca == null && builder.mode == SslMode.VERIFY_FULL) {
                builder.ca = TlsSource.system();
            }
        }

        private boolean isOfUse(TlsSource ca) {
            boolean isWaived = builder.certValidation == CertValidation.NONE && !builder.mode.verifiesCertificate();
            boolean fits = builder.mode == SslMode.VERIFY_FULL || !(ca instanceof TlsSource.SystemTrust);
            return builder.mode != SslMode.DISABLE && !isWaived && fits;
        }

        /** Puts the policy's own path in the place of another name of the same file: a link could be turned elsewhere later. */
        private void only(Line ca) {
            TlsSource own = builder.ca;
            TlsSource policys = TlsSource.of(ca.value());
            if (!isTrue(CA_ONLY) || own == null) {
                return;
            }
            if (isSame(own, policys)) {
                builder.ca = policys;
            } else {
                Line only = demands.get(CA_ONLY);
                breaches.add(demand(TRUST, own.describe(), only == null ? ca : only, "the CA of " + ca.place()));
            }
        }

        void version() {
            Line line = demands.get(SSL_MIN_PROTOCOL_VERSION);
            TlsVersion least = line == null
                    ? TlsVersion.TLS_1_2
                    : TlsVersion.of(line.value()).orElseThrow();
            if (line == null || builder.minVersion.compareTo(least) >= 0) {
                return;
            }
            if (written.contains(MIN_VERSION)) {
                breaches.add(demand(MIN_VERSION, builder.minVersion.libpqName(), line, line.value()));
            } else {
                builder.minVersion = least;
                given.put(MIN_VERSION, line.place());
            }
        }

        void binding() {
            Line line = demands.get(CHANNEL_BINDING);
            ChannelBinding least = line == null
                    ? ChannelBinding.DISABLE
                    : ChannelBinding.of(line.value()).orElseThrow();
            if (line == null || builder.channelBinding.compareTo(least) >= 0) {
                return;
            }
            if (written.contains(BINDING)) {
                breaches.add(demand(BINDING, builder.channelBinding.libpqName(), line, line.value()));
            } else {
                builder.channelBinding = least;
                given.put(BINDING, line.place());
            }
        }

        void material() {
            if (builder.clientCertificate == null && isTrue(CLIENT_CERTIFICATE_REQUIRED)) {
                missing("tls.cert", "a client certificate", CLIENT_CERTIFICATE_REQUIRED, "Set tls.cert and tls.key");
            }
            if (builder.crl == null && isTrue(CRL_REQUIRED)) {
                missing("tls.crl", "revocation lists", CRL_REQUIRED, "Set tls.crl");
            }
        }

        private void missing(String path, String what, PolicyKey key, String remedy) {
            breaches.add(breach(path, "is not set; " + place(key).orElseThrow() + " demands " + what, remedy));
        }

        void loosenings() {
            loosens(
                    "tls.cert_validation",
                    "none",
                    builder.certValidation == CertValidation.NONE,
                    ALLOW_CERT_VALIDATION_NONE);
            loosens("tls.verify_name", "set", builder.verifyName != null, ALLOW_VERIFY_NAME);
            loosens(
                    "tls.key_permissions",
                    "off",
                    builder.keyPermissions == FilePermissions.OFF,
                    ALLOW_KEY_PERMISSIONS_OFF);
        }

        private void loosens(String path, String was, boolean isLoose, PolicyKey allowance) {
            if (isLoose && !isTrue(allowance)) {
                String where =
                        place(allowance).orElse(String.valueOf(files.get(0).path()));
                breaches.add(breach(
                        path,
                        "is " + was + ", which " + where + " does not allow",
                        "Leave it out, or have " + allowance.word() + " = true written there"));
            }
        }
    }

    private static boolean isSame(TlsSource one, TlsSource other) {
        if (one.equals(other)) {
            return true;
        }
        if (!(one instanceof TlsSource.File file) || !(other instanceof TlsSource.File policys)) {
            return false;
        }
        try {
            return Files.isSameFile(file.path(), policys.path());
        } catch (IOException absent) {
            return false;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TlsPolicy policy && files.equals(policy.files);
    }

    @Override
    public int hashCode() {
        return files.hashCode();
    }

    /** The files, without what they say. */
    @Override
    public String toString() {
        return "TlsPolicy" + files();
    }
}
