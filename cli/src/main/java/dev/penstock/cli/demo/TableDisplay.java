package dev.penstock.cli.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A table with the events below it, drawn over itself on a terminal. */
final class TableDisplay implements Display {
    private static final String ERASE_LINE = "\u001b[2K";
    private static final String LINES_UP = "\u001b[%dA";

    private final PrintStream out;
    private final List<String> events = new ArrayList<>();
    private List<NodeLine> nodes = List.of();
    private int drawn;

    TableDisplay(PrintStream out) {
        this.out = out;
    }

    @Override
    public Duration interval() {
        return Duration.ofMillis(500);
    }

    @Override
    public synchronized void nodes(Duration at, List<NodeLine> now) {
        nodes = List.copyOf(now);
        draw(at);
    }

    @Override
    public synchronized void event(Duration at, String text) {
        events.add(Display.clock(at) + "  " + text);
        draw(at);
    }

    @Override
    public synchronized void text(String lines) {
        out.println(lines);
        // What is above stays; the next table begins below.
        drawn = 0;
    }

    private void draw(Duration at) {
        List<String> lines = Stream.of(
                        Stream.of(Display.clock(at), NodeLine.HEADER),
                        nodes.stream().map(NodeLine::tableRow),
                        Stream.of(""),
                        events.stream())
                .flatMap(part -> part)
                .toList();
        StringBuilder picture = new StringBuilder();
        if (drawn > 0) {
            picture.append(String.format(LINES_UP, drawn));
        }
        lines.forEach(line -> picture.append(ERASE_LINE).append(line).append('\n'));
        out.print(picture);
        out.flush();
        drawn = lines.size();
    }
}
