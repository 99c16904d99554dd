/**
 * Which node is what, how far behind, and which one may be written. In: one probe after the other of every node. Out: an
 * immutable {@link dev.penstock.topology.TopologyView} behind one volatile field, and word of each change.
 */
@NullMarked
package dev.penstock.topology;

import org.jspecify.annotations.NullMarked;
