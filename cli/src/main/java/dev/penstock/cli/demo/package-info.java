/**
 * What {@code penstock demo} does: {@link dev.penstock.cli.demo.Demo} starts a cluster, lets a workload run through
 * Penstock while incidents happen to the servers, and compares afterwards what was acknowledged with what is there.
 */
@NullMarked
package dev.penstock.cli.demo;

import org.jspecify.annotations.NullMarked;
