package dev.penstock.bundle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** What has to be in each jar: the classes, their sources, or their documentation. */
record JarDemands(Bundle bundle, String artifact, String file, List<String> faults) {
    private static final int CLASSES_OF_JDK_17 = 61;
    private static final String OURS = "dev/penstock/";
    /** Its jar has the classes of all libraries inside, with the times that they have in theirs. */
    private static final String COMMAND = "penstock-cli";

    void check(InputStream jar) throws IOException {
        Map<String, byte[]> entries = entries(jar);
        holds(entries, "LICENSE");
        holds(entries, "NOTICE");
        Manifest manifest = new Manifest(new ByteArrayInputStream(
                entries.getOrDefault("META-INF/MANIFEST.MF", "\n".getBytes(StandardCharsets.UTF_8))));
        manifest(manifest.getMainAttributes());
        if (file.endsWith("-sources.jar")) {
            Set<String> documented = packages(entries.keySet(), ".java");
            demand(!documented.isEmpty(), "has no sources");
        } else if (file.endsWith("-javadoc.jar")) {
            demand(entries.containsKey("index.html"), "has no index.html");
            demand(
                    entries.keySet().stream().anyMatch(name -> name.endsWith("/package-summary.html")),
                    "has no package");
        } else {
            classes(entries, manifest.getMainAttributes());
        }
    }

    private void manifest(Attributes manifest) {
        String implementation = manifest.getValue(Attributes.Name.IMPLEMENTATION_VERSION);
        demand(bundle.version().equals(implementation), "says Implementation-Version " + implementation);
        manifest.keySet().stream()
                .map(Object::toString)
                .filter(name -> name.matches("Bundle-.*|Export-Package|Import-Package|Require-Capability"))
                .forEach(name -> faults.add(file + " has the OSGi header " + name));
    }

    private void classes(Map<String, byte[]> entries, Attributes manifest) throws IOException {
        String module = manifest.getValue("Automatic-Module-Name");
        byte[] descriptor = entries.get("module-info.class");
        if (descriptor != null) {
            module = ModuleDescriptor.read(new ByteArrayInputStream(descriptor)).name();
        }
        demand(module != null && module.startsWith(Bundle.GROUP), "says no module name of ours but " + module);
        Set<String> packages = packages(entries.keySet(), ".class");
        demand(!packages.isEmpty(), "has no classes");
        entries.forEach((name, content) -> {
            if (name.startsWith(OURS) && name.endsWith(".class")) {
                demand(content[7] == CLASSES_OF_JDK_17, "has " + name + " for another JDK than 17");
            }
        });
        if (artifact.equals(COMMAND)) {
            packages.removeIf(name -> !name.startsWith(OURS + "cli"));
        }
        sources(packages);
    }

    /** Every package of the classes is in the jar of the sources. */
    private void sources(Set<String> packages) throws IOException {
        Path sources = bundle.directory(artifact).resolve(bundle.name(artifact, "-sources.jar"));
        if (!Files.exists(sources)) {
            return;
        }
        try (InputStream in = Files.newInputStream(sources)) {
            Set<String> there = packages(entries(in).keySet(), ".java");
            packages.stream()
                    .filter(name -> !there.contains(name))
                    .forEach(name -> faults.add(file + " has " + name + ", whose sources are missing"));
        }
    }

    private void holds(Map<String, byte[]> entries, String name) throws IOException {
        byte[] text = entries.get("META-INF/" + name);
        // The command's jar has those of its libraries in the same file.
        demand(
                text != null
                        && new String(text, StandardCharsets.UTF_8)
                                .contains(new String(bundle.checkout().file(name), StandardCharsets.UTF_8).strip()),
                "has no META-INF/" + name + " with ours");
    }

    /** Name and content of each entry, of what is not looked into the name alone; all have the time that was configured. */
    private Map<String, byte[]> entries(InputStream jar) throws IOException {
        LocalDateTime expected = LocalDateTime.ofInstant(Instant.parse(bundle.timestamp()), ZoneOffset.UTC);
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(jar)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName();
                boolean foreign = artifact.equals(COMMAND) && !name.startsWith(OURS);
                demand(
                        foreign || expected.equals(entry.getTimeLocal()),
                        "has the time " + entry.getTimeLocal() + " at " + name);
                boolean read =
                        name.startsWith(OURS) || name.startsWith("META-INF/") || name.equals("module-info.class");
                entries.put(name, read ? zip.readAllBytes() : new byte[0]);
            }
        }
        return entries;
    }

    private static Set<String> packages(Set<String> entries, String ending) {
        return entries.stream()
                .filter(name -> name.startsWith(OURS) && name.endsWith(ending))
                .map(name -> name.substring(0, name.lastIndexOf('/')))
                .collect(Collectors.toSet());
    }

    private void demand(boolean held, String otherwise) {
        if (!held) {
            faults.add(file + " " + otherwise);
        }
    }
}
