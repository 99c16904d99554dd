/**
 * Which pool serves this piece of work. In: an intent to read or to write. Out: a borrowed connection, or the work done.
 * Everything that happens when a node is lost meets here: the topology says what changed, the pools are told, and work
 * moves on.
 */
@NullMarked
package dev.penstock.routing;

import org.jspecify.annotations.NullMarked;
