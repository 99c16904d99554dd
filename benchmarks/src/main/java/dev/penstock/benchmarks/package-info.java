/** JMH benchmarks. Read the ratio to the twin in the same run, and the bytes per operation; never the nanoseconds alone. */
@NullMarked
package dev.penstock.benchmarks;

import org.jspecify.annotations.NullMarked;
