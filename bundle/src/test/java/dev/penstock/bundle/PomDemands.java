package dev.penstock.bundle;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a POM needs in Maven Central, and in a build that knows nothing of ours. */
record PomDemands(String file, String version, List<String> faults) {
    private static final List<String> FILLED = List.of(
            "name",
            "description",
            "url",
            "licenses/license/name",
            "licenses/license/url",
            "developers/developer/name",
            "scm/connection",
            "scm/developerConnection",
            "scm/url");
    /** What only the build of this project reads. */
    private static final List<String> ABSENT = List.of(
            "parent", "modules", "build", "properties", "repositories", "pluginRepositories", "distributionManagement");

    void check(String artifact, Pom pom, String text) {
        demand(pom.text("groupId").equals(Bundle.GROUP), "is not of the group " + Bundle.GROUP);
        demand(pom.text("artifactId").equals(artifact), "is not of " + artifact);
        demand(pom.text("version").equals(version), "is not of the version " + version);
        FILLED.forEach(path -> demand(!pom.text(path).isEmpty(), "has no " + path));
        ABSENT.forEach(name -> demand(pom.all(name).isEmpty(), "has <" + name + ">"));
        demand(!text.contains("${"), "has an expression that nobody resolves");
        for (String dependency : pom.dependencies("dependencies/dependency")) {
            demand(
                    dependency.matches("[^:]+:[^:]+:[^:]+:(compile|runtime|provided)"),
                    "does not say all of the dependency " + dependency);
            demand(!dependency.contains("SNAPSHOT"), "needs an unpublished " + dependency);
        }
        for (Pom platform : pom.all("profiles/profile/dependencies/dependency")) {
            demand(!platform.text("version").isEmpty(), "has no version of " + platform.text("artifactId"));
            demand(platform.text("optional").isEmpty(), "leaves it open to bring " + platform.text("artifactId"));
        }
        boolean managesNothing = pom.all("dependencyManagement").isEmpty();
        demand(managesNothing == !pom.text("packaging").equals("pom"), "manages versions, or is a BOM that does not");
    }

    void checkManaged(Pom pom, SortedSet<String> artifacts) {
        SortedSet<String> managed = new TreeSet<>();
        for (Pom one : pom.all("dependencyManagement/dependencies/dependency")) {
            demand(
                    one.text("groupId").equals(Bundle.GROUP),
                    "manages " + one.text("artifactId") + ", which is not ours");
            demand(one.text("version").equals(version), "manages another version of " + one.text("artifactId"));
            managed.add(one.text("artifactId"));
        }
        demand(managed.equals(artifacts), "manages " + managed + ", and published are " + artifacts);
    }

    private void demand(boolean held, String otherwise) {
        if (!held) {
            faults.add(file + " " + otherwise);
        }
    }
}
