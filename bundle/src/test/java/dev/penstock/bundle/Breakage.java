package dev.penstock.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * A bundle in which one thing was made wrong on purpose.
 *
 * @param artifact where
 * @param ending of the file that is broken
 * @param what how
 * @param fault part of what the check has to say
 */
record Breakage(String artifact, String ending, Break what, String fault) {
    private static final String TLS = "penstock-tls";
    private static final String CORE = "penstock-core";
    private static final String TESTKIT = "penstock-testkit";
    private static final String BOM = "penstock-bom";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    static final List<Breakage> TABLE = List.of(
            // The files
            new Breakage(TLS, "", Breakage::deleted, "the bundle has "),
            new Breakage(TLS, ".jar", Breakage::deleted, ".jar is missing"),
            new Breakage(TLS, "-sources.jar", Breakage::deleted, "-sources.jar is missing"),
            new Breakage(TLS, "-javadoc.jar", Breakage::deleted, "-javadoc.jar is missing"),
            new Breakage(TLS, "-cyclonedx.json", Breakage::deleted, "-cyclonedx.json is missing"),
            new Breakage(TLS, ".jar.md5", Breakage::deleted, ".jar.md5 is missing"),
            new Breakage(TLS, "-sources.jar.sha1", Breakage::deleted, "-sources.jar.sha1 is missing"),
            new Breakage(BOM, ".pom.asc", Breakage::deleted, ".pom.asc is missing"),
            new Breakage(TLS, "-tests.jar", text(all -> "x"), "-tests.jar is not expected"),
            new Breakage(TLS, ".jar.md5", text(sum -> "none"), ".jar.md5 is not its checksum"),
            new Breakage(TLS, ".pom.sha1", text(sum -> "none"), ".pom.sha1 is not its checksum"),
            new Breakage(TLS, ".pom.asc", Breakage::signatureOfTheJar, ".pom.asc is no signature of it"),
            new Breakage(TLS, ".jar.asc", text(all -> "signed"), ".jar.asc is no signature of it"),
            // The POMs
            pom(TLS, "<groupId>dev.penstock<", "<groupId>org.example<", "is not of the group dev.penstock"),
            pom(TLS, "<artifactId>penstock-tls<", "<artifactId>tls<", "is not of penstock-tls"),
            pom(TLS, "<version>([0-9.]+)<", "<version>$1-SNAPSHOT<", "is not of the version "),
            pom(TLS, "<name>Penstock TLS<", "<name><", "has no name"),
            pom(TLS, "<description>[^<]*<", "<description><", "has no description"),
            pom(TLS, "<url>https://penstock.dev<", "<url><", "has no url"),
            pom(TLS, "<name>Apache-2.0<", "<name><", "has no licenses/license/name"),
            pom(TLS, "<url>https://www.apache[^<]*<", "<url><", "has no licenses/license/url"),
            pom(TLS, "<name>The Penstock authors<", "<name><", "has no developers/developer/name"),
            pom(TLS, "<connection>[^<]*<", "<connection><", "has no scm/connection"),
            pom(TLS, "<developerConnection>[^<]*<", "<developerConnection><", "has no scm/developerConnection"),
            pom(TLS, "<url>https://penstock.dev/penstock<", "<url><", "has no scm/url"),
            pom(TLS, "</project>", "<parent/></project>", "has <parent>"),
            pom(TLS, "</project>", "<build/></project>", "has <build>"),
            pom(TLS, "</project>", "<properties/></project>", "has <properties>"),
            pom(TLS, "</project>", "<repositories/></project>", "has <repositories>"),
            pom(TLS, "</project>", "<distributionManagement/></project>", "has <distributionManagement>"),
            pom(TLS, "Secrets and", "\\${secrets} and", "has an expression that nobody resolves"),
            pom(TLS, "<scope>compile<", "<scope>test<", "does not say all of the dependency org.jspecify:jspecify"),
            pom(
                    CORE,
                    "<version>42[^<]*<",
                    "<version><",
                    "does not say all of the dependency org.postgresql:postgresql"),
            pom(
                    CORE,
                    "(tls</artifactId>\\s*<version>[0-9.]+)",
                    "$1-SNAPSHOT",
                    "needs an unpublished dev.penstock:penstock-tls"),
            pom(TESTKIT, "(arm64v8</artifactId>\\s*)<version>[^<]*</version>", "$1", "has no version of embedded"),
            pom(TESTKIT, "(arm64v8</artifactId>)", "$1<optional>true</optional>", "leaves it open to bring embedded"),
            pom(TLS, "</project>", "<dependencyManagement/></project>", "manages versions"),
            pom(BOM, "penstock-tls", "penstock-ssl", "manages [penstock-cli, penstock-core"),
            pom(BOM, "(cli</artifactId>\\s*<version>)[0-9.]+", "$1none", "manages another version of penstock-cli"),
            pom(BOM, "dev.penstock(</groupId>\\s*<artifactId>penstock-cli)", "com.zaxxer$1", "which is not ours"),
            // The jars
            new Breakage(TLS, ".jar", without("META-INF/LICENSE"), "has no META-INF/LICENSE"),
            new Breakage(TLS, "-sources.jar", without("META-INF/LICENSE"), "has no META-INF/LICENSE"),
            new Breakage(TLS, "-javadoc.jar", without("META-INF/NOTICE"), "has no META-INF/NOTICE"),
            new Breakage(
                    TLS, ".jar", entry("META-INF/NOTICE", all -> "Somebody's"), "has no META-INF/NOTICE with ours"),
            manifest(
                    ".jar", "Implementation-Version: .*", "Implementation-Version: 1", "says Implementation-Version 1"),
            manifest("-sources.jar", "Implementation-Version: .*\\R", "", "says Implementation-Version null"),
            manifest("-javadoc.jar", "Implementation-Version: .*\\R", "", "says Implementation-Version null"),
            manifest(".jar", "Implementation-Title", "Bundle-SymbolicName: a\r\n$0", "OSGi header Bundle-SymbolicName"),
            new Breakage(TLS, ".jar", without("module-info.class"), "says no module name of ours but null"),
            new Breakage(
                    TLS,
                    ".jar",
                    entry("dev/penstock/tls/Newer.class", all -> "\0\0\0\0\0\0\0A"),
                    "has dev/penstock/tls/Newer.class for another JDK than 17"),
            new Breakage(TLS, "-sources.jar", without("dev/penstock/secret/.*"), "whose sources are missing"),
            new Breakage(TLS, "-javadoc.jar", without("index.html"), "has no index.html"),
            new Breakage(TLS, "-javadoc.jar", without(".*package-summary.html"), "has no package"),
            new Breakage(TLS, ".jar", (file, bundle) -> rewrite(file, entries -> {}, 86_400_000L), "has the time "),
            // The bill of materials
            sbom("\"version\" : 1,", "$0 \"serialNumber\" : \"urn:uuid:1\",", "has a serial number"),
            sbom("\"metadata\" : \\{", "$0 \"timestamp\" : \"2026-11-30T00:00:00Z\",", "has the time of the build"),
            sbom("penstock-tls@[0-9.]+", "penstock-tls@none", "does not name what it is of"),
            sbom("pkg:maven/org.jspecify", "pkg:maven/org.example", "lacks pkg:maven/org.jspecify/jspecify@"));

