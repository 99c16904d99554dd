package planted.penstock.util;

/** A planted fault: a junk name in a junk package that knows Micrometer. */
public final class StringHelper {
    io.micrometer.core.instrument.Meter meter;
}
