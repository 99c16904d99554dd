package dev.penstock.cli.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One line per second and one per event, for files and pipes. */
final class LineDisplay implements Display {
    /** Of a terminal that stands beside an editor. */
    private static final int WIDTH = 99;

    private static final String SEPARATOR = " | ";

    private final PrintStream out;
    private boolean headed;

    LineDisplay(PrintStream out) {
        this.out = out;
    }

    @Override
    public Duration interval() {
        return Duration.ofSeconds(1);
    }

    @Override
    public synchronized void nodes(Duration at, List<NodeLine> nodes) {
        if (!headed) {
            headed = true;
            out.println("            each second, of each server: what it is, its lag, reads/writes per second");
        }
        wrapped(Display.clock(at) + "  ", nodes.stream().map(NodeLine::brief).toList())
                .forEach(out::println);
    }

    /** As many to a line as fit. */
    private static List<String> wrapped(String beginning, List<String> parts) {
        List<String> lines = new ArrayList<>();
        String line = beginning;
        for (String part : parts) {
            boolean first = line.isBlank() || line.equals(beginning);
            if (!first && line.length() + SEPARATOR.length() + part.length() > WIDTH) {
                lines.add(line);
                line = " ".repeat(beginning.length());
                first = true;
            }
            line += (first ? "" : SEPARATOR) + part;
        }
        lines.add(line);
        return lines;
    }

    @Override
    public synchronized void event(Duration at, String text) {
        out.println(Display.clock(at) + "  * " + text);
    }

    @Override
    public synchronized void text(String lines) {
        out.println(lines);
    }
}