    /** Changes a file of a bundle, or makes it. */
    interface Break {
        void apply(Path file, Bundle bundle) throws IOException;
    }

    /** Copies the bundle, by links that are replaced and never written through, and breaks the copy. */
    Bundle in(Bundle whole, Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(whole.repository())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path link = copy.resolve(whole.repository().relativize(file).toString());
                Files.createDirectories(link.resolveSibling(""));
                Files.createSymbolicLink(link, file);
            }
        }
        Bundle broken = new Bundle(copy, whole.version(), whole.timestamp(), whole.checkout(), whole.signatures());
        Path directory = broken.directory(artifact);
        what.apply(ending.isEmpty() ? directory.getParent() : directory.resolve(broken.name(artifact, ending)), broken);
        return broken;
    }

    /** Whether a fault is only that checksums, signature or bill of materials are no longer those of what was changed. */
    boolean follows(String other) {
        return !other.contains(fault)
                && other.matches(".*( is not its checksum| is no signature of it .*|-cyclonedx.json lacks .*)");
    }

    @Override
    public String toString() {
        return artifact + ending + " " + fault;
    }

    private static Breakage pom(String artifact, String regex, String replacement, String fault) {
        return new Breakage(artifact, ".pom", text(pom -> pom.replaceFirst(regex, replacement)), fault);
    }

    private static Breakage sbom(String regex, String replacement, String fault) {
        return new Breakage(TLS, "-cyclonedx.json", text(json -> json.replaceAll(regex, replacement)), fault);
    }

    private static Breakage manifest(String ending, String regex, String replacement, String fault) {
        return new Breakage(TLS, ending, entry(MANIFEST, manifest -> manifest.replaceFirst(regex, replacement)), fault);
    }

    private static void deleted(Path file, Bundle bundle) throws IOException {
        if (Files.isDirectory(file)) {
            try (Stream<Path> inside = Files.walk(file)) {
                for (Path each : inside.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        } else {
            Files.delete(file);
        }
    }

    private static Break text(UnaryOperator<String> change) {
        return (file, bundle) -> {
            String text = Files.exists(file) ? Files.readString(file) : "";
            String changed = change.apply(text);
            if (changed.equals(text)) {
                throw new IllegalStateException("nothing was broken in " + file);
            }
            Files.deleteIfExists(file);
            Files.writeString(file, changed);
        };
    }

    private static void signatureOfTheJar(Path file, Bundle bundle) throws IOException {
        Files.delete(file);
        Files.copy(bundle.directory(TLS).resolve(bundle.name(TLS, ".jar.asc")), file);
    }

    private static Break without(String regex) {
        return (file, bundle) -> rewrite(file, entries -> entries.keySet().removeIf(name -> name.matches(regex)), 0);
    }

    private static Break entry(String name, UnaryOperator<String> change) {
        return (file, bundle) -> rewrite(
                file,
                entries -> {
                    String text = new String(entries.getOrDefault(name, new byte[0]), StandardCharsets.ISO_8859_1);
                    entries.put(name, change.apply(text).getBytes(StandardCharsets.ISO_8859_1));
                },
                0);
    }

    private static void rewrite(Path jar, Consumer<Map<String, byte[]>> change, long later) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        LocalDateTime time = LocalDateTime.MIN;
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(jar))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                time = entry.getTimeLocal();
                entries.put(entry.getName(), zip.readAllBytes());
            }
        }
        change.accept(entries);
        Files.delete(jar);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, byte[]> each : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(each.getKey());
                entry.setTimeLocal(time.plusNanos(later * 1_000_000));
                zip.putNextEntry(entry);
                zip.write(each.getValue());
            }
        }
    }
}
