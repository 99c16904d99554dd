/**
 * What callers of a database did and saw while servers were lost and replaced, and whether that broke a promise.
 *
 * <p>In come the calls, recorded in a {@link dev.penstock.testkit.history.History} while a
 * {@link dev.penstock.testkit.history.FaultSchedule} does to a cluster what its seed says. Out come
 * {@linkplain dev.penstock.testkit.history.Violation violations}, each a sentence with the calls that prove it. The
 * {@link dev.penstock.testkit.history.HistoryTable} is what the calls write and read, so that the servers themselves say who
 * executed what.
 */
@org.jspecify.annotations.NullMarked
package dev.penstock.testkit.history;
