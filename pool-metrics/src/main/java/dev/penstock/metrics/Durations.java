package dev.penstock.metrics;

/** Takes in how long something took, from many threads. */
interface Durations {
    void record(long nanos);
}
