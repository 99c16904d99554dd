package dev.penstock.bundle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The unpacked archive, and what is demanded of it: by Maven Central of files, checksums, signatures and POMs, by us of
 * the rest. Each fault is a sentence that begins with the file.
 *
 * @param repository where {@code dev/penstock} stands
 * @param version the one that is published
 * @param timestamp {@code project.build.outputTimestamp}
 */
record Bundle(Path repository, String version, String timestamp, Checkout checkout, Signatures signatures) {
    static final String GROUP = "dev.penstock";
    private static final String BOM = "penstock-bom";
    private static final List<String> OF_A_JAR = List.of(".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json");

    /** What is published and what the build's modules say is to be published are the same. */
    List<String> faults() throws IOException {
        SortedSet<String> published = checkout.published();
        SortedSet<String> there = new TreeSet<>();
        try (Stream<Path> components = Files.list(directory(""))) {
            components.forEach(component -> there.add(component.getFileName().toString()));
        }
        return there.equals(published)
                ? List.of()
                : List.of("the bundle has " + there + ", and the build publishes " + published);
    }

    /** What is wrong with one artifact. */
    List<String> faults(String artifact) throws IOException {
        List<String> faults = new ArrayList<>();
        List<String> files = expected(artifact);
        List<String> there = new ArrayList<>();
        try (Stream<Path> found = Files.list(directory(artifact))) {
            found.forEach(file -> there.add(file.getFileName().toString()));
        }
        there.stream()
                .filter(file -> !files.contains(file.replaceFirst("(\\.asc)?(\\.(md5|sha1|sha256|sha512))?$", "")))
                .forEach(file -> faults.add(file + " is not expected"));
        for (String file : files) {
            if (there.contains(file)) {
                proofs(artifact, file, faults);
                content(artifact, file, faults);
            } else {
                faults.add(file + " is missing");
            }
        }
        return faults;
    }

    Path directory(String artifact) {
        Path group = repository.resolve(GROUP.replace('.', '/'));
        return artifact.isEmpty() ? group : group.resolve(artifact).resolve(version);
    }

    String name(String artifact, String ending) {
        return artifact + "-" + version + ending;
    }

    private List<String> expected(String artifact) {
        List<String> files = new ArrayList<>(List.of(name(artifact, ".pom")));
        if (!artifact.equals(BOM)) {
            OF_A_JAR.forEach(ending -> files.add(name(artifact, ending)));
        }
        return files;
    }

    private void proofs(String artifact, String name, List<String> faults) throws IOException {
        Path file = directory(artifact).resolve(name);
        byte[] content = Files.readAllBytes(file);
        for (String algorithm : List.of("MD5", "SHA-1")) {
            String ending = "." + algorithm.toLowerCase().replace("-", "");
            Path checksum = directory(artifact).resolve(name + ending);
            if (!Files.exists(checksum)) {
                faults.add(name + ending + " is missing");
            } else if (!Files.readString(checksum).strip().equals(digest(algorithm, content))) {
                faults.add(name + ending + " is not its checksum");
            }
        }
        Path signature = directory(artifact).resolve(name + ".asc");
        if (!Files.exists(signature)) {
            faults.add(name + ".asc is missing");
        } else if (!signatures.verify(file, signature)) {
            faults.add(name + ".asc is no signature of it by the build's key");
        }
    }

    private void content(String artifact, String name, List<String> faults) throws IOException {
        Path file = directory(artifact).resolve(name);
        if (name.endsWith(".pom")) {
            Pom pom = Pom.read(file);
            new PomDemands(name, version, faults).check(artifact, pom, Files.readString(file));
            if (artifact.equals(BOM)) {
                SortedSet<String> others = new TreeSet<>(checkout.published());
                others.remove(BOM);
                new PomDemands(name, version, faults).checkManaged(pom, others);
            }
        } else if (name.endsWith(".json")) {
            sbom(artifact, name, Files.readString(file), faults);
        } else {
            new JarDemands(this, artifact, name, faults).check(new ByteArrayInputStream(Files.readAllBytes(file)));
        }
    }

    /** Its producer leaves out serial number and time where a build is to be reproducible. */
    private void sbom(String artifact, String name, String json, List<String> faults) {
        if (json.contains("\"serialNumber\"")) {
            faults.add(name + " has a serial number, which differs from build to build");
        }
        if (json.contains("\"timestamp\"")) {
            faults.add(name + " has the time of the build");
        }
        if (!json.contains("\"pkg:maven/" + GROUP + "/" + artifact + "@" + version + "?")) {
            faults.add(name + " does not name what it is of");
        }
        Pom pom = Pom.read(directory(artifact).resolve(name(artifact, ".pom")));
        for (Pom dependency : pom.all("dependencies/dependency")) {
            String purl = "pkg:maven/%s/%s@%s?"
                    .formatted(dependency.text("groupId"), dependency.text("artifactId"), dependency.text("version"));
            if (dependency.text("optional").isEmpty() && !json.contains(purl)) {
                faults.add(name + " lacks " + purl);
            }
        }
    }

    static String digest(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
