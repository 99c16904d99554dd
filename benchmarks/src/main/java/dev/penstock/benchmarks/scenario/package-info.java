/**
 * What callers see while servers are lost, replaced and come back: one program, {@code ScenarioReport}, whose figures the
 * documentation quotes.
 */
@NullMarked
package dev.penstock.benchmarks.scenario;

import org.jspecify.annotations.NullMarked;
