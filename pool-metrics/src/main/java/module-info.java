/** Micrometer metrics of a Penstock database. */
@org.jspecify.annotations.NullMarked
module dev.penstock.metrics {
    requires static org.jspecify;
    requires transitive dev.penstock;
    requires transitive micrometer.core;

    exports dev.penstock.metrics;
}
