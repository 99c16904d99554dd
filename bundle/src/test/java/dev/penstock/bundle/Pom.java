package dev.penstock.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** An element of a POM, read as it stands in the file: nothing is inherited or replaced. */
record Pom(Element element) {
    static Pom read(Path file) {
        try (var in = Files.newInputStream(file)) {
            return new Pom(DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(in)
                    .getDocumentElement());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SAXException | ParserConfigurationException e) {
            throw new IllegalStateException(file + " is no XML", e);
        }
    }

    /** The elements at a path such as {@code licenses/license}. */
    List<Pom> all(String path) {
        List<Pom> found = List.of(this);
        for (String name : path.split("/")) {
            found = found.stream().flatMap(pom -> pom.children(name).stream()).toList();
        }
        return found;
    }

    List<String> texts(String path) {
        return all(path).stream()
                .map(pom -> pom.element.getTextContent().strip())
                .filter(text -> !text.isEmpty())
                .toList();
    }

    /** The first text at that path; empty when there is none. */
    String text(String path) {
        return texts(path).stream().findFirst().orElse("");
    }

    /** "group:artifact:version:scope" of each dependency at that path; what is not said is left empty. */
    List<String> dependencies(String path) {
        return all(path).stream()
                .map(one -> String.join(
                        ":", one.text("groupId"), one.text("artifactId"), one.text("version"), one.text("scope")))
                .toList();
    }

    private List<Pom> children(String name) {
        List<Pom> children = new ArrayList<>();
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element child && child.getTagName().equals(name)) {
                children.add(new Pom(child));
            }
        }
        return children;
    }
}
