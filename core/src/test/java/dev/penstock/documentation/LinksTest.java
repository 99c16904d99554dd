package dev.penstock.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A link within the repository leads to a file, and to a heading of it. */
class LinksTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^):\\s]*?)(?:#([^)\\s]*))?\\)");
    private static final Pattern FENCE = Pattern.compile("^ *```.*?^ *```$", Pattern.DOTALL | Pattern.MULTILINE);

    @Test
    void every_link_of_every_page_leads_somewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            for (MatchResult link : LINK.matcher(prose(page)).results().toList()) {
                Path target = link.group(1).isEmpty()
                        ? page
                        : page.resolveSibling(link.group(1)).normalize();
                if (!Files.exists(target)) {
                    broken.add(Pages.ROOT.relativize(page) + " leads to no file: " + link.group());
                } else if (link.group(2) != null && !anchors(target).contains(link.group(2))) {
                    broken.add(Pages.ROOT.relativize(page) + " leads to no heading: " + link.group());
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void a_heading_has_the_anchor_that_GitHub_gives_it() {
        assertThat(anchors("# The `read_role`, and why\n\n## Tests\n```sh\n# no heading\n```\n## Tests\n"))
                .containsExactlyInAnyOrder("the-read_role-and-why", "tests", "tests-1");
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(Pages.below(Pages.ROOT.resolve("docs")));
        pages.addAll(Pages.below(Pages.ROOT.resolve("examples/compose")));
        pages.addAll(Pages.below(Pages.ROOT.resolve(".github")));
        try (Stream<Path> files = Files.list(Pages.ROOT)) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        assertThat(pages).contains(Pages.ROOT.resolve("README.md"), Pages.ROOT.resolve("docs/README.md"));
        return pages;
    }

    private static Set<String> anchors(Path page) {
        return anchors(Pages.text(page));
    }

    private static Set<String> anchors(String page) {
        Map<String, Integer> times = new HashMap<>();
        Map<String, String> anchors = new HashMap<>();
        FENCE.matcher(page)
                .replaceAll("")
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
                .forEach(anchor -> {
                    int before = times.merge(anchor, 1, Integer::sum) - 1;
                    anchors.put(before == 0 ? anchor : anchor + "-" + before, anchor);
                });
        return anchors.keySet();
    }

    /** Without blocks and spans of code, which may hold what looks like a link. */
    private static String prose(Path page) {
        return FENCE.matcher(Pages.text(page)).replaceAll("").replaceAll("`[^`\n]*`", "code");
    }
}
