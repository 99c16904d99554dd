package dev.penstock.cli.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** One line per second and one per event, for files and pipes. */
final class LineDisplay implements Display {
    private final PrintStream out;

    LineDisplay(PrintStream out) {
        this.out = out;
    }

    @Override
    public Duration interval() {
        return Duration.ofSeconds(1);
    }

    @Override
    public synchronized void nodes(Duration at, List<NodeLine> nodes) {
        out.println(
                Display.clock(at) + "  " + nodes.stream().map(NodeLine::brief).collect(Collectors.joining(" | ")));
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
