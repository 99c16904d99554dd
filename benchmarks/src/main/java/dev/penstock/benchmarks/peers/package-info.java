/**
 * What one call costs through Penstock and through the other ways to choose between a primary and its replica, all in one
 * run: {@link dev.penstock.benchmarks.peers.PeerReport} prints the table.
 */
@org.jspecify.annotations.NullMarked
package dev.penstock.benchmarks.peers;
