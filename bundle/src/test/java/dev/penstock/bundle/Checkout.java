package dev.penstock.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** What the sources say about the bundle: the one place that tells which modules are published. */
record Checkout(Path root) {
    static Checkout here() {
        return new Checkout(Path.of("").toAbsolutePath().getParent());
    }

    /** The artifacts of the modules of the build whose own POM says that they are published. */
    SortedSet<String> published() {
        SortedSet<String> artifacts = new TreeSet<>();
        for (String module : pom("pom.xml").texts("modules/module")) {
            Pom pom = pom(module + "/pom.xml");
            if (pom.texts("properties/maven.deploy.skip").equals(List.of("false"))) {
                artifacts.add(pom.text("artifactId"));
            }
        }
        return artifacts;
    }

    /** The version that the sources have, which the pages name. */
    String revision() {
        return pom("pom.xml").text("properties/revision");
    }

    /** The version of a plugin with which this build runs. */
    String pluginVersion(String artifact) {
        return pom("pom.xml").all("build/pluginManagement/plugins/plugin").stream()
                .filter(plugin -> plugin.text("artifactId").equals(artifact))
                .map(plugin -> plugin.text("version"))
                .findFirst()
                .orElseThrow();
    }

    byte[] file(String name) throws IOException {
        return Files.readAllBytes(root.resolve(name));
    }

    private Pom pom(String file) {
        return Pom.read(root.resolve(file));
    }
}
