/**
 * How many connections, and why: pure functions and immutable values, without I/O and without a clock. In: what a workload
 * asks and what a server admits. Out: a {@link dev.penstock.sizing.SizingPlan} that names every bound and the one that
 * decides. Units stand in the names; the sources stand at the functions.
 */
@NullMarked
package dev.penstock.sizing;

import org.jspecify.annotations.NullMarked;
